import { carries, relayed, type RelaysRecord } from '../relay/schema.ts'
import { defineActor, OUTBOX, type Turn } from '../runtime/index.ts'
import { digestOf } from './digest.ts'
import { COLUMNS, textOf } from './row.ts'
import { readRecord, type ReadRecord } from './read.ts'
import type { EventRecord } from './schema.ts'

/** Takes an event into the history, or, of an id that is stored already, only that it came again. */
function take({ at, labels, isTracked }: ReadRecord, turn: Turn, repeated: boolean): void {
  turn.row(at, [turn.takenAt - at, repeated ? 1 : NaN, isTracked ? 1 : NaN], textOf(labels, repeated ? '' : turn.text))
}

interface EventState {
  /** Absent: nobody has ever made a relay. */
  relays?: RelaysRecord
}

/** What leaves the system for an event. */
function relay({ relays }: EventState, turn: Turn): void {
  if (relays === undefined || relays.relays.length === 0) return
  const { at, event } = JSON.parse(turn.text) as EventRecord
  for (const route of relays.relays) {
    if (carries(route.filter, event)) turn.emit(OUTBOX, turn.at, relayed(route, event, at), { urgent: true })
  }
}

/**
 * The events of one partition. They are its history and nothing else: the state knows none of them, so that it stays small however many
 * there are; it knows where they are relayed to. Which ids there are already is the runtime's business.
 */
export const event = defineActor<EventState>({
  kind: 'event',
  version: 1,
  initial: () => ({}),
  history: () => COLUMNS,
  historyText: true,
  digest: digestOf,
  on: {
    event: (state, record: ReadRecord, turn) => {
      take(record, turn, false)
      relay(state, turn)
      turn.changed()
    },
    relays: (state, relays: RelaysRecord) => {
      if (relays.version > (state.relays?.version ?? 0)) state.relays = relays
    },
  },
  read: { event: readRecord },
  repeated: { event: (_, record: ReadRecord, turn) => take(record, turn, true) },
  ask: { past: () => null, relays: ({ relays }) => ({ version: relays?.version ?? 0 }) },
})
