import { EXHAUSTER_IDS, type SignalView } from '../../../actors/exhauster/schema.ts'
import { icon } from '../../components/sprite.ts'
import { figure, unitName } from '../../components/value.ts'
import { html, type Content, type Html } from '../../html.ts'
import { gaugeOf } from '../../plant/gauge.ts'
import { documentOf } from '../../plant/machine.ts'
import { machineName, signalName } from '../../text/names.ts'
import type { View } from '../../view.ts'
import { addressOf } from './address.ts'
import { nameOf, summaryOf, type SignalPlace, type TrendModel } from './model.ts'

const COLOURS = 6
const DASHES = ['solid', 'dashed', 'dotted'] as const

/** Each round through the colours begins with another dash: no two of the most lines that there may be are alike. */
const classesOf = (index: number) =>
  `line s${(index % COLOURS) + 1} ${DASHES[(index + Math.floor(index / COLOURS)) % DASHES.length]}`

const key = (index: number): Html =>
  html`<svg class="key" viewBox="0 0 24 10" aria-hidden="true">
    <path class="${classesOf(index)}" d="M0 5h24" />
  </svg>`

/** The legend, and all there is without a script: what each line was over the interval, beside its limits. */
export function legend(view: View, model: TrendModel): Html {
  const { trends } = view.text
  const { signals } = model.wish
  return html`<div
    class="table-wrap"
    tabindex="0"
    role="region"
    aria-labelledby="legend-title"
    id="legend"
    ${signals.length === 0 && html` hidden`}
  >
    <table class="table">
      <caption class="hidden" id="legend-title">
        ${trends.shown}
      </caption>
      <thead>
        <tr>
          <th><span class="hidden">${trends.line}</span></th>
          <th>${trends.signal}</th>
          <th>${trends.unit}</th>
          <th class="num needs-script">${trends.atCursor}</th>
          <th class="num">${trends.min}</th>
          <th class="num">${trends.mean}</th>
          <th class="num">${trends.max}</th>
          <th class="num">${trends.limits}</th>
          <th><span class="hidden">${trends.acts}</span></th>
        </tr>
      </thead>
      <tbody>
        ${signals.map((place, index) => row(view, model, place, index))}
      </tbody>
    </table>
  </div>`
}

function row(view: View, { plant, wish, lines }: TrendModel, place: SignalPlace, index: number): Html {
  const { text } = view
  const signal = documentOf(plant.exhausters.get(place.exhauster))?.signals[place.key]
  const points = lines?.find((line) => nameOf(line) === nameOf(place))?.points ?? []
  const summary = summaryOf(points)
  const { digits } = gaugeOf(place.key)
  const number = (value: number | undefined) => figure(view, value ?? null, digits)
  const name = `${machineName(text, place.exhauster)}, ${signalName(text, place.key)}`
  const without = { ...wish, signals: wish.signals.filter((one) => one !== place) }
  return html`<tr data-signal="${nameOf(place)}">
    <td>${key(index)}</td>
    <td class="name">${name}</td>
    <td class="muted">${unitName(view, signal?.unit ?? '')}</td>
    <td class="num needs-script" data-cursor></td>
    <td class="num">${number(summary?.min)}</td>
    <td class="num">${number(summary?.mean)}</td>
    <td class="num">${number(summary?.max)}</td>
    <td class="num muted">${signal && limits(view, signal)}</td>
    <td class="num">
      <a
        class="btn quiet square"
        href="${addressOf(without)}"
        data-remove
        aria-label="${text.trends.remove}: ${name}"
        title="${text.trends.remove}"
        >${icon('close')}</a
      >
    </td>
  </tr>`
}

/** `4.5 / 7.1`; low limits only where there is no high one. */
function limits({ format }: View, { limits, misconfigured }: SignalView): Content {
  const write = (name: 'warning_max' | 'alarm_max' | 'warning_min' | 'alarm_min') => {
    const limit = limits[name]
    return limit === null || misconfigured.includes(name) ? '—' : format.limit(limit)
  }
  const high = `${write('warning_max')} / ${write('alarm_max')}`
  const low = `${write('warning_min')} / ${write('alarm_min')}`
  return high === '— / —' ? (low === '— / —' ? '—' : `< ${low}`) : high
}

/** Machines by the prefix of their signals, for the script. */
export const machineNames = ({ text }: View): Record<string, string> =>
  Object.fromEntries(EXHAUSTER_IDS.map((id) => [id, machineName(text, id)]))
