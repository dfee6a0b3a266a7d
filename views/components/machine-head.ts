import { EXHAUSTER_IDS, type ExhausterId } from '../../actors/exhauster/schema.ts'
import { html, type Html } from '../html.ts'
import type { PlantModel } from '../pages/model.ts'
import { conditionOf, documentOf, sinterOf, statusOf } from '../plant/machine.ts'
import { machineName } from '../text/names.ts'
import type { View } from '../view.ts'
import { instrument } from './quality.ts'
import { run } from './run.ts'
import { mark } from './sprite.ts'
import { pill } from './status.ts'

/** Whose page it is, in what state, running since when. */
export function machineHead(view: View, model: PlantModel, id: ExhausterId): Html {
  const { names } = view.text
  const reading = model.exhausters.get(id)
  const document = documentOf(reading)
  const condition = conditionOf(reading)
  const work = document?.signals['work.is_working']
  const number = names.number({ number: String(EXHAUSTER_IDS.indexOf(id) + 1) })
  const sinter = names.sinterShort({ number: String(sinterOf(id)) })
  return html`<div class="machine-head" id="head">
    <h1 class="machine-name">${machineName(view.text, id)} <small>${number}, ${sinter}</small></h1>
    ${pill(view, statusOf(reading))}${document && html`<span class="row run">${run(view, document, condition)}${work && condition === 'known' && instrument(view, work, 'chips')}</span>`}
  </div>`
}

/** The six machines, one press away, each with its state. */
export function machineSwitch(view: View, model: PlantModel, id: ExhausterId): Html {
  const { text } = view
  return html`<nav class="group machine-switch end" id="switch" aria-label="${text.mnemonic.machines}">
    ${EXHAUSTER_IDS.map((other) => {
      const status = statusOf(model.exhausters.get(other))
      return html`<a
        class="btn"
        href="/dashboard/exhausters/${other}"
        data-status="${status}"
        ${other === id && html` aria-current="page"`}
        title="${text.status[status]}"
        >${mark(status)}<span class="name">${machineName(text, other)}</span
        ><span class="hidden"> ${text.status[status]}</span></a
      >`
    })}
  </nav>`
}
