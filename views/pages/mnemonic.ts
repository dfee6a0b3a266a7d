import type { ExhausterDocument, ExhausterId } from '../../actors/exhauster/schema.ts'
import { causeBanner } from '../components/cause-banner.ts'
import { machineHead, machineSwitch } from '../components/machine-head.ts'
import { rotorBox } from '../components/rotor-box.ts'
import { said } from '../components/said.ts'
import { scheme } from '../components/scheme.ts'
import { mark } from '../components/sprite.ts'
import { tags } from '../components/tag.ts'
import { topbarFragments } from '../components/topbar.ts'
import { html, type Html } from '../html.ts'
import { place, type Fragments, type LivePage } from '../layout.ts'
import { blankDocument, conditionOf, documentOf } from '../plant/machine.ts'
import { machineName } from '../text/names.ts'
import type { View } from '../view.ts'
import type { PlantModel } from './model.ts'

/** Everything on a machine's page that changes. Each tag is a fragment of its own. */
export function mnemonicFragments(view: View, model: PlantModel, id: ExhausterId): Fragments {
  const reading = model.exhausters.get(id)
  const document = documentOf(reading) ?? blankDocument(id)
  const quiet = conditionOf(reading) !== 'known'
  return new Map([
    ...topbarFragments(view, model),
    ['said', said(view, model)],
    ['head', machineHead(view, model, id)],
    ['switch', machineSwitch(view, model, id)],
    ['cause', causeBanner(view, reading)],
    ['scheme', scheme(view, document)],
    ...tags(view, document, quiet),
    ['tag-rotor', rotorBox(view, document)],
    ['frame', frame(view, document)],
  ])
}

function frame(view: View, document: ExhausterDocument): Html {
  if (document.updated_at === null) return html`<span class="muted end" id="frame">${view.text.cause.noFrames}</span>`
  const at = Date.parse(document.updated_at)
  const { date, clock } = view.format
  const day = date(at)
  const time = day === date(view.now) ? clock(at) : `${day}, ${clock(at)}`
  return html`<span class="muted end" id="frame">${view.text.mnemonic.frame({ time })}</span>`
}

/** One machine: its drawing with all 37 values in their places. */
export function mnemonicPage(view: View, model: PlantModel, id: ExhausterId): LivePage {
  const fragments = mnemonicFragments(view, model, id)
  const { mnemonic, advice } = view.text
  return {
    section: 'mnemonic',
    path: `/dashboard/exhausters/${id}`,
    title: mnemonic.title({ name: machineName(view.text, id) }),
    fragments,
    main: html`${place(fragments, 'said')}
      <header class="page-head">${place(fragments, 'head')}${place(fragments, 'switch')}</header>
      ${place(fragments, 'cause')}
      <div class="mnemo-frame card">
        <div class="mnemo">
          ${[...fragments].map(([name, fragment]) => (name === 'scheme' || name.startsWith('tag-')) && fragment)}
        </div>
      </div>
      <footer class="row legend">
        <span class="muted">${mnemonic.legendAxes}</span><span class="muted">${mnemonic.legendBar}</span
        ><span class="quality">${mnemonic.legendQuality}</span
        ><span class="row muted" data-status="warning">${mark('warning')}${advice.hint}</span
        >${place(fragments, 'frame')}
      </footer>`,
  }
}
