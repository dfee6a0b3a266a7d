import type { DeliveryEnd, Effect, Segment, SegmentSummary, TurnStore } from '../runtime/index.ts'

export interface Document<Body = Record<string, unknown>> {
  readonly id: string
  /** From 1, one more at each change: compare and set. */
  readonly version: number
  readonly body: Body
}

/** A collection of documents: which top-level string or number fields can be searched for, and which values stand once only. */
export interface Collection {
  readonly name: string
  readonly unique?: readonly string[]
  readonly indexed?: readonly string[]
  /** What was written last may be gone after the power failed, though not after the program died: a write need not wait for the disk. */
  readonly fleeting?: true
}

export type PutResult =
  { readonly ok: true; readonly version: number } | { readonly ok: false; readonly conflict: string }

/** What people edit: accounts, sessions, settings, rotor directory, audit. Not from the log. */
export interface Documents {
  get<Body>(collection: Collection, id: string): Promise<Document<Body> | undefined>
  /** Refused with `conflict` = the field (or `id`) whose value another document has. */
  insert(collection: Collection, id: string, body: object): Promise<PutResult>
  /** Refused with `conflict: 'version'` when the stored version is another (or the document is gone). */
  replace(collection: Collection, id: string, version: number, body: object): Promise<PutResult>
  /** True if it was there (and had that version, where one is given). */
  remove(collection: Collection, id: string, version?: number): Promise<boolean>
  /** By id ascending (or descending), those after `after`; `where` on unique or indexed fields, all of them AND. */
  find<Body>(
    collection: Collection,
    query: { where?: Record<string, string | number>; after?: string; descending?: boolean; limit: number },
  ): Promise<Document<Body>[]>
  count(collection: Collection, where?: Record<string, string | number>): Promise<number>
  /** 1, 2, 3 … per name, never the same twice. */
  next(sequence: string): Promise<number>
}

export interface EffectQuery {
  readonly collection: string
  readonly address?: string
  /** `at` ≥ from, < to; epoch ms. */
  readonly from?: number
  readonly to?: number
  /** Else newest first. */
  readonly oldestFirst?: boolean
  /** In that order, those behind this one. */
  readonly after?: { at: number; id: string }
  readonly limit: number
}

/**
 * Where the sending of an effect of the outbox stands. Storing such an effect begins its delivery, in the same write; it outlives the
 * effect, so that a replay that stores the effect again sends nothing again.
 */
export interface Delivery {
  /** The effect's. */
  readonly id: string
  /** `kind/key` of the outgoing's target. */
  readonly target: string
  /** The actor that emitted it. */
  readonly address: string
  /** The effect's `at`, epoch ms. */
  readonly at: number
  readonly status: 'waiting' | DeliveryEnd
  readonly attempts: number
  /** When there is something to do for it, epoch ms; null when nothing is left to do. */
  readonly nextAt: number | null
  /** When it was tried last or ended, epoch ms. */
  readonly triedAt: number | null
  /** Why the last attempt failed. */
  readonly error: string | null
  /** What the target answered. */
  readonly answer: string | null
}

/** What the loop that sends needs. A node asks for the partitions that it owns; undefined: all. */
export interface Deliveries {
  /** Targets for which something is to be done, with the earliest time of it. */
  openTargets(partitions?: readonly number[]): Promise<{ target: string; nextAt: number }[]>
  /** What is due for a target by `now`, the earliest first. `outgoing` is the effect's body, JSON text; null when it is gone. */
  dueDeliveries(query: {
    target: string
    now: number
    limit: number
    partitions?: readonly number[]
  }): Promise<{ delivery: Delivery; outgoing: string | null }[]>
  /** How they stand now. Of one that has nothing left to do the outbox lets go, and it stays as it is: what is said later comes from who had it before. */
  putDeliveries(deliveries: readonly Delivery[]): Promise<void>
  getDelivery(id: string): Promise<Delivery | undefined>
  /** By `at` descending, then id descending. */
  listDeliveries(query: { target: string; after?: { at: number; id: string }; limit: number }): Promise<Delivery[]>
}

/** A segment of fewer rows waits to be merged with its neighbours: as many as the runtime seals one at (`LIMITS.segmentRows`). */
export const SMALL_SEGMENT_ROWS = 2048
/** A segment with that many bytes of text is not small, however few its rows (`LIMITS.segmentText`). */
export const SMALL_SEGMENT_TEXT = 1024 * 1024

/** Which segment: of one address and `first` the longer one stays, and its rows follow from the three. */
export interface SegmentKey {
  readonly address: string
  readonly first: number
  readonly last: number
}

/** Where the rows of a segment lie. */
export type SegmentSpan = Pick<Segment, 'first' | 'last' | 'from' | 'to' | 'rows'>

/** Everything a node keeps outside the log. Adapters: `sqlite/`, `mongo/`; both pass `conformance.ts`. */
export interface StateStore extends TurnStore, Documents, Deliveries {
  /**
   * Binds this store to a log and remembers the highest end seen of each partition. Throws the fault LOG_MISMATCH when the store knows
   * another log, another number of partitions, or a log that was longer: every new record would look like one already applied.
   */
  bindLog(log: {
    id: string
    /** Asked for after the store has looked at what it remembers: others may append and store meanwhile. */
    ends: () => Promise<readonly number[]>
  }): Promise<void>
  /** Who claimed each partition last, in no order. A claim is no sign of life: who made it may have gone. */
  owners(): Promise<{ partition: number; epoch: number; owner: string }[]>
  /** One segment, if it is still there and as long: compaction and other owners replace them. */
  readSegment(address: string, first: number, last: number): Promise<Segment | undefined>
  /** A segment that holds the rows of this offset. */
  segmentWith(address: string, offset: number): Promise<Segment | undefined>
  /** For each of many actors the spans of its segments that overlap `from`..`to` (ms, inclusive), by `first`; all as they were at one moment. */
  spansOf(addresses: readonly string[], from: number, to: number): Promise<SegmentSpan[][]>
  /** The digests of segments; undefined for one that has none, or that is no longer there. */
  readDigests(keys: readonly SegmentKey[]): Promise<(string | undefined)[]>
  /** One part of the summaries of segments; undefined for one that has none. One that was replaced may have gone. */
  readSummaries(part: keyof SegmentSummary, keys: readonly SegmentKey[]): Promise<(Uint8Array | undefined)[]>
  /** The offsets that brought the ids of a family: those that begin with it and `ID_PARTS`. In no order. */
  findFamily(address: string, family: string): Promise<number[]>
  /** Forgets these ids, as far as they stand alone: those that lie among many of one address go with its history. */
  dropIds(ids: readonly { address: string; id: string }[]): Promise<void>
  /** By `at` descending, then id descending. */
  listEffects(query: EffectQuery): Promise<Effect[]>
  /** How many there are, counted up to `most`. */
  countEffects(collection: string, most: number): Promise<number>
  getEffect(collection: string, id: string): Promise<Effect | undefined>
  deleteEffect(collection: string, id: string): Promise<boolean>
  /** Actors of a kind that have a snapshot, by address. */
  listAddresses(kind: string, after: string, limit: number): Promise<string[]>
  /**
   * History rows' addresses with more than `count` segments that are not yet merged (fewer than {@link SMALL_SEGMENT_ROWS} rows, less
   * than {@link SMALL_SEGMENT_TEXT}), most first: what compaction should look at.
   */
  fragmented(count: number, limit: number): Promise<string[]>
  /**
   * Drops history that ended before, with the ids that brought its rows (whoever sends such a one again adds what the next call
   * drops), effects that are older, and deliveries, ended or not, with their place in the outbox. Epoch ms.
   */
  expire(before: {
    history: number
    effects: number
    deliveries: number
    /** Ids of actors that have no history to go with. Absent: they stay. */
    ids?: number
    /** Kinds whose ids go by that age, though they keep a history: keys of requests, which nobody sends again as late. */
    agedIds?: readonly string[]
    /** History of these kinds, where it is kept for another time. */
    historyOf?: Readonly<Record<string, number>>
  }): Promise<void>
  /**
   * Deletes all that is kept of an actor: snapshot, segments, ids, dead letters. An owner that still has it in memory may write some of it
   * anew: so again later.
   */
  forget(address: string): Promise<void>
  close(): Promise<void>
}
