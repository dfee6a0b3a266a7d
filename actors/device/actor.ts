import { defineActor, Fault, sameNames, type AskView, type Turn } from '../runtime/index.ts'
import type { DeviceStateDocument, ReadingRecord, ReadingsRecord } from './schema.ts'
import { MOST_NAMES, unpackReadings } from './schema.ts'
import { fromJson, give, initialState, take, takeAll, toJson, type DeviceState } from './state.ts'

const STALE_AFTER = { intervals: 5, atLeastMs: 180_000 } as const

/** The row at hand: turns are synchronous, and the runtime copies it. */
const row = new Float64Array(MOST_NAMES)

const unreadable = (why: string) => new Fault('UNREADABLE_RECORD', why)

/** Puts the values into {@link row}. Returns their names: those given before when they are the same, so that nothing has to be looked up. */
function spread(values: ReadingRecord['values'], given: readonly string[]): readonly string[] {
  let count = 0
  let same = true
  for (const name in values) {
    const value = values[name]!
    if (count === MOST_NAMES) throw unreadable(`A reading has at most ${MOST_NAMES} values.`)
    if (typeof value !== 'number') throw unreadable(`${name} is no number.`)
    if (given[count] !== name) same = false
    row[count++] = value
  }
  return same && count === given.length ? given : Object.keys(values)
}

function takeReading(state: DeviceState, { at, values }: ReadingRecord, turn: Turn): void {
  if (state.deleted) return
  const names = spread(values, state.given)
  if (names !== state.given) give(state, names)
  const time = at ?? turn.at
  turn.row(time, row)
  take(state, time, row)
  turn.changed()
}

function takeReadings(state: DeviceState, record: ReadingsRecord, turn: Turn): void {
  if (state.deleted) return
  const { names, times, columns } = unpackReadings(record)
  if (names.length > MOST_NAMES) throw unreadable(`A reading has at most ${MOST_NAMES} values.`)
  for (let i = 0; i < times.length; i++) {
    if (Number.isNaN(times[i]!)) times[i] = turn.at
    else if (!Number.isFinite(times[i]!)) throw unreadable('A reading has no time.')
  }
  if (!sameNames(names, state.given)) give(state, names)
  turn.rows(times, columns)
  takeAll(state, times, columns)
  turn.changed()
}

/**
 * Any device that sends readings: numbers by name, late and out of order by their own time. It keeps the latest value of each name, and
 * every reading as a row of history with the columns that it has.
 */
export const device = defineActor<DeviceState>({
  kind: 'device',
  version: 1,
  initial: initialState,
  history: ({ given }) => given,
  summaries: true,
  toJson,
  fromJson,
  on: {
    reading: takeReading,
    readings: takeReadings,

    /** It is there for nobody any more: what comes later was on its way, and is dropped. */
    deleted: (state, _: object, turn) => {
      Object.assign(state, initialState(), { deleted: true })
      turn.changed()
    },
  },
  ask: { state: stateOf },
})

/** Fault NOT_FOUND for one that is deleted. */
function stateOf(state: DeviceState, _: object, { actorId, offset, nowMs }: AskView): DeviceStateDocument {
  if (state.deleted) throw new Fault('NOT_FOUND', 'There is no such device.')
  const { names, values, ats, readings, newest, interval } = state
  const staleMs = Math.max(STALE_AFTER.atLeastMs, STALE_AFTER.intervals * (interval ?? 0))
  const view: DeviceStateDocument['values'] = {}
  names.forEach((name, i) => {
    // A name that has come without a value, as a gap in a batch, has none yet.
    if (Number.isNaN(values[i])) return
    const at = ats[i]!
    const quality = nowMs - at > staleMs ? 'stale' : 'good'
    view[name] = { value: values[i]!, at: new Date(at).toISOString(), quality }
  })
  const updated_at = newest === null ? null : new Date(newest).toISOString()
  return { id: Number(actorId), values: view, updated_at, readings, offset }
}
