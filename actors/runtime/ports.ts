import type { LogRecord, NewRecord, Position } from './record.ts'

/** An actor's state as the store keeps it: one document an actor. */
export interface Snapshot {
  readonly address: string
  readonly partition: number
  /** Last offset that the state includes. */
  readonly offset: number
  /** Epoch of the owner that wrote it: tells who, decides nothing. */
  readonly epoch: number
  /** Version of the kind's state. */
  readonly version: number
  /** Earliest armed timer, epoch ms, or null. Indexed by partition. */
  readonly due: number | null
  /** JSON text of state, timers, receiver's memory, quarantine. */
  readonly state: string
  /** `at` of the last record that it includes. */
  readonly at: number
}

/** History rows of one actor for the offsets `first`..`last`. `first` = last flushed + 1, so it may lie before the first row. */
export interface Segment {
  readonly address: string
  readonly first: number
  readonly last: number
  /** Earliest and latest time of the rows, epoch ms. */
  readonly from: number
  readonly to: number
  readonly rows: number
  /** Columns: `encodeSegment`. */
  readonly data: Uint8Array
  /** Texts of the rows: `encodeTexts`. Absent: no row has one. */
  readonly texts?: Uint8Array
  /** What the kind's `digest` says of the rows. Absent: the kind has none. */
  readonly digest?: string
  /** Of the numbers, for kinds with `summaries`. Absent: few rows, or written by an older version. */
  readonly summary?: SegmentSummary
}

/** What a segment's columns come to, by name. Both hold all names; they are apart because most questions need the first alone. */
export interface SegmentSummary {
  /** `encodeTotals`. */
  readonly totals: Uint8Array
  /** `encodeBuckets`. */
  readonly buckets: Uint8Array
}

/** A document that a turn emitted. `id` is `partition-offset-n`: storing it again changes nothing. */
export interface Effect {
  readonly collection: string
  readonly id: string
  readonly address: string
  readonly at: number
  /** JSON text. */
  readonly body: string
}

/** 128 bits of an id, as words of 32: the first two are of its family alone. An id with no family is its own. */
export interface IdHash {
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
}

export interface AppliedId {
  readonly address: string
  readonly id: string
  /** Of the id, where somebody has made it already. */
  readonly hash?: IdHash
  readonly partition: number
  readonly offset: number
}

/** What the turn loop needs of a store. Every write may be repeated, delayed, reordered and done by a zombie. */
export interface TurnStore {
  /** Makes the caller owner of the partition: a number higher than all before, for ever. */
  claim(partition: number, owner: string): Promise<number>
  loadSnapshots(addresses: readonly string[]): Promise<Snapshot[]>
  /** Addresses of a partition that have a timer armed, with the earliest due time. */
  loadDue(partition: number): Promise<{ address: string; due: number }[]>
  /** Stores each one only where the stored offset is lower; answers per item the offset that is stored after it (its own or a higher one). */
  putSnapshots(snapshots: readonly Snapshot[]): Promise<number[]>
  /** Of two segments with one address and `first`, the one with the higher `last` stays. */
  putSegments(segments: readonly Segment[]): Promise<void>
  /** Inserts those whose id is not there. */
  putEffects(effects: readonly Effect[]): Promise<void>
  /** What the store knows ids by; the ids that it is given may bring it along. */
  hashOf(id: string): IdHash
  /** Keeps for each (address, id) the lowest offset. */
  putIds(ids: readonly AppliedId[]): Promise<void>
  /** The stored offset of each, or -1. */
  findIds(ids: readonly Pick<AppliedId, 'address' | 'id' | 'hash'>[]): Promise<number[]>
  /**
   * All segments of an actor that overlap `from`..`to` (ms, inclusive), by `first`, as they were at one moment. With `below`
   * only those of fewer rows, where the store can tell: compaction wants no sealed ones. A store may leave `below` alone.
   */
  readSegments(address: string, from: number, to: number, below?: number): Promise<Segment[]>
  /**
   * Resolves when all that this owner has written is durable. Until then a power cut may take the latest of it, but never
   * something and leave what was written after it: so only what lies outside the store has to wait for this.
   */
  sync(): Promise<void>
  /** Deletes the segment (address, first) if its `last` is not past `last`. */
  deleteSegment(address: string, first: number, last: number): Promise<void>
}

/**
 * Appends durably. One answer per record, null for one that the log could not take; rejects when it could take none. What was
 * taken of the records for one partition is a leading part of them: never a later record without the earlier ones. Over a network nobody knows
 * for certain that something was not taken: what was answered null, or rejected, may stand in the log all the same, soon after, and once.
 */
export type Append = (records: readonly NewRecord[]) => Promise<(Position | null)[]>

/** Time comes in here and nowhere else. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Lets queries and input in between two chunks. */
  yield(): Promise<void>
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
  /**
   * The group was not heard of for so long that it may have given these to others: they stay in memory and emit nothing, and what they
   * answer is not the present, until `assigned` or `revoked`. Synchronous.
   */
  suspended(partitions: readonly number[]): void
  /** No longer ours: stop serving and emitting. Synchronous. */
  revoked(partitions: readonly number[]): void
  /**
   * The next records of one partition, ascending, none left out. Awaited before the next batch of that partition; `end` is the
   * offset after the last record known to be in the partition. With `next` everything before that has been delivered, also where the last
   * of it were repetitions of records; only then there may be no records. A rejection stops the consumer: `failed` says so.
   */
  batch(partition: number, records: readonly LogRecord[], end: number, next?: number): Promise<void>
  failed(error: unknown): void
  /**
   * The partitions will be divided anew in a moment, and some may go to others. What is durable and committed when this resolves they need
   * not apply again; they wait for it, but not for long.
   */
  rebalancing?(): Promise<void>
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
  /** Until then nobody else can have been given the partitions: ms of this thread's `performance.now()`. */
  leaseMs(): number
  /**
   * Gives all partitions to other members, and serves each until somebody else has it; resolves soon also when they do not take them. At once
   * where there is no other node. Afterwards only `stop` makes sense. Absent for a log that knows no others.
   */
  release?(): Promise<void>
  stop(): Promise<void>
}
