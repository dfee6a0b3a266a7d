import type { MachineDocument } from '../../actors/exhauster/schema.ts'
import { html, type Content, type Html } from '../html.ts'
import type { Reading } from '../pages/model.ts'
import { documentOf } from '../plant/machine.ts'
import type { View } from '../view.ts'
import { icon } from './sprite.ts'
import { figure, unitName } from './value.ts'

/** The head of a column: a sinter machine, whether it works, its speed and the underpressure of its collector. */
export function sinter(view: View, number: number, reading: Reading<MachineDocument> | undefined): Html {
  const { text } = view
  const document = documentOf(reading)
  const running = document?.running ?? null
  const words = running === null ? text.status.unknown : running ? text.running.yes : text.running.no
  const value = (name: string, amount: number | null, digits: number, unit: string): Content => {
    const quality = document?.quality[name] ?? 'absent'
    const bad = quality !== 'good' && html` data-quality="${quality}" title="${text.quality[quality]}"`
    return html`<span class="value" ${bad}><b>${figure(view, amount, digits)}</b><i>${unitName(view, unit)}</i></span>`
  }
  return html`<h2 class="am" id="am-${number}" title="${text.names.sinter({ number: String(number) })}">
    ${text.names.sinterShort({ number: String(number) })}${icon(running === null ? 'off' : running ? 'play' : 'stop')}<span
      class="hidden"
      >${words}</span
    >${
      document && document.updated_at !== null
        ? [
            value('speed', document.speed, 2, 'm/min'),
            value('collector_underpressure', document.collector_underpressure, 0, 'mmH2O'),
          ]
        : html`<span class="muted small">${text.shell.noData}</span>`
    }
  </h2>`
}
