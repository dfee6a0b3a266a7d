import { ID_PARTS, type NewRecord } from '../runtime/index.ts'

/** An event as it was sent: CloudEvents 1.0 names, and whatever else its sender put in. */
export interface SentEvent {
  readonly id: string
  readonly type?: string
  /** CloudEvents: who is the author within the sender, a URI reference. */
  readonly source?: string
  readonly subject?: string
  readonly user_id?: string
  /** When it happened, by its sender. */
  readonly time?: string
  readonly [name: string]: unknown
}

/** An event as it is read: what was sent, and when it came and was stored. */
export interface StoredEvent extends SentEvent {
  /** When it came in, ISO 8601: lists are ordered by it. */
  readonly ingest_time: string
  /** When it was in the log and its actor had it. */
  readonly store_time: string
}

/** Record `event`. */
export interface EventRecord {
  /** Ingest time, epoch ms. */
  readonly at: number
  readonly event: SentEvent
}

/** Sources of this system's own events begin with it; nobody outside may use them. */
export const OWN_SOURCE = 'windbox/'

/** Address of the events of a partition: one actor each. */
export const eventsOf = (partition: number): string => `event/#${partition}`

/**
 * The record of an event. Its id is what makes it one event: the same id from the same `sender` and `source` is stored once. The event's own
 * id begins it, so that an event is found by that alone. `json` is the event's, on one line; `isClean` as in {@link NewRecord}.
 */
export function eventRecord(
  address: string,
  sender: string,
  at: number,
  event: Pick<SentEvent, 'id' | 'source'>,
  json = JSON.stringify(event),
  isClean = false,
): NewRecord {
  return {
    key: address,
    type: 'event',
    value: `{"at":${at},"event":${json}}`,
    id: `${event.id}${ID_PARTS}${sender}${ID_PARTS}${event.source ?? ''}`,
    isClean,
  }
}

/** The event's own id, of its record's. */
export const eventIdOf = (recordId: string): string => recordId.slice(0, recordId.indexOf(ID_PARTS))
