import type { Append, Put } from '../runtime/index.ts'

/** Longest value of a record, in UTF-16 units: no log of ours takes a longer one. */
export const MAX_RECORD_LENGTH = 1_000_000

/** What a node does with a log besides consuming it. Adapters: `sqlite/`, `redpanda/`; both pass `conformance.ts`. */
export interface EventLog {
  /** Made with the log and kept: a store remembers it, and refuses another log. */
  readonly id: string
  readonly partitions: number
  /**
   * Durable when it resolves. All records of one call that go to one partition lie there in the order given; calls that
   * are not awaited may be joined and reordered against each other. Throws the fault LOG_UNAVAILABLE when none was taken,
   * MALFORMED when none can ever be: a tab or line end in a key, type, id or source, a line end in a value, or one too long.
   */
  readonly append: Append
  /** The same, of a log that gives records their places before they are durable. */
  readonly put?: Put
  /** First offset still there and the offset after the last, per partition. */
  bounds(): Promise<{ earliest: number; end: number }[]>
  /** Lets go of what the retention allows, never at or past the committed low watermark. Returns bytes freed where known. */
  retain(): Promise<void>
  close(): Promise<void>
}
