import type { Append, Outgoing } from '../runtime/index.ts'
import type { Deliveries, Delivery, StateStore } from '../store/port.ts'
import { pauseAfter } from './back-off.ts'
import { Breaker } from './breaker.ts'
import { deadError, deadLetterOf, reportOf } from './ending.ts'
import { Outcomes } from './outcomes.ts'
import type { Attempt, TargetKind } from './target.ts'

/** What is read ahead for one target. */
const PREFETCH = 64
/** While something is under way, others may become due that the look before could not tell. */
const LOOK_EVERY_MS = 1000
/** A paused target is asked again so often. */
const PAUSED_MS = 5000
/** Pause after the store or the log has refused, and between two words about it. */
const TROUBLE_MS = 1000
const SAY_EVERY_MS = 60_000
/** A stop waits so long for what is under way before it breaks it off. */
const GRACE_MS = 3000

export interface DeliveryLoopParts {
  readonly store: Deliveries & Pick<StateStore, 'putEffects'>
  readonly append: Append
  readonly kinds: ReadonlyMap<string, TargetKind>
  /** Partitions that this node owns; absent: all. */
  readonly partitions?: () => readonly number[]
  /** Epoch ms. */
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
  /** Hears, once a minute at most, that deliveries cannot be read or recorded. */
  readonly report: (sentence: string) => void
}

type Due = Awaited<ReturnType<Deliveries['dueDeliveries']>>[number]

/** What is under way for one target. */
interface Lane {
  readonly kind: string
  readonly key: string
  /** Read from the store: it may still call them due. */
  readonly held: Set<string>
  /** Of those, the ones whose outcome is recorded. A read that began before may have them still; the next one has not. */
  readonly ended: string[]
  readonly queue: Due[]
  readonly breaker: Breaker
  underWay: number
}

/**
 * Sends what the outbox holds: each delivery until its target has taken it, it is too late for it, or it is given up and among the dead
 * letters. The store knows what is due and when, so a look costs as many index steps as there are targets, whatever waits.
 *
 * A delivery ends with a record of its outcome: what was recorded as taken is never sent again; a process that dies between the target's answer
 * and the record sends once more, under the same id. A dead letter and a report to the actor follow the outcome, and a delivery keeps a
 * `nextAt` until they are durable: whoever comes next makes up for them.
 */
export class DeliveryLoop {
  readonly #parts: DeliveryLoopParts
  readonly #outcomes: Outcomes
  readonly #lanes = new Map<string, Lane>()
  readonly #underWay = new Set<Promise<void>>()
  readonly #abort = new AbortController()
  /** What became of what was tried, since the start: for the metrics. */
  readonly counts = { delivered: 0, retried: 0, dead: 0, expired: 0 }
  #timer: ReturnType<typeof setTimeout> | undefined
  #looking: Promise<void> | undefined
  #lookAgain = false
  #stopping = false
  #restUntil = -Infinity
  #saidAt = -Infinity
  /** The log's time never goes back, this machine's may: what is due by the log is due. */
  #logTime = 0

  constructor(parts: DeliveryLoopParts) {
    this.#parts = parts
    this.#outcomes = new Outcomes(parts.store, (error) => this.#trouble(error))
  }

  /** Something may be due: at the start, and whenever an effect of the outbox has become durable; `at` is that effect's. */
  wake(at = 0): void {
    this.#logTime = Math.max(this.#logTime, at)
    if (this.#stopping) return
    this.#lookAgain = true
    this.#looking ??= this.#lookAll()
  }

  /** Until when nothing is sent to a target (`kind/key`) from here, because it did not answer: epoch ms; null when it is not spared. */
  restingUntil(target: string): number | null {
    const until = this.#lanes.get(target)?.breaker.openUntil ?? -Infinity
    return until > this.#now ? until : null
  }

  /** Begins nothing more, waits a little for what is under way, and records how it ended. */
  async stop(): Promise<void> {
    this.#stopping = true
    clearTimeout(this.#timer)
    await this.#looking
    const breakOff = setTimeout(() => this.#abort.abort(), GRACE_MS)
    await Promise.allSettled(this.#underWay)
    clearTimeout(breakOff)
    await this.#outcomes.stop()
  }

  get #now(): number {
    return Math.max(this.#parts.now(), this.#logTime)
  }

  async #lookAll(): Promise<void> {
    while (this.#lookAgain && !this.#stopping) {
      this.#lookAgain = false
      if (this.#now < this.#restUntil) {
        this.#sleepUntil(this.#restUntil)
        break
      }
      try {
        this.#sleepUntil(await this.#look())
      } catch (error) {
        this.#trouble(error)
        this.#lookAgain = true
      }
    }
    this.#looking = undefined
  }

  #sleepUntil(next: number): void {
    clearTimeout(this.#timer)
    if (next === Infinity || this.#stopping) return
    // A timer takes no more than 2³¹ ms.
    this.#timer = setTimeout(() => this.wake(), Math.min(Math.max(1, next - this.#now), 2 ** 31 - 1))
  }

  /** Starts what is due. Resolves to when there will be something to do again. */
  async #look(): Promise<number> {
    const open = await this.#parts.store.openTargets(this.#parts.partitions?.())
    let next = Infinity
    for (const { target, nextAt } of open) {
      const lane = this.#laneOf(target)
      const from = Math.max(nextAt, lane.breaker.nextAt)
      if (from > this.#now) {
        next = Math.min(next, from)
        continue
      }
      await this.#read(target, lane)
      this.#start(lane)
      next = Math.min(next, this.#now + LOOK_EVERY_MS)
    }
    const stillOpen = new Set(open.map(({ target }) => target))
    for (const [target, lane] of this.#lanes) {
      if (!stillOpen.has(target) && lane.held.size === lane.ended.length && lane.breaker.calm)
        this.#lanes.delete(target)
    }
    return next
  }

  #laneOf(target: string): Lane {
    let lane = this.#lanes.get(target)
    if (lane === undefined) {
      const cut = target.indexOf('/')
      const [kind, key] = [target.slice(0, cut), target.slice(cut + 1)]
      lane = { kind, key, held: new Set(), ended: [], queue: [], breaker: new Breaker(), underWay: 0 }
      this.#lanes.set(target, lane)
    }
    return lane
  }

  async #read(target: string, lane: Lane): Promise<void> {
    if (lane.queue.length > 0) return
    const { store, partitions } = this.#parts
    for (const id of lane.ended.splice(0)) lane.held.delete(id)
    const limit = lane.held.size + PREFETCH
    const owned = partitions?.()
    const due = await store.dueDeliveries({ target, now: this.#now, limit, ...(owned ? { partitions: owned } : {}) })
    for (const one of due) {
      if (lane.held.has(one.delivery.id)) continue
      lane.held.add(one.delivery.id)
      lane.queue.push(one)
    }
  }

  #start(lane: Lane): void {
    const most = this.#parts.kinds.get(lane.kind)?.atOnce ?? 1
    while (!this.#stopping && lane.queue.length > 0 && lane.underWay < lane.breaker.room(this.#now, most)) {
      const due = lane.queue.shift()!
      lane.underWay++
      const work = this.#deliver(lane, due)
        .catch((error: unknown) => this.#trouble(error))
        .finally(() => {
          lane.underWay--
          lane.ended.push(due.delivery.id)
          this.#underWay.delete(work)
          this.#start(lane)
          if (lane.queue.length === 0) this.wake()
        })
      this.#underWay.add(work)
    }
  }

  async #deliver(lane: Lane, { delivery, outgoing }: Due): Promise<void> {
    if (outgoing === null) {
      const error = 'what was to be sent is not there any more'
      return this.#outcomes.record({ ...delivery, status: 'dead', nextAt: null, error })
    }
    const what = JSON.parse(outgoing) as Outgoing
    if (delivery.status !== 'waiting') return this.#followUp(delivery, what, outgoing)
    if (what.not_after !== undefined && what.not_after < this.#now) {
      return this.#end({ ...delivery, status: 'expired' }, what, outgoing)
    }
    if ((await this.#parts.kinds.get(lane.kind)?.isPaused?.(lane.key)) === true) {
      return lane.breaker.rest(this.#now + PAUSED_MS)
    }
    const attempt = await this.#attempt(lane, delivery, what)
    // What a stop broke off was no attempt.
    if (this.#abort.signal.aborted && !attempt.taken) return
    if (!attempt.taken && 'expired' in attempt) {
      const attempts = delivery.attempts + (attempt.tried ? 1 : 0)
      return this.#end({ ...delivery, attempts, status: 'expired', error: attempt.error }, what, outgoing)
    }
    const triedAt = this.#now
    const tried: Delivery = { ...delivery, attempts: delivery.attempts + 1, triedAt }
    if (attempt.taken) {
      lane.breaker.succeeded()
      return this.#end({ ...tried, status: 'delivered', error: null, answer: attempt.answer }, what, outgoing)
    }
    // A target that says what it will never take is not away.
    const isAway = attempt.code === undefined && this.#parts.kinds.get(lane.kind)?.restless !== true
    if (isAway) lane.breaker.failed(triedAt)
    const pause = pauseAfter(tried.attempts, this.#parts.random())
    if (attempt.code !== undefined || pause === null) {
      const error = deadError(attempt.code ?? 'RELAY_EXHAUSTED', attempt.error)
      return this.#end({ ...tried, status: 'dead', error }, what, outgoing)
    }
    // That it is too late is recorded when it is, not when it would have been tried again.
    const nextAt = Math.min(triedAt + pause, (what.not_after ?? Infinity) + 1)
    await this.#outcomes.record({ ...tried, nextAt, error: attempt.error })
    this.counts.retried++
    this.wake()
  }

  async #attempt(lane: Lane, { id }: Delivery, { payload, message_id }: Outgoing): Promise<Attempt> {
    const kind = this.#parts.kinds.get(lane.kind)
    if (kind === undefined) return { taken: false, error: `nobody sends to a ${lane.kind}`, code: 'RELAY_NO_TARGET' }
    try {
      return await kind.send({ id: message_id ?? id, key: lane.key, payload }, this.#abort.signal)
    } catch (error) {
      return { taken: false, error: error instanceof Error ? error.message : String(error) }
    }
  }

  async #end(ended: Delivery, what: Outgoing, outgoing: string): Promise<void> {
    const follows = ended.status === 'dead' || what.report === true
    const recorded = { ...ended, triedAt: ended.triedAt ?? this.#now, nextAt: follows ? this.#now : null }
    await this.#outcomes.record(recorded)
    if (ended.status !== 'waiting') this.counts[ended.status]++
    if (follows) await this.#followUp(recorded, what, outgoing)
  }

  async #followUp(ended: Delivery, what: Outgoing, outgoing: string): Promise<void> {
    if (ended.status === 'dead') await this.#parts.store.putEffects([deadLetterOf(ended, outgoing)])
    if (what.report === true) {
      const [position] = await this.#parts.append([reportOf(ended, this.#now)])
      if (!position) throw new Error('the log did not take the report of a delivery')
    }
    await this.#outcomes.record({ ...ended, nextAt: null })
  }

  #trouble(error: unknown): void {
    const now = this.#now
    this.#restUntil = now + TROUBLE_MS
    if (now < this.#saidAt + SAY_EVERY_MS) return
    this.#saidAt = now
    this.#parts.report(`deliveries wait: ${error instanceof Error ? error.message : String(error)}`)
  }
}
