import { Fault } from './faults.ts'
import { ALL_GUARDS, type Guards } from './guards.ts'
import type { ActorKind } from './kind.ts'
import type { Limits } from './limits.ts'
import { Partition, type Answered } from './partition.ts'
import type { Append, AssignedPartition, Clock, ConsumerHandler, Effect, LogConsumer, TurnStore } from './ports.ts'
import type { LogRecord } from './record.ts'

export interface MemberOptions {
  readonly consumer: LogConsumer
  readonly store: TurnStore
  readonly append: Append
  readonly clock: Clock
  readonly kinds: ReadonlyMap<string, ActorKind>
  /** Who claims: node and worker, for people. */
  readonly owner: string
  readonly limits?: Partial<Limits>
  readonly versions?: Int32Array
  /** The consumer cannot go on: the Worker stops. LOG_OFFSET_OUT_OF_RANGE, LOG_MISMATCH, or what broke. */
  readonly failed: (error: unknown) => void
  /** Hears of effects that have just become durable. */
  readonly stored?: (effects: readonly Effect[]) => void
  /** The simulator's alone. */
  readonly guards?: Partial<Guards>
}

/**
 * A partition assigned to this member. `waiting`: the store did not answer, the next tick claims again. `suspended`: it may be somebody
 * else's by now.
 */
interface Seat {
  readonly assigned: AssignedPartition
  phase: 'claiming' | 'waiting' | 'open' | 'suspended'
  runtime: Partition | undefined
  /** Nobody else can have had it since the runtime was opened. */
  isSure: boolean
  opening: Promise<void>
}

/**
 * One member of the consumer group: the partitions that it owns, from assignment to revocation. Driven from outside: the log
 * delivers, and somebody calls `flushAndCommit` every few seconds and `tick` several times a second.
 *
 * A partition that stays over a rebalance keeps its memory if nobody claimed it in between: then the new epoch is the old one
 * plus one. It goes on at its own position and answers all the time, where a reload would be silent until it has replayed what
 * was not flushed. Anything else is dropped and opened anew at the committed offset.
 */
export class Member implements ConsumerHandler {
  readonly #options: MemberOptions
  readonly #guards: Guards
  #seats = new Map<number, Seat>()
  readonly #committed = new Map<number, number>()
  #flushing: Promise<void> | undefined
  #stopping = false

  constructor(options: MemberOptions) {
    this.#options = options
    this.#guards = { ...ALL_GUARDS, ...options.guards }
  }

  start(): Promise<void> {
    return this.#options.consumer.start(this)
  }

  assigned(partitions: readonly AssignedPartition[]): void {
    const before = this.#seats
    this.#seats = new Map()
    for (const assigned of partitions) {
      const { runtime, isSure = true, opening = Promise.resolve() } = before.get(assigned.partition) ?? {}
      this.#seats.set(assigned.partition, { assigned, phase: 'claiming', runtime, isSure, opening })
    }
    for (const [partition, seat] of before) if (!this.#seats.has(partition)) seat.runtime?.close()
    this.#committed.clear()
    for (const [partition, seat] of this.#seats) seat.opening = this.#succeed(seat, before.get(partition))
  }

  /**
   * After what is still under way for the seat before it: its claim counts, and what it has opened stays. Else two rebalances one
   * after the other would cost the memory that each alone leaves.
   */
  async #succeed(seat: Seat, former: Seat | undefined): Promise<void> {
    if (former) {
      await former.opening
      seat.runtime = former.runtime
    }
    if (this.#isCurrent(seat)) await this.#open(seat)
  }

  suspended(partitions: readonly number[]): void {
    for (const partition of partitions) {
      const seat = this.#seats.get(partition)
      if (seat) Object.assign(seat, { phase: 'suspended', isSure: false })
    }
  }

  revoked(partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.#seats.get(partition)?.runtime?.close()
      this.#seats.delete(partition)
    }
  }

  failed(error: unknown): void {
    this.#options.failed(error)
  }

  async rebalancing(): Promise<void> {
    // The flush at hand may have begun long ago.
    await this.#flushing
    await this.flushAndCommit()
  }

  async batch(partition: number, records: readonly LogRecord[], end: number, next?: number): Promise<void> {
    if (!this.#stopping) await this.#seats.get(partition)?.runtime?.apply(records, end, next)
  }

  async #open(seat: Seat): Promise<void> {
    const { store, owner, consumer } = this.#options
    const { partition, committed, earliest, end } = seat.assigned
    if (committed !== null && committed < earliest) return this.#outOfRange(seat.assigned)
    seat.phase = 'claiming'
    try {
      const epoch = await store.claim(partition, owner)
      if (seat.runtime?.epoch === epoch - 1) {
        await seat.runtime.idle()
        seat.runtime.keep(epoch, seat.isSure ? undefined : end)
      } else if (this.#isCurrent(seat)) {
        seat.runtime?.close()
        seat.runtime = undefined
        const opened = new Partition({ ...this.#options, partition, epoch })
        await opened.open(committed ?? earliest, end)
        seat.runtime = opened
      }
    } catch {
      if (this.#isCurrent(seat)) seat.phase = 'waiting'
      return
    }
    if (!this.#isCurrent(seat) || seat.runtime === undefined) return
    Object.assign(seat, { phase: 'open', isSure: true })
    consumer.seek(partition, seat.runtime.position)
    consumer.resume(partition)
  }

  #isCurrent(seat: Seat): boolean {
    return this.#seats.get(seat.assigned.partition) === seat && seat.phase === 'claiming' && !this.#stopping
  }

  #outOfRange({ partition, committed, earliest }: AssignedPartition): void {
    const detail = `partition ${partition} is needed from ${committed}, the log begins at ${earliest}`
    this.#options.failed(new Fault('LOG_OFFSET_OUT_OF_RANGE', detail))
  }

  /** Partitions assigned here; without a runtime while they are being claimed. */
  get owned(): ReadonlyMap<number, Partition | undefined> {
    return new Map(this.#held().map(([partition, { runtime }]) => [partition, runtime]))
  }

  /** Where each partition is on its way to be served. */
  get phases(): ReadonlyMap<number, Seat['phase']> {
    return new Map([...this.#seats].map(([partition, { phase }]) => [partition, phase]))
  }

  /** Partitions that are in memory here and may be somebody else's by now. */
  get suspendedPartitions(): number[] {
    return [...this.#seats].flatMap(([partition, { phase }]) => (phase === 'suspended' ? partition : []))
  }

  #held(): [number, Seat][] {
    return [...this.#seats].filter(([, { phase }]) => phase !== 'suspended')
  }

  /** Partitions that are in memory here, with the epoch of their claim. */
  get epochs(): ReadonlyMap<number, number> {
    return new Map(
      [...this.#seats].flatMap(([partition, { runtime }]) => (runtime ? [[partition, runtime.epoch]] : [])),
    )
  }

  /** Where a partition stands; undefined while it is not open here. For the hot path: {@link owned} makes a map of all. */
  position(partition: number): number | undefined {
    return this.#seats.get(partition)?.runtime?.position
  }

  /** Faults: NOT_OWNER, and RESTORING while it is being claimed. */
  partition(partition: number): Partition {
    const seat = this.#seats.get(partition)
    if (seat === undefined) throw new Fault('NOT_OWNER', `partition ${partition} is not here`)
    if (seat.runtime === undefined)
      throw new Fault('RESTORING', `partition ${partition} is being claimed`, { retryAfterS: 1 })
    return seat.runtime
  }

  /**
   * As `Partition.ask`. While the partition is restored only who takes `stale` gets an answer; else the fault RESTORING. From a suspended one
   * everybody gets what is there, if it has once caught up: as long as the group does not answer, nobody has anything newer.
   */
  async ask(
    partition: number,
    address: string,
    question: string,
    query: unknown,
    nowMs: number,
    stale = false,
  ): Promise<Answered & { readonly state: 'live' | 'restoring' }> {
    const runtime = this.partition(partition)
    const { phase, isSure } = this.#seats.get(partition)!
    const isNewest = phase === 'suspended' && runtime.hasCaughtUp
    if ((runtime.restoring || !isSure) && !stale && !isNewest) {
      throw new Fault('RESTORING', `partition ${partition} is being restored`, { retryAfterS: 1 })
    }
    const answered = await runtime.ask(address, question, query, nowMs)
    const isLive = this.#seats.get(partition)?.runtime === runtime && this.#seats.get(partition)!.isSure
    return { ...answered, state: isLive && !runtime.restoring ? 'live' : 'restoring' }
  }

  /** No timer is due before this, epoch ms: the `tick` of that moment fires it in time. Infinity when none is armed. */
  get nextDue(): number {
    let next = Infinity
    for (const [, { runtime }] of this.#held()) if (runtime && runtime.nextDue < next) next = runtime.nextDue
    return next
  }

  /** Claims again what could not be claimed, tries again what waits, fires timers. */
  async tick(): Promise<void> {
    const seats = this.#held().map(([, seat]) => seat)
    for (const seat of seats) if (seat.phase === 'waiting') seat.opening = this.#open(seat)
    await Promise.all(seats.map(({ runtime }) => runtime?.tick()))
  }

  /**
   * Makes everything durable and commits the low watermarks, as far as store and log allow; the rest comes next time. A call
   * while one is under way joins it.
   */
  flushAndCommit(): Promise<void> {
    this.#flushing ??= this.#flushAll().finally(() => {
      this.#flushing = undefined
    })
    return this.#flushing
  }

  async #flushAll(): Promise<void> {
    const flushes: (Promise<boolean> | undefined)[] = []
    for (const [, { runtime }] of this.#held()) {
      flushes.push(runtime?.flush())
      // A store in this process does all of a flush at once: records and questions wait for one partition's, not for all.
      await this.#options.clock.yield()
    }
    await Promise.all(flushes)
    const offsets = new Map<number, number>()
    for (const [partition, { runtime, assigned }] of this.#held()) {
      const needed = runtime?.lowWatermark ?? -1
      if (needed > (this.#committed.get(partition) ?? assigned.committed ?? -1)) offsets.set(partition, needed)
    }
    if (offsets.size === 0) return
    try {
      if (this.#guards.syncBeforeCommit) await this.#options.store.sync()
      await this.#options.consumer.commit(offsets)
    } catch {
      return
    }
    for (const [partition, offset] of offsets) this.#committed.set(partition, offset)
  }

  /** Finishes the chunk at hand, makes everything durable, commits, leaves the group. */
  async stop(): Promise<void> {
    this.#stopping = true
    const runtimes = [...this.#seats.values()].flatMap(({ runtime }) => runtime ?? [])
    await Promise.all(runtimes.map((runtime) => runtime.pause()))
    await this.#flushing
    await this.flushAndCommit()
    await this.#options.consumer.stop()
    for (const runtime of runtimes) runtime.close()
  }
}
