import type { LogRecord, NewRecord } from '../../runtime/index.ts'

/*
 * A record as a message of Kafka, in the format that its version 0.11 brought and Redpanda has from the start: the address is the key, the rest
 * of its head stands in headers, those that are empty left out. It is written and read here and not by kafkajs 2.2.4, which takes ten times as
 * long for either.
 */

/** Which producer appended a record, as its how-manieth: what a repeated request is known by. */
export interface Origin {
  /** Without a colon. */
  readonly producer: string
  readonly sequence: number
  /** Sent again, because nobody knows what became of it before: it may stand in the log already. */
  readonly again: boolean
}

/** A record with its number at its producer. */
export interface Numbered {
  readonly record: NewRecord
  readonly sequence: number
}

/** A record as it stands in the log. */
export interface Stored {
  readonly record: LogRecord
  /** Undefined: none of our nodes wrote it. */
  readonly origin: Origin | undefined
}

/** The version of the format. */
export const MAGIC = 2

/** A header's name as it stands in a record, with its length before it. */
const head = (name: string): Buffer => Buffer.from(`${String.fromCharCode(2 * name.length)}${name}`, 'latin1')

export const HEADS = {
  type: head('type'),
  /** `<producer>:<sequence>` */
  origin: head('origin'),
  id: head('id'),
  source: head('source'),
  traceparent: head('traceparent'),
  again: head('again'),
}

/** A safe integer. */
export const readInt64 = (bytes: Buffer, at: number): number =>
  bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)
