import type { ExhausterDocument, SignalView } from '../../actors/exhauster/schema.ts'
import { html, type Content, type Html } from '../html.ts'
import { gaugeOf } from '../plant/gauge.ts'
import { AXES } from '../text/catalogue.ts'
import type { View } from '../view.ts'
import { figure, tones } from './value.ts'

const BEARINGS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const

/** A cell of the matrix; what is out of the ordinary is also said in words, for those who hear it. */
function cell(view: View, key: string, signal: SignalView | undefined): Html {
  if (!signal) return html`<td></td>`
  const value = figure(view, typeof signal.value === 'number' ? signal.value : null, gaugeOf(key).cardDigits)
  const { text } = view
  const words = [
    signal.status !== 'ok' && signal.value !== null && text.status[signal.status],
    signal.quality !== 'good' && text.quality[signal.quality],
    signal.misconfigured.length > 0 && text.misconfigured,
  ].filter((word) => word !== false)
  const said: Content = words.length > 0 && html`<span class="hidden"> ${words.join(', ')}</span>`
  return html`<td ${tones(signal)}${words.length > 0 && html` title="${words.join(', ')}"`}>${value}${said}</td>`
}

/** Nine bearings by temperature and three directions of vibration. */
export function matrix(view: View, { signals }: ExhausterDocument): Html {
  const { names, overview } = view.text
  const row = (letter: string, hint: string, name: string) =>
    html`<tr>
      <th scope="row"><abbr title="${hint}">${letter}</abbr></th>
      ${BEARINGS.map((bearing) => {
        const key = `bearing_${bearing}.${name}`
        return cell(view, key, signals[key])
      })}
    </tr>`
  return html`<table class="matrix">
    <caption class="hidden">
      ${overview.matrix}
    </caption>
    <thead>
      <tr>
        <td></td>
        ${BEARINGS.map((bearing) => html`<th scope="col">${bearing}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${row('T', names.temperature, 'temperature')}${AXES.map((axis) => row(names.axis[axis], names.vibration[axis], `vibration_${axis}`))}
    </tbody>
  </table>`
}
