import { readPlainRecord } from './plain.ts'
import type { Labels } from './row.ts'
import type { EventRecord } from './schema.ts'

/** What the actor makes of an event's record; the rest of it goes into the history as it came. */
export interface ReadRecord {
  /** Ingest time, epoch ms. */
  readonly at: number
  readonly labels: Partial<Labels>
  readonly isTracked: boolean
}

export function readRecord(value: string): ReadRecord {
  const plain = readPlainRecord(value)
  if (plain !== undefined) return { at: plain.at, labels: plain.event, isTracked: plain.event.isTracked }
  const { at, event } = JSON.parse(value) as EventRecord
  return { at, labels: event, isTracked: typeof event.track_id === 'string' }
}
