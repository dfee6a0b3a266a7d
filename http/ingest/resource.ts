import type { Fault, FaultCode, NewRecord } from '../../actors/runtime/index.ts'
import type { Identity } from '../auth/identity.ts'

/** What may come of taking a body in, whatever the resource, for the documents of routes. */
export const INGEST_FAULTS = [
  'MALFORMED',
  'TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'LOG_UNAVAILABLE',
  'OVERLOADED',
  'IDEMPOTENCY_MISMATCH',
] as const satisfies readonly FaultCode[]

/** One thing of a body: a reading, an event. `value` is plain JSON ({@link flawOf} found nothing), of whatever shape. */
export interface Item {
  /** Counts the items of the body from 0. */
  readonly index: number
  readonly value: unknown
}

/** Who sends, when, and what a retry of the request finds again. */
export interface Sender {
  readonly identity: Identity
  /** When the body was there, under an `Idempotency-Key` for the first time: epoch ms of the edge's clock. */
  readonly nowMs: number
  /** What stands in the path for its parameters. */
  readonly params: Readonly<Record<string, string>>
  /** Under an `Idempotency-Key`: an id for the item with this index, the same at each retry. Absent without the header. */
  readonly idOf?: (index: number) => string
}

/** A record, and which items it carries: many items of one actor may become one record. */
export interface Carried {
  readonly record: NewRecord
  /** Ascending. */
  readonly indexes: readonly number[]
}

export interface Refused {
  readonly index: number
  readonly fault: Fault
}

/** What a resource makes of a batch. Each item stands in one of the two, once. */
export interface Taken {
  readonly records: readonly Carried[]
  readonly refused: readonly Refused[]
}

/** A body's items on their way into records, one after the other. */
export interface Batch {
  /** A line that the resource reads itself, without making JSON of it. False: it has to come as an item. */
  line?(bytes: Uint8Array, begin: number, end: number, index: number): boolean
  /** Does not throw: a wrong one stands among the refused ones at the end. */
  item(item: Item): void
  finish(): Taken | Promise<Taken>
}

/**
 * What a route that takes items into the log says of them; `createIngest` does the rest. Give each record an `id` only where the items
 * have ids of their own: under an `Idempotency-Key` the others get one from the key.
 *
 * ```ts
 * const data = ingest({
 *   one: (value, sender) => recordOf(readingOf(value, sender)),   // throws a Fault, which is the answer
 *   batch: (sender) => groupedByDevice(sender),
 * })
 * app.post('/api/v1/data', data, { access: 'ingest', parse: 'none', query: NoQuery, detail: describe({ …, body: { 'application/json': OneOrMany } }) })
 * ```
 */
export interface Resource {
  /** One item alone, the fast path. Not `async`: a promise only where it has to wait (a look at the store). */
  one(value: unknown, sender: Sender): NewRecord | Promise<NewRecord>
  /** One item alone, read from its bytes without making values of it. Undefined: it has to come as a value. */
  bytes?(bytes: Uint8Array, sender: Sender): NewRecord | Promise<NewRecord> | undefined
  /** An array or lines, all at once. */
  many?(items: readonly Item[], sender: Sender): Taken | Promise<Taken>
  /** An array or lines, one by one: in place of `many`. With neither, the route takes one item only. */
  batch?(sender: Sender): Batch
  /** JSON text of the answer to one item; the default is that of a batch of one. */
  answer?(position: string, record: NewRecord): string
  /** Status of the answer; 202 by default. */
  readonly status?: number
  /** Media types besides application/json (one, or an array) and NDJSON, and what a body of theirs is. */
  readonly types?: Readonly<Record<string, 'one' | 'many'>>
  /** What takes bodies of these types, where they have rules of their own. */
  readonly typed?: Pick<Resource, 'one' | 'bytes' | 'many' | 'batch'>
}
