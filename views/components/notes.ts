import { EXHAUSTER_IDS, type ExhausterId, type Status, type StatusChange } from '../../actors/exhauster/schema.ts'
import { html, type Html } from '../html.ts'
import type { PlantModel } from '../pages/model.ts'
import { WORST_FIRST } from '../plant/machine.ts'
import { machineName, signalName } from '../text/names.ts'
import type { View } from '../view.ts'
import { icon, mark } from './sprite.ts'
import { state } from './state.ts'

/** The same change of one machine, however often it came. */
interface Note {
  readonly status: Status
  readonly signal: string | null
  /** Nothing was known before. */
  readonly fromUnknown: boolean
  readonly count: number
  /** Epoch ms. */
  readonly last: number
  readonly first: number
}

/** Joins a machine's changes into notes, same status and same first cause: what the machine did before what its data did, then newest first. */
export function groupChanges(changes: readonly StatusChange[]): Note[] {
  const notes = new Map<string, Note>()
  for (const { at, status, previous, causes } of changes) {
    const signal = status === 'ok' ? null : (causes[0]?.signal ?? null)
    const fromUnknown = status === 'ok' && previous === 'unknown'
    const key = `${status} ${signal} ${fromUnknown}`
    const time = Date.parse(at)
    const known = notes.get(key)
    notes.set(key, {
      status,
      signal,
      fromUnknown,
      count: (known?.count ?? 0) + 1,
      last: Math.max(known?.last ?? time, time),
      first: Math.min(known?.first ?? time, time),
    })
  }
  const isOfMachine = ({ status }: Note) => status === 'alarm' || status === 'warning'
  return [...notes.values()].sort((a, b) => Number(isOfMachine(b)) - Number(isOfMachine(a)) || b.last - a.last)
}

/** What has changed of late, grouped by exhauster; machines whose last change is the worst come first and open. */
export function notes(view: View, model: PlantModel): Html {
  const { text } = view
  const groups: { id: ExhausterId; notes: Note[] }[] = []
  for (const id of EXHAUSTER_IDS) {
    const found = groupChanges(model.changes.get(id) ?? [])
    if (found.length > 0) groups.push({ id, notes: found })
  }
  groups.sort((a, b) => rank(a.notes) - rank(b.notes) || newest(b.notes) - newest(a.notes))
  const now = model.plant.clock === 'replay' ? (model.plant.moment ?? view.now) : view.now
  return html`<aside class="card notes" id="notes" aria-label="${text.overview.notices}">
    <header><h2>${text.overview.notices}</h2></header>
    ${groups.length === 0 ? state('wait', text.overview.noticesEmpty, text.overview.noticesEmptyHint) : groups.map((group, index) => section(view, group, index < 3, now))}
    <footer class="legend">
      ${(['alarm', 'warning', 'unknown'] as const).map((status) => html`<span class="status" data-status="${status}">${mark(status)}${text.statusShort[status]}</span>`)}<span
        class="muted"
        >${text.overview.legend}</span
      >
    </footer>
  </aside>`
}

const newest = (all: readonly Note[]) => Math.max(...all.map(({ last }) => last))
const rank = (all: readonly Note[]) => WORST_FIRST.indexOf(all.find(({ last }) => last === newest(all))?.status ?? 'ok')

function section(view: View, { id, notes: all }: { id: ExhausterId; notes: Note[] }, open: boolean, now: number): Html {
  return html`<details id="notes-${id}" ${open && html` open`}>
    <summary>
      ${icon('right')}<span class="name">${machineName(view.text, id)}</span
      ><span class="badge end">${all.length}</span>
    </summary>
    <ul>
      ${all.slice(0, 6).map((note) => entry(view, id, note, now))}
    </ul>
  </details>`
}

function entry(view: View, id: ExhausterId, note: Note, now: number): Html {
  const { overview, status } = view.text
  const words =
    note.status === 'ok'
      ? note.fromUnknown
        ? overview.heard
        : overview.returned
      : note.signal === null
        ? status[note.status]
        : overview.passed({ signal: signalName(view.text, note.signal), status: status[note.status].toLowerCase() })
  const last = view.format.moment(note.last, now)
  const when = note.count > 1 ? overview.lastAndFirst({ last, first: view.format.moment(note.first, now) }) : last
  return html`<li data-status="${note.status}">
    ${mark(note.status)}<a href="/dashboard/exhausters/${id}">${words}</a
    ><b>${note.count > 1 && overview.times({ count: String(note.count) })}</b>
    <p>${when}</p>
  </li>`
}
