import { AlarmClock } from './alarm-clock.ts'
import { toSnapshot } from './envelope.ts'
import { Fault } from './faults.ts'
import { ALL_GUARDS, type Guards } from './guards.ts'
import { compactHistory } from './history/compact.ts'
import { toSegment } from './history/row-buffer.ts'
import type { Rows } from './history/segment.ts'
import type { ActorKind } from './kind.ts'
import { LIMITS, type Limits } from './limits.ts'
import { Outbox } from './outbox.ts'
import { Outputs } from './outputs.ts'
import type { Append, Clock, Effect, Segment, TurnStore } from './ports.ts'
import type { LogRecord } from './record.ts'
import { Snapshotter, type Owner } from './snapshotter.ts'
import { Table } from './table.ts'
import { TurnLoop } from './turn-loop.ts'
import { Waiters } from './waiters.ts'

/** The tail is one segment, however long. */
const WHOLE = { segmentRows: Infinity, segmentText: Infinity }

export interface PartitionOptions {
  readonly partition: number
  /** From `TurnStore.claim`. */
  readonly epoch: number
  readonly kinds: ReadonlyMap<string, ActorKind>
  readonly store: TurnStore
  readonly append: Append
  readonly clock: Clock
  readonly limits?: Partial<Limits>
  /** Version counters of all actors of the node, a power of two of them: `versionSlot` finds an actor's. */
  readonly versions?: Int32Array
  /** Hears of effects that have just become durable. */
  readonly stored?: (effects: readonly Effect[]) => void
  /** The simulator's alone. */
  readonly guards?: Partial<Guards>
}

/** An actor's answer. `offset` −1 and `at` 0: no record has reached it. */
export interface Answered {
  /** JSON text. */
  readonly body: string
  readonly offset: number
  readonly at: number
}

/**
 * One partition of the log and the actors on it. It has one owner, who calls: `open`, then `apply` with all records from
 * there on, and now and then `flush` and `tick`. All of them may overlap, but `apply` waits for the one before.
 *
 * What is promised: after any crash, a new owner that opens at a committed `lowWatermark` ends in the same state, and every
 * effect, id, message, timer and history row of each record is there once. `guards.ts` names the rules that this rests on.
 */
export class Partition {
  readonly #owner: Owner
  readonly #options: PartitionOptions
  readonly #limits: Limits
  readonly #guards: Guards
  readonly #table: Table
  readonly #outputs: Outputs
  readonly #snapshotter: Snapshotter
  readonly #alarmClock = new AlarmClock()
  readonly #loop: TurnLoop
  #lowWatermark = 0
  #end = 0
  #logEnd = 0
  #openedAt = 0
  /** How long it was restoring; undefined while it is. */
  #restoredMs: number | undefined
  #closed = false
  #paused = false
  #ticking = false
  #hurrying = false
  #applying: Promise<void> = Promise.resolve()
  readonly #nextTick = new Waiters<void>()
  readonly #readers = new Waiters<boolean>()

  constructor(options: PartitionOptions) {
    const { partition, epoch, kinds, store, append, clock } = options
    const limits = (this.#limits = { ...LIMITS, ...options.limits })
    const guards = (this.#guards = { ...ALL_GUARDS, ...options.guards })
    const versions = options.versions ?? new Int32Array(1)
    this.#options = options
    this.#owner = { partition, epoch }
    this.#table = new Table(store, kinds, versions.length)
    this.#outputs = new Outputs(store, new Outbox(append, guards), guards, options.stored ?? (() => {}))
    this.#snapshotter = new Snapshotter(store, this.#outputs, this.#table, clock, limits, guards, this.#owner)
    this.#loop = new TurnLoop({
      partition,
      table: this.#table,
      outputs: this.#outputs,
      snapshotter: this.#snapshotter,
      alarmClock: this.#alarmClock,
      store,
      clock,
      limits,
      guards,
      versions,
    })
  }

  /** Begins at `start`, a low watermark. Until `end` it counts as restoring: it answers, but fires no timer. */
  async open(start: number, end = start): Promise<void> {
    this.#loop.position = start
    this.#lowWatermark = start
    this.#end = end
    this.#openedAt = this.#options.clock.now()
    if (!this.restoring) this.#restoredMs = 0
    const due = await this.#options.store.loadDue(this.#owner.partition)
    for (const { address, due: at } of due) this.#alarmClock.schedule(address, at)
  }

  /** The same memory under a new claim: nobody else had the partition meanwhile. With an `end` it has to catch up with that first. */
  keep(epoch: number, end = 0): void {
    this.#owner.epoch = epoch
    this.#end = Math.max(this.#end, end)
  }

  get epoch(): number {
    return this.#owner.epoch
  }

  /** Offset behind the last record dealt with. */
  get position(): number {
    return this.#loop.position
  }

  get restoring(): boolean {
    return this.position < this.#end
  }

  /** It has once had all that its predecessors may have answered from. */
  get hasCaughtUp(): boolean {
    return this.#restoredMs !== undefined
  }

  get closed(): boolean {
    return this.#closed
  }

  /**
   * First offset still needed, never going back: every record before it is in snapshots, and all that it produced is durable. Each
   * term is the first offset that only this memory has; a record that none of them holds would be skipped or repeated for nothing.
   */
  get lowWatermark(): number {
    if (!this.#guards.commitLowWatermark) return this.position
    const outputs = this.#guards.outputsHoldCommit ? this.#outputs.first : Infinity
    const needed = Math.min(this.position, this.#snapshotter.firstDirty, outputs, this.#loop.refusedFrom)
    return (this.#lowWatermark = Math.max(this.#lowWatermark, needed))
  }

  /**
   * Applies the next records, ascending, none left out. Resolves when all are applied, or early when the partition was paused or
   * closed. Waits while the store does not answer, or while too much is not durable: this is the back-pressure. `logEnd`, the
   * offset after the last record in the log, is for the statistics.
   */
  apply(records: readonly LogRecord[], logEnd = 0, next = 0): Promise<void> {
    this.#logEnd = Math.max(this.#logEnd, logEnd)
    this.#applying = this.#apply(records, next)
    return this.#applying
  }

  async #apply(records: readonly LogRecord[], covered: number): Promise<void> {
    const { chunkRecords, maxResident } = this.#limits
    const takenAt = this.#options.clock.now()
    for (let next = 0; next < records.length;) {
      if (this.#crowded) await this.#makeRoom()
      if (this.#closed || this.#paused) return
      this.#table.evict(maxResident, this.#guards.evictOnlyClean)
      const to = Math.min(next + chunkRecords, records.length)
      while (!(await this.#prepared(records, next, to))) {
        await this.#nextCycle()
        if (this.#closed || this.#paused) return
      }
      if (this.#closed) return
      this.#loop.takenAt = takenAt
      next = this.#loop.run(records, next, to)
      this.#advanced()
      if (this.#outputs.outbox.size > 0) void this.#outputs.outbox.send()
      if (this.#outputs.urgent) void this.#hurry()
      if (next < records.length) await this.#options.clock.yield()
    }
    if (covered <= this.position || this.#closed || this.#paused) return
    this.#loop.position = covered
    this.#advanced()
  }

  #advanced(): void {
    if (this.#restoredMs === undefined && !this.restoring) {
      this.#restoredMs = Math.max(0, this.#options.clock.now() - this.#openedAt)
    }
    this.#readers.release(true, (offset) => this.position > offset)
  }

  async #prepared(records: readonly LogRecord[], from: number, to: number): Promise<boolean> {
    const waiting = this.#loop.prepare(records, from, to)
    if (waiting === undefined) return true
    try {
      await waiting
      return true
    } catch {
      return false
    }
  }

  get #crowded(): boolean {
    const { maxResident, maxPending } = this.#limits
    const dirty = this.#guards.evictOnlyClean ? this.#snapshotter.dirty : 0
    // Half of them, once it is full: the eviction hand would otherwise pass all the dirty ones to find a clean one.
    const full = this.#table.size >= maxResident && dirty >= maxResident / 2
    return full || this.#outputs.size + this.#snapshotter.pendingRows >= maxPending
  }

  async #makeRoom(): Promise<void> {
    while (this.#crowded && !this.#closed && !this.#paused) {
      await this.flush()
      if (this.#crowded) await this.#nextCycle()
    }
  }

  /** What could not be done now is tried again at the owner's next `tick`: there is no other clock here. */
  #nextCycle(): Promise<void> {
    return this.#closed || this.#paused ? Promise.resolve() : this.#nextTick.wait()
  }

  /** Makes everything durable that is there now, as far as the store and the log take it. Resolves to whether that was all. */
  flush(): Promise<boolean> {
    return this.#snapshotter.flush()
  }

  /** Resolves when the store has the effects of all that is applied. Rejects when it does not take them. */
  async storeEffects(): Promise<void> {
    if (!this.#closed) await this.#outputs.putEffects(this.#limits.flushBatch)
  }

  /** Writes effects, and nothing else, until none is urgent. What else came by the time that it writes goes with them. */
  async #hurry(): Promise<void> {
    if (this.#hurrying) return
    this.#hurrying = true
    try {
      while (this.#outputs.urgent && !this.#closed) {
        await this.#options.clock.yield()
        if (!this.#closed) await this.#outputs.putEffects(this.#limits.flushBatch)
      }
    } catch {
      // They stay urgent: the next tick tries again.
    } finally {
      this.#hurrying = false
    }
  }

  /** No timer is due before this, epoch ms; Infinity while nothing may fire. What was due at the last `tick` and is still here waits. */
  get nextDue(): number {
    return this.#closed || this.#paused || this.restoring ? Infinity : this.#alarmClock.next
  }

  /** Tries again what waits, and appends the records of timers that are due. */
  async tick(): Promise<void> {
    this.#nextTick.release()
    if (this.#closed || this.#paused || this.#ticking) return
    this.#ticking = true
    if (this.#outputs.outbox.size > 0) void this.#outputs.outbox.send()
    if (this.#outputs.urgent) void this.#hurry()
    const { clock, append } = this.#options
    const look = (addresses: readonly string[]) => this.#table.look(addresses)
    try {
      if (this.restoring) return
      await this.#alarmClock.ring(clock.now(), look, append, () => this.position, this.#guards.repeatTimer)
    } finally {
      this.#ticking = false
    }
  }

  /**
   * Asks an actor. `nowMs` is the asker's clock. Faults: NOT_FOUND (no such kind or question), QUARANTINED, VERSION_AHEAD,
   * DATA_CORRUPT, and what the store throws when the actor is not in memory.
   */
  async ask(address: string, question: string, query: unknown, nowMs: number): Promise<Answered> {
    const [actor] = await this.#table.look([address])
    const answer = actor?.kind.ask.get(question)
    if (actor === undefined || answer === undefined) throw new Fault('NOT_FOUND', `${address} has no ${question}`)
    if (actor.refusal !== undefined) throw new Fault(actor.refusal.code, actor.refusal.detail)
    if (actor.quarantine !== undefined) throw new Fault('QUARANTINED', actor.quarantine.error)
    const { offset, at } = actor
    const body = answer(actor.state, query as never, { address, actorId: actor.id, offset, nowMs })
    return { body: JSON.stringify(body) ?? 'null', offset, at }
  }

  /** Resolves to true when the record at `offset` is applied, to false when this is closed before. */
  reached(offset: number): Promise<boolean> {
    if (this.position > offset) return Promise.resolve(true)
    if (this.#closed) return Promise.resolve(false)
    return this.#readers.wait(offset)
  }

  /**
   * History rows of an actor that the store may not have. Take it before reading the store's segments: what is flushed in
   * between stands in both then, and is read once. With `containing` only the rows whose text has it, which is no whole segment.
   */
  tail(address: string, containing?: string): Segment | undefined {
    const actor = this.#table.get(address)
    if (actor?.rows === undefined) return undefined
    const first = actor.rowsTo + 1
    if (containing === undefined) return actor.rows.segments(address, first, actor.offset, WHOLE)[0]
    const rows = actor.rows.rowsWith(containing)
    return rows.times.length === 0 ? undefined : toSegment(address, first, actor.offset, rows)
  }

  /** The rows of {@link tail} as they are, for those who read many actors. */
  tailRows(address: string): Rows | undefined {
    return this.#table.get(address)?.rows?.rows()
  }

  /** Actors that have changed since the last call, with their offset. */
  takeChanged(): { address: string; offset: number }[] {
    const changed = [...this.#loop.changed].map(([address, offset]) => ({ address, offset }))
    this.#loop.changed.clear()
    return changed
  }

  /** Merges an actor's small segments. Returns how many fewer there are. */
  compact(address: string): Promise<number> {
    const { contiguousMerge, clip, mergedBeforeDelete } = this.#guards
    const rules = { contiguous: contiguousMerge, clip, mergedFirst: mergedBeforeDelete }
    const kind = this.#table.kindOf(address)?.definition
    return compactHistory(this.#options.store, address, this.#limits, rules, kind, () => this.#options.clock.yield())
  }

  /** Applies nothing more after the present chunk, and resolves then: what comes next is the last flush. */
  async pause(): Promise<void> {
    this.#paused = true
    this.#nextTick.release()
    await this.#applying.catch(() => undefined)
  }

  /** Resolves when no `apply` is under way. */
  idle(): Promise<void> {
    return this.#applying.catch(() => undefined)
  }

  /** No longer the owner: applies, sends, fires and writes nothing more, but what is under way. */
  close(): void {
    this.#closed = true
    this.#outputs.outbox.close()
    this.#snapshotter.close()
    this.#nextTick.release()
    this.#readers.release(false)
  }

  /** Numbers for metrics and inspection. */
  stats() {
    return {
      partition: this.#owner.partition,
      epoch: this.#owner.epoch,
      position: this.position,
      lowWatermark: this.lowWatermark,
      logEnd: Math.max(this.#logEnd, this.#end, this.position),
      restoring: this.restoring,
      restoredMs: this.#restoredMs ?? null,
      resident: this.#table.size,
      dirty: this.#snapshotter.dirty,
      oldestDirtyMs: this.#snapshotter.oldestDirtyMs,
      pendingOutputs: this.#outputs.size,
      pendingRows: Math.ceil(this.#snapshotter.pendingRows),
      timers: this.#alarmClock.size,
      activations: this.#table.activations,
      evictions: this.#table.evictions,
      ...this.#loop.counts,
      snapshots: this.#snapshotter.counts,
    }
  }

  /** One actor as it is, for people. Undefined: no kind has this name. */
  async inspect(address: string) {
    const [actor] = await this.#table.look([address])
    if (actor === undefined) return undefined
    const { partition, epoch } = this.#owner
    const { state } =
      actor.refusal === undefined ? JSON.parse(toSnapshot(actor, partition, epoch).state) : { state: null }
    return {
      address,
      partition,
      resident: this.#table.get(address) !== undefined,
      state: state as unknown,
      offset: actor.offset,
      at: actor.at,
      snapshotOffset: actor.stored,
      timers: [...(actor.timers ?? [])].map(([name, timer]) => ({ name, ...timer })),
      records: this.#loop.recent(address),
      quarantine: actor.quarantine ?? null,
      refusal: actor.refusal ?? null,
    }
  }
}
