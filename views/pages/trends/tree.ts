import {
  EXHAUSTER_IDS,
  type ExhausterDocument,
  type ExhausterId,
  type SignalView,
} from '../../../actors/exhauster/schema.ts'
import { advice, instrument } from '../../components/quality.ts'
import { labelOf } from '../../components/reading.ts'
import { icon, mark } from '../../components/sprite.ts'
import { worst } from '../../components/tag.ts'
import { tones, unitName } from '../../components/value.ts'
import { html, type Content, type Html } from '../../html.ts'
import { place, type Fragments } from '../../layout.ts'
import { gaugeOf } from '../../plant/gauge.ts'
import { documentOf } from '../../plant/machine.ts'
import { BEARINGS, bearingSignals, COOLER, DAMPER, DRIVE, GAS, OIL, WORK } from '../../plant/places.ts'
import { machineName, signalName, signalShortName } from '../../text/names.ts'
import type { View } from '../../view.ts'
import type { PlantModel } from '../model.ts'
import { MOST_SIGNALS, nameOf, type TrendWish } from './model.ts'

interface Group {
  readonly id: string
  readonly title: string
  readonly keys: readonly string[]
}

/** The signals of a machine in the order of the tree. */
function groupsOf({ text }: View): Group[] {
  const { bearing } = text.names
  const group = (id: string, keys: readonly string[]): Group => ({ id, title: text.trends.groups[id] ?? id, keys })
  return [
    ...BEARINGS.map((number) => ({
      id: `b${number}`,
      title: bearing({ number: String(number) }),
      keys: bearingSignals(number),
    })),
    group('drive', DRIVE),
    group('oil', OIL),
    group('cooler', COOLER),
    group('gas', GAS),
    group('damper', DAMPER),
    group('work', WORK),
  ]
}

const valueId = (exhauster: ExhausterId, key: string) => `now-${exhauster}-${key.replace('.', '-')}`
const groupId = (exhauster: ExhausterId, group: string) => `state-${exhauster}-${group}`
const machineId = (exhauster: ExhausterId) => `state-${exhauster}`

/** Every present value of the tree, and the marks by which a folded part says that something in it is out of limits. */
export function treeFragments(view: View, model: PlantModel): [id: string, fragment: Html][] {
  const fragments: [string, Html][] = []
  for (const id of EXHAUSTER_IDS) {
    const document = documentOf(model.exhausters.get(id))
    const groups = groupsOf(view)
    const all = groups.flatMap(({ keys }) => keys)
    fragments.push([machineId(id), state(view, machineId(id), document, all)])
    for (const group of groups) {
      fragments.push([groupId(id, group.id), state(view, groupId(id, group.id), document, group.keys)])
      for (const key of group.keys) {
        fragments.push([valueId(id, key), present(view, valueId(id, key), key, document?.signals[key])])
      }
    }
  }
  return fragments
}

function state({ text }: View, id: string, document: ExhausterDocument | null, keys: readonly string[]): Html {
  const status = document ? worst(document, keys) : 'unknown'
  return html`<span class="part-state" id="${id}" data-status="${status}">
    ${status !== 'ok' && html`${mark(status)}<span class="hidden">${text.status[status]}</span>`}
  </span>`
}

/** One present value: number and unit, red or yellow with its mark when out of limits, and what the instrument says. */
function present(view: View, id: string, key: string, signal: SignalView | undefined): Html {
  if (!signal) return html`<span class="present" id="${id}"><span class="muted">—</span></span>`
  const { text, format } = view
  const { value, status } = signal
  const out = status === 'alarm' || status === 'warning'
  let figure: Content = null
  if (typeof value === 'boolean') figure = html`<b>${value ? text.mnemonic.on : text.mnemonic.off}</b>`
  if (typeof value === 'number')
    figure = html`<b>${format.number(value, gaugeOf(key).digits)}</b><i>${unitName(view, signal.unit)}</i>`
  return html`<span class="present" id="${id}" ${limitsOf(signal)}>
    ${out && html`<span class="out" data-status="${status}">${mark(status)}<span class="hidden">${text.status[status]}</span></span>`}${advice(view, signal)}${figure && html`<span class="value" ${tones(signal)}>${figure}</span>`}${instrument(view, signal, 'mark')}
  </span>`
}

/** The limits that are obeyed, for the bands of the chart. */
function limitsOf({ limits, misconfigured }: SignalView): Content {
  return (['alarm_min', 'warning_min', 'warning_max', 'alarm_max'] as const).map((name) => {
    const limit = limits[name]
    return limit !== null && !misconfigured.includes(name) && html` data-${name.replace('_', '-')}="${limit}"`
  })
}

/** Everything that can be drawn: machine, part, signal. Folded, except where something is chosen. */
export function tree(view: View, wish: TrendWish, fragments: Fragments): Html {
  const { text } = view
  const chosen = new Set(wish.signals.map(nameOf))
  return html`<section class="card tree" id="signals" aria-label="${text.trends.signals}" tabindex="-1">
    <div class="search needs-script">
      <input class="input" type="search" id="find" placeholder="${text.trends.find}" aria-label="${text.trends.find}" />
    </div>
    ${EXHAUSTER_IDS.map((id) => machine(view, id, chosen, fragments))}
  </section>`
}

function machine(view: View, id: ExhausterId, chosen: ReadonlySet<string>, fragments: Fragments): Html {
  const { text } = view
  const count = [...chosen].filter((name) => name.startsWith(`${id}/`)).length
  return html`<details ${count > 0 && html` open`} data-machine="${machineName(text, id)}">
    <summary>
      ${icon('right')}<span class="name">${machineName(text, id)}</span>${place(fragments, machineId(id))}<span
        class="badge end"
        data-count
        ${count === 0 && html` hidden`}
        >${text.trends.chosen({ count: String(count), most: String(MOST_SIGNALS) })}</span
      >
    </summary>
    ${groupsOf(view).map(({ id: group, title, keys }) => {
      const open = keys.some((key) => chosen.has(nameOf({ exhauster: id, key })))
      return html`<details ${open && html` open`}>
        <summary>${icon('right')}${title}${place(fragments, groupId(id, group))}</summary>
        ${keys.map((key) => leaf(view, id, key, chosen, fragments))}
      </details>`
    })}
  </details>`
}

function leaf(
  { text }: View,
  exhauster: ExhausterId,
  key: string,
  chosen: ReadonlySet<string>,
  fragments: Fragments,
): Html {
  const name = nameOf({ exhauster, key })
  const words = signalName(text, key)
  return html`<label class="leaf" title="${words}">
    <input
      type="checkbox"
      name="signal"
      form="trend"
      value="${name}"
      autocomplete="off"
      ${chosen.has(name) && html` checked`}
      data-name="${words}"
      data-short="${signalShortName(text, key)}"
      data-now="${valueId(exhauster, key)}"
      data-digits="${gaugeOf(key).digits}"
    />
    <span aria-hidden="true">${labelOf(text, key)}</span
    ><span class="hidden">${words}</span>${place(fragments, valueId(exhauster, key))}
  </label>`
}
