import { defineActor, type Turn } from '../runtime/index.ts'
import { digestOf } from './digest.ts'
import { COLUMNS, textOf } from './row.ts'
import type { EventRecord } from './schema.ts'

/** Takes an event into the history, or, of an id that is stored already, only that it came again. */
function take({ at, event }: EventRecord, turn: Turn, repeated: boolean): void {
  const track = typeof event.track_id === 'string' ? 1 : NaN
  turn.row(at, [turn.takenAt - at, repeated ? 1 : NaN, track], textOf(event, repeated ? '' : turn.text))
}

/**
 * The events of one partition. They are its history and nothing else: the state knows nothing, so that it stays small however many there
 * are. Which ids there are already is the runtime's business.
 */
export const event = defineActor<object>({
  kind: 'event',
  version: 1,
  initial: () => ({}),
  history: () => COLUMNS,
  historyText: true,
  digest: digestOf,
  on: {
    event: (_, record: EventRecord, turn) => {
      take(record, turn, false)
      turn.changed()
    },
  },
  repeated: (_, record: EventRecord, turn) => take(record, turn, true),
  ask: { past: () => null },
})
