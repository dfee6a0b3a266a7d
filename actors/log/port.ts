import type { Append, LogRecord } from '../runtime/index.ts'

/** What a node does with a log besides consuming it. Adapters: `sqlite/`, `redpanda/`; both pass `conformance.ts`. */
export interface EventLog {
  /** Made with the log and kept: a store remembers it, and refuses another log. */
  readonly id: string
  readonly partitions: number
  /**
   * Durable when it resolves. All records of one call that go to one partition lie there in the order given; calls that
   * are not awaited may be joined and reordered against each other. Throws the fault LOG_UNAVAILABLE when none was taken.
   */
  readonly append: Append
  /** First offset still there and the offset after the last, per partition. */
  bounds(): Promise<{ earliest: number; end: number }[]>
  /** Lets go of what the retention allows, never at or past the committed low watermark. Returns bytes freed where known. */
  retain(): Promise<void>
  close(): Promise<void>
}

export interface AssignedPartition {
  readonly partition: number
  /** The committed low watermark, or null when nothing was ever committed. */
  readonly committed: number | null
  readonly earliest: number
  readonly end: number
}

export interface ConsumerHandler {
  /**
   * These partitions are ours from now on (all of them, kept ones too, after each change). Nothing of a partition is delivered until
   * `seek` and `resume` were called for it after this. Synchronous; must not throw.
   */
  assigned(partitions: readonly AssignedPartition[]): void
  /** No longer ours: stop serving and emitting. Synchronous. */
  revoked(partitions: readonly number[]): void
  /**
   * The next records of one partition, ascending, none left out. Awaited before the next batch of that partition; `end` is the
   * offset after the last record known to be in the partition. A rejection stops the consumer: `failed` says so.
   */
  batch(partition: number, records: readonly LogRecord[], end: number): Promise<void>
  failed(error: unknown): void
}

/** One member of the group: a Worker. */
export interface LogConsumer {
  start(handler: ConsumerHandler): Promise<void>
  /** The next batch of the partition begins at this offset. Below the earliest: the handler's `failed` gets LOG_OFFSET_OUT_OF_RANGE. */
  seek(partition: number, offset: number): void
  pause(partition: number): void
  resume(partition: number): void
  /** Low watermarks: the first offset still needed. Never goes back; fenced for one who no longer owns the partition. */
  commit(offsets: ReadonlyMap<number, number>): Promise<void>
  stop(): Promise<void>
}
