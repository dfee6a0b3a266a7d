import { CLEAN, type Actor } from './actor.ts'
import { toSnapshot } from './envelope.ts'
import type { Guards } from './guards.ts'
import type { Limits } from './limits.ts'
import type { Outputs } from './outputs.ts'
import type { Clock, Segment, Snapshot, TurnStore } from './ports.ts'
import type { Table } from './table.ts'

/** Who writes; the epoch changes when a partition that was kept is claimed again. */
export interface Owner {
  readonly partition: number
  epoch: number
}

interface Capture {
  readonly actor: Actor
  readonly snapshot: Snapshot
  readonly segments: readonly Segment[]
}

/**
 * Brings what turns did into the store. One flush at a time; each batch in this order, and this is why:
 * 1. State, rows and offset are captured in one go, as text and bytes: turns go on meanwhile.
 * 2. Effects, ids, messages and segments become durable. A snapshot at offset n makes every later owner skip the records up to
 *    n, so nothing that these records produced may be missing once it stands there.
 * 3. The snapshots, each only where the stored one is older. Only then the actor is clean up to there, and the low
 *    watermark may pass it.
 * A write that fails leaves everything as it was: the actor is dirty from where it was, its rows are still here, and the next
 * flush captures them again, longer. Of two segments with one first offset the longer stays, so also a late arrival of the
 * failed write does no harm.
 */
export class Snapshotter {
  /** Dirty actors that no flush is writing, ascending by `dirtyFrom`. */
  #dirty = new Set<Actor>()
  #writing: readonly Capture[] = []
  #running: Promise<unknown> = Promise.resolve()
  #closed = false
  /** What the rows of all actors weigh that are not in a segment. */
  pendingRows = 0
  readonly counts = { stored: 0, conflicts: 0, failures: 0 }
  /** Beginning of the last flush after which nothing was left, epoch ms: what is dirty is no older. */
  #cleanAt: number

  readonly #store: TurnStore
  readonly #outputs: Outputs
  readonly #table: Table
  readonly #clock: Clock
  readonly #limits: Limits
  readonly #guards: Guards
  readonly #owner: Owner

  constructor(
    store: TurnStore,
    outputs: Outputs,
    table: Table,
    clock: Clock,
    limits: Limits,
    guards: Guards,
    owner: Owner,
  ) {
    this.#store = store
    this.#outputs = outputs
    this.#table = table
    this.#clock = clock
    this.#limits = limits
    this.#guards = guards
    this.#owner = owner
    this.#cleanAt = clock.now()
  }

  get dirty(): number {
    return this.#dirty.size + this.#writing.length
  }

  /** How long something may have been only in memory, at most. */
  get oldestDirtyMs(): number {
    return this.dirty === 0 ? 0 : Math.max(0, this.#clock.now() - this.#cleanAt)
  }

  /** Smallest offset that only memory has, Infinity for none. */
  get firstDirty(): number {
    const [waiting] = this.#dirty
    return Math.min(waiting?.dirtyFrom ?? Infinity, this.#writing[0]?.actor.writingFrom ?? Infinity)
  }

  /** Called for an actor that is clean so far, with the offset of the record that it has just dealt with. */
  mark(actor: Actor, offset: number): void {
    actor.dirtyFrom = offset
    this.#dirty.add(actor)
  }

  /** Writes everything that is there now. Resolves to whether all of it is durable; never rejects for a store that fails. */
  flush(): Promise<boolean> {
    const flushed = this.#running.then(() => this.#flush())
    this.#running = flushed.catch(() => undefined)
    return flushed
  }

  close(): void {
    this.#closed = true
  }

  async #flush(): Promise<boolean> {
    let left = this.#dirty.size
    const startedAt = this.#clock.now()
    const last = this.#outputs.last
    do {
      if (this.#closed) return false
      const captures = this.#capture(Math.min(left, this.#limits.flushBatch))
      if (!(await this.#write(captures)) || (captures.length === 0 && left > 0)) return false
      left -= captures.length
      // A store in this process writes without giving the thread away: questions and signs of life would wait for all of it.
      if (left > 0) await this.#clock.yield()
    } while (left > 0)
    const isDurable = this.#outputs.first > last
    if (isDurable) this.#cleanAt = startedAt
    return isDurable
  }

  /** The oldest dirty actors, as they are now. A state that cannot become JSON stays dirty and holds the low watermark. */
  #capture(most: number): Capture[] {
    const captures: Capture[] = []
    for (const actor of this.#dirty) {
      if (captures.length === most) break
      const { address, rows, rowsTo, offset } = actor
      try {
        const snapshot = toSnapshot(actor, this.#owner.partition, this.#owner.epoch)
        const segments = rows?.segments(address, rowsTo + 1, offset, this.#limits, actor.kind.definition) ?? []
        captures.push({ actor, snapshot, segments })
      } catch {
        this.counts.failures++
        continue
      }
      this.#dirty.delete(actor)
      actor.writingFrom = actor.dirtyFrom
      actor.dirtyFrom = CLEAN
    }
    this.#writing = captures
    return captures
  }

  async #write(captures: readonly Capture[]): Promise<boolean> {
    const { flushBatch, idBatch } = this.#limits
    const { effectBeforeSnapshot, idBeforeSnapshot, messageBeforeSnapshot, segmentBeforeSnapshot } = this.#guards
    const ids = () => this.#outputs.putIds(idBatch)
    const segments = () => this.#putSegments(captures)
    // One after the other: what has left the memory for the store can be found there by its id.
    const both = idBeforeSnapshot && segmentBeforeSnapshot
    const steps: [first: boolean, step: () => Promise<unknown>][] = [
      [effectBeforeSnapshot, () => this.#outputs.putEffects(flushBatch)],
      [idBeforeSnapshot, both ? () => ids().then(segments) : ids],
      [messageBeforeSnapshot, () => this.#outputs.outbox.send()],
    ]
    if (!both) steps.push([segmentBeforeSnapshot, segments])
    const run = async (first: boolean): Promise<boolean> => {
      const done = await Promise.allSettled(steps.filter((step) => step[0] === first).map(([, step]) => step()))
      return done.every(({ status }) => status === 'fulfilled')
    }
    const prepared = await run(true)
    const stored = await this.#putSnapshots(captures)
    const rest = await run(false)
    if (!prepared || !stored || !rest) this.counts.failures++
    return prepared && stored && rest
  }

  async #putSegments(captures: readonly Capture[]): Promise<void> {
    const { flushBatch } = this.#limits
    const segments = captures.flatMap((capture) => capture.segments)
    for (let i = 0; i < segments.length; i += flushBatch) {
      await this.#store.putSegments(segments.slice(i, i + flushBatch))
    }
    for (const { actor, segments } of captures) {
      const last = segments.at(-1)?.last
      if (last !== undefined) this.#rowsDurable(actor, last)
    }
  }

  #rowsDurable(actor: Actor, to: number): void {
    actor.rowsTo = Math.max(actor.rowsTo, to)
    if (actor.rows === undefined) return
    this.pendingRows -= actor.rows.weight
    actor.rows.drop(to)
    this.pendingRows += actor.rows.weight
    if (actor.rows.length === 0) actor.rows = undefined
  }

  /** Writes those that have everything before them; the others stay dirty. */
  async #putSnapshots(captures: readonly Capture[]): Promise<boolean> {
    const { segmentBeforeSnapshot } = this.#guards
    const before = this.#outputs.firstBeforeSnapshot
    const ready = captures.filter(
      ({ actor, snapshot, segments }) =>
        snapshot.offset < before &&
        (segments.length === 0 || actor.rowsTo >= segments.at(-1)!.last || !segmentBeforeSnapshot),
    )
    const answers =
      ready.length === 0
        ? []
        : await this.#store.putSnapshots(ready.map(({ snapshot }) => snapshot)).catch((): number[] => [])
    const stored = new Map(ready.map(({ actor }, i) => [actor, answers[i] ?? -1]))
    const failed: Actor[] = []
    for (const { actor, snapshot } of captures) {
      const offset = stored.get(actor) ?? -1
      if (offset >= snapshot.offset) this.#durable(actor, snapshot, offset)
      else {
        actor.dirtyFrom = actor.writingFrom
        failed.push(actor)
      }
      actor.writingFrom = CLEAN
    }
    // Ascending again: among those that stayed there may be older ones, whose state cannot become JSON.
    if (failed.length > 0) {
      this.#dirty = new Set([...failed, ...this.#dirty].sort((a, b) => a.dirtyFrom - b.dirtyFrom))
    }
    this.#writing = []
    return failed.length === 0
  }

  /**
   * The store has this actor up to `offset`. When that is past what was written, another owner of the same history was there
   * before: a zombie that is ahead, or the rightful one if this is the zombie. Its rows and outputs up to there are durable,
   * as ours would have been. The actor stays: dropping it would lose what it has applied since.
   */
  #durable(actor: Actor, { offset: written }: Snapshot, offset: number): void {
    this.counts.stored++
    actor.stored = Math.max(actor.stored, offset)
    if (offset === written) return
    this.counts.conflicts++
    if (!this.#guards.keepOnConflict) {
      this.#table.drop(actor)
      this.#dirty.delete(actor)
      return
    }
    this.#rowsDurable(actor, offset)
    if (actor.dirtyFrom === CLEAN || actor.offset > offset) return
    actor.dirtyFrom = CLEAN
    this.#dirty.delete(actor)
  }
}
