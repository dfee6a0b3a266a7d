/**
 * The rules that keep the outcome right under crashes, power cuts, zombies, late and repeated writes. The simulator switches each one off
 * in turn and must find a world that comes out wrong; nobody else passes this. A rule that no world needs is not here: that a
 * store keeps the lowest offset of an id (every owner applies an id at the same first record), that compaction reads one moment
 * (it merges over no gap, and each segment is complete by itself), that a partition is kept over a rebalance only under its own
 * epoch (an owner that missed nothing is only behind; the rule spares readers old answers).
 */
export interface Guards {
  /** A record at or before the actor's offset is not applied again. */
  readonly duplicateSkip: boolean
  /** The commit is the low watermark, not the position. */
  readonly commitLowWatermark: boolean
  /** Effects, ids and messages not yet durable hold the low watermark: a dead letter of an unknown kind has no dirty actor to hold it. */
  readonly outputsHoldCommit: boolean
  /** What the commit says is done is on the store's disk before it: else a power cut takes it, and no replay brings it back. */
  readonly syncBeforeCommit: boolean
  /** Dirty actors stay in memory. */
  readonly evictOnlyClean: boolean
  /** An actor whose snapshot meets a newer one stays in memory: it may be past that one already. */
  readonly keepOnConflict: boolean
  /** History rows are durable before the snapshot that makes a replay skip them. */
  readonly segmentBeforeSnapshot: boolean
  /** The same for effects. */
  readonly effectBeforeSnapshot: boolean
  /** The same for ids: so they hold the commit, too. */
  readonly idBeforeSnapshot: boolean
  /** The same for messages. */
  readonly messageBeforeSnapshot: boolean
  /** One write of effects at a time. */
  readonly oneEffectWrite: boolean
  /** An id marks a duplicate only when its stored position is lower than the record's own. */
  readonly lowerPositionIsDuplicate: boolean
  /** Ids applied but not durable yet are looked up in memory. */
  readonly knowPendingIds: boolean
  /** A message that the log holds twice is applied once. */
  readonly receiverDeduplication: boolean
  /** One request of messages at a time. */
  readonly oneSendInFlight: boolean
  /** After a failure nothing is sent before what failed. */
  readonly holdAfterFailure: boolean
  /** A timer's record counts only while the timer is armed for that very time. */
  readonly timerStillArmed: boolean
  /** A due timer is tried again until its record is in the log. */
  readonly repeatTimer: boolean
  /** What a turn did is undone when it throws. */
  readonly undoOnThrow: boolean
  /** Rows that two segments hold are read once. */
  readonly clip: boolean
  /** Compaction never merges over a gap. */
  readonly contiguousMerge: boolean
  /** Compaction deletes only after the merged segment is durable. */
  readonly mergedBeforeDelete: boolean
  /** What is not flushed is taken before the store is read, not after. */
  readonly tailBeforeRead: boolean
}

export const ALL_GUARDS: Guards = {
  duplicateSkip: true,
  commitLowWatermark: true,
  outputsHoldCommit: true,
  syncBeforeCommit: true,
  evictOnlyClean: true,
  keepOnConflict: true,
  segmentBeforeSnapshot: true,
  effectBeforeSnapshot: true,
  idBeforeSnapshot: true,
  messageBeforeSnapshot: true,
  oneEffectWrite: true,
  lowerPositionIsDuplicate: true,
  knowPendingIds: true,
  receiverDeduplication: true,
  oneSendInFlight: true,
  holdAfterFailure: true,
  timerStillArmed: true,
  repeatTimer: true,
  undoOnThrow: true,
  clip: true,
  contiguousMerge: true,
  mergedBeforeDelete: true,
  tailBeforeRead: true,
}
