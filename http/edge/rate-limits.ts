import { ALONE, type Bus } from '../../actors/cluster/port.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { TokenBucket } from './token-bucket.ts'

/** What nodes tell each other: `[sender, requests][]`. */
const TOPIC = 'requests'
const TELL_EVERY_MS = 250
/** A message of so many fits into what the bus takes. */
const MOST_TOLD = 200
/** What is less than this part of a second's worth is told when it has become more. */
const LEAST_TOLD = 1 / 100
const REMEMBERED = 10_000

/**
 * How many requests a second each sender may make, whichever node they come to. A node lets through by its own buckets and tells the others
 * four times a second, whose buckets owe it then. So in t seconds a sender gets no more than `perSecond × (t + nodes)` through: on each node
 * one burst, before the others have heard of it. A node that nobody hears counts alone.
 */
export class RateLimits {
  readonly perSecond: number
  readonly #now: () => number
  readonly #bus: Bus
  readonly #buckets = new Map<string, TokenBucket>()
  readonly #lasting = new Map<string, TokenBucket>()

  constructor({ perSecond, now, bus = ALONE }: { perSecond: number; now: () => number; bus?: Bus }) {
    this.perSecond = perSecond
    this.#now = now
    this.#bus = bus
  }

  /** The sender's bucket. To be asked for again now and then: those of many others may push it out. */
  of(sender: string): TokenBucket {
    const lasting = this.#lasting.get(sender)
    if (lasting) return lasting
    const bucket = this.#buckets.get(sender) ?? new TokenBucket(this.perSecond)
    this.#buckets.delete(sender)
    this.#buckets.set(sender, bucket)
    if (this.#buckets.size > REMEMBERED) this.#buckets.delete(this.#buckets.keys().next().value as string)
    return bucket
  }

  /** To be thrown when a bucket has nothing left. */
  exceeded(): Fault {
    return new Fault('RATE_LIMITED', `More than ${this.perSecond} requests a second.`, { retryAfterS: 1 })
  }

  /** The sender's bucket, for ever. */
  lasting(sender: string): TokenBucket {
    const bucket = this.of(sender)
    this.#buckets.delete(sender)
    this.#lasting.set(sender, bucket)
    return bucket
  }

  /** Tells the others and hears them from now on. Returns the way to stop. */
  start(): () => void {
    if (this.#bus === ALONE) return () => {}
    const timer = setInterval(() => this.tell(), TELL_EVERY_MS)
    timer.unref()
    const stopHearing = this.#bus.subscribe(TOPIC, (body) => this.#hear(body))
    return () => {
      clearInterval(timer)
      stopHearing()
    }
  }

  /** Tells the others what was let through here since the last time. */
  tell(): void {
    const least = Math.max(1, this.perSecond * LEAST_TOLD)
    let told: [string, number][] = []
    for (const [sender, bucket] of [...this.#lasting, ...this.#buckets]) {
      const count = bucket.tell(least)
      if (count > 0) told.push([sender, count])
      if (told.length < MOST_TOLD) continue
      this.#bus.publish(TOPIC, JSON.stringify(told))
      told = []
    }
    if (told.length > 0) this.#bus.publish(TOPIC, JSON.stringify(told))
  }

  #hear(body: string): void {
    for (const [sender, count] of JSON.parse(body) as [string, number][]) this.of(sender).spend(count, this.#now())
  }
}
