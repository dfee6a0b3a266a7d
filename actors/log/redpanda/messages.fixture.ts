import type { Message } from 'kafkajs'
import type { NewRecord } from '../../runtime/index.ts'

/** A record as a message of kafkajs' own producer. */
export function toMessage(
  record: NewRecord,
  partition: number,
  { producer, sequence }: { producer: string; sequence: number },
): Message {
  const headers: Record<string, string> = { type: record.type, origin: `${producer}:${sequence}` }
  if (record.id) headers.id = record.id
  if (record.source) headers.source = record.source
  if (record.trace) headers.traceparent = record.trace
  return { partition, key: record.key, value: record.value, headers }
}
