import type { KafkaMessage, Message } from 'kafkajs'
import type { LogRecord, NewRecord } from '../../runtime/index.ts'

/** Which producer appended a record, as its how-manieth: what a repeated request is known by. */
export interface Origin {
  readonly producer: string
  readonly sequence: number
  /** Sent again, because nobody knows what became of it before: it may stand in the log already. */
  readonly again: boolean
}

/** A record as a message: the address is the key, the rest of its head stands in headers, those that are empty left out. */
export function toMessage(record: NewRecord, partition: number, origin: Omit<Origin, 'again'>): Message {
  const headers: Record<string, string> = { type: record.type, origin: `${origin.producer}:${origin.sequence}` }
  if (record.id) headers.id = record.id
  if (record.source) headers.source = record.source
  if (record.trace) headers.traceparent = record.trace
  return { partition, key: record.key, value: record.value, headers }
}

export const sentAgain = (message: Message): Message => ({ ...message, headers: { ...message.headers, again: '1' } })

export function toRecord({ key, value, headers }: KafkaMessage, offset: number, at: number): LogRecord {
  const trace = headers?.traceparent?.toString()
  return {
    offset,
    at,
    key: key?.toString() ?? '',
    type: headers?.type?.toString() ?? '',
    value: value?.toString() ?? '',
    id: headers?.id?.toString() ?? '',
    source: headers?.source?.toString() ?? '',
    ...(trace && { trace }),
  }
}

export function originOf({ headers }: KafkaMessage): Origin | undefined {
  const text = headers?.origin?.toString()
  const colon = text?.lastIndexOf(':') ?? -1
  if (!text || colon <= 0) return undefined
  return {
    producer: text.slice(0, colon),
    sequence: Number(text.slice(colon + 1)),
    again: headers?.again !== undefined,
  }
}
