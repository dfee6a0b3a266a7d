/** What one partition may hold and do at a time. */
export interface Limits {
  /** Records of one chunk; between two chunks questions and flushes get their turn. */
  readonly chunkRecords: number
  /** A chunk ends after this time, whichever comes first. */
  readonly chunkMs: number
  /** Snapshots, segments or effects in one request to the store. So many actors are captured in one go, some 10 µs each. */
  readonly flushBatch: number
  /** Ids in one request: they are small, and many together cost a store less. */
  readonly idBatch: number
  /** Actors in memory. Only clean ones can leave, so a partition with more dirty ones flushes before it goes on. */
  readonly maxResident: number
  /** Effects, ids, messages and history rows not yet durable; a partition with more flushes before it goes on. */
  readonly maxPending: number
  /** Rows at which a segment is sealed: compaction leaves it alone. A flush cuts longer ones. */
  readonly segmentRows: number
  /** The same for the text of its rows: bytes when it is sealed, UTF-16 units where a flush cuts. */
  readonly segmentText: number
  /** UTF-16 units of a message's value; a turn that sends more throws. The log must take what a turn may send. */
  readonly maxMessage: number
  /** So many records that throw within `quarantineMs` (by their `at`) quarantine the actor. */
  readonly quarantineAfter: number
  readonly quarantineMs: number
}

export const LIMITS: Limits = {
  chunkRecords: 256,
  chunkMs: 8,
  flushBatch: 500,
  idBatch: 5_000,
  maxResident: 20_000,
  maxPending: 50_000,
  segmentRows: 2048,
  segmentText: 1024 * 1024,
  maxMessage: 500_000,
  quarantineAfter: 5,
  quarantineMs: 60_000,
}
