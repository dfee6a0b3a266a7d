import { EXHAUSTER_IDS } from '../../actors/exhauster/schema.ts'
import { html, type Html } from '../html.ts'
import type { PlantModel } from '../pages/model.ts'
import { statusOf } from '../plant/machine.ts'
import { machineName } from '../text/names.ts'
import type { View } from '../view.ts'

/** What a screen reader announces by itself: changes of status alone, or it would read out every new figure. */
export function said({ text }: View, model: PlantModel): Html {
  const lines = EXHAUSTER_IDS.flatMap((id) => {
    const status = statusOf(model.exhausters.get(id))
    return status === 'ok' ? [] : [html`<span>${machineName(text, id)}: ${text.status[status]}. </span>`]
  })
  return html`<p class="hidden" id="said" aria-live="polite">${lines}</p>`
}
