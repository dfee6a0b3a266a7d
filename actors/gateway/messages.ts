import { REJECTED, senderOfSource, sourceAddress, type RejectedMessage, type SourceRead } from '../source/schema.ts'
import { Fault, type NewRecord } from '../runtime/index.ts'
import { EVENT_FIELDS, type EventSource } from './source-setting.ts'

/** The record of an event that `sender` sends; `id` is for one that has none. Faults: VALIDATION, TOO_LARGE. */
export type EventRecordOf = (
  value: unknown,
  by: { readonly sender: string; readonly nowMs: number; readonly id: string },
) => NewRecord

export interface TopicMessage {
  readonly offset: string
  readonly value: Buffer | null
}

/** What is longer is not even read: an event may have 64 KiB. */
const MOST_BYTES = 1024 * 1024
const MOST_SHOWN_BYTES = 64 * 1024

/** What a message of a topic becomes: an event, or a record whose turn makes the dead letter; nothing for a message that only deletes its key. */
export function recordOfMessage(
  { name, topic, fields }: Pick<EventSource, 'name' | 'topic' | 'fields'>,
  partition: number,
  { offset, value }: TopicMessage,
  { recordOf, nowMs }: { readonly recordOf: EventRecordOf; readonly nowMs: number },
): NewRecord | undefined {
  if (value === null) return undefined
  const id = `${topic}-${partition}-${offset}`
  try {
    return recordOf(named(read(value), fields), { sender: senderOfSource(name), nowMs, id })
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const rejected: RejectedMessage = {
      topic,
      partition,
      offset: Number(offset),
      code: error.code,
      cause: error.message,
      payload: new TextDecoder().decode(value.subarray(0, MOST_SHOWN_BYTES)),
      size: value.length,
    }
    return { key: sourceAddress(name), type: REJECTED, id, value: JSON.stringify(rejected) }
  }
}

/** The record that says how far a partition is read: for the log when all before it is durable. */
export function readRecord({ name }: Pick<EventSource, 'name'>, read: SourceRead): NewRecord {
  return { key: sourceAddress(name), type: 'read', value: JSON.stringify(read) }
}

function read(value: Buffer): unknown {
  if (value.length > MOST_BYTES) throw new Fault('TOO_LARGE', `A message may have at most ${MOST_BYTES} bytes.`)
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value))
  } catch {
    throw new Fault('MESSAGE_NOT_JSON', 'The message is not JSON in UTF-8.')
  }
}

/** The message under an event's names, which are texts: `7` is one, null is none. */
function named(value: unknown, fields: EventSource['fields']): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const event = value as Record<string, unknown>
  for (const name of EVENT_FIELDS) {
    const theirs = fields[name]
    const given = event[name] ?? (theirs === undefined ? undefined : event[theirs])
    if (given === undefined || given === null) delete event[name]
    else event[name] = typeof given === 'number' ? String(given) : given
  }
  return event
}
