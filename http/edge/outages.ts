import type { Bus } from '../../actors/cluster/port.ts'
import { Fault } from '../../actors/runtime/index.ts'
import type { Collection, Documents } from '../../actors/store/port.ts'
import type { Appends } from '../../figures/appends.ts'
import type { Log } from '../log.ts'
import { within } from './within.ts'

/** What a node cannot do without for long, and does for a while. */
export type Part = 'store' | 'log'

const LOOK_EVERY_MS = 1_000
/** A store that takes longer is away. */
const PATIENCE_MS = 2_000
/** What nodes tell each other, at each look: that the log does not take what they append. */
const TOPIC = 'log-away'
/** So long that counts for one that has appended nothing itself. */
const HEARD_MS = 3 * LOOK_EVERY_MS
/** Nothing is looked for: only whether there is an answer. */
const NOTHING: Collection = { name: 'settings' }

/**
 * Which parts do not answer, looked at once a second. While the store is away, what is in memory can be read by whoever was known before;
 * while the log is away, everything can be read and nothing is taken in.
 */
export class Outages {
  /** As the header `x-away` says it, '' for none. */
  said = ''
  #parts: readonly Part[] = []
  readonly #store: Pick<Documents, 'get'>
  readonly #appends: Pick<Appends, 'isAway' | 'calls'> | undefined
  readonly #bus: Bus
  readonly #log: Log
  #looking: Promise<boolean> | undefined
  #calls = 0
  /** When another node said that the log is away, on the clock of `performance`. */
  #heardAt = -Infinity

  constructor(parts: {
    store: Pick<Documents, 'get'>
    /** Absent: nobody counts them. */
    appends: Pick<Appends, 'isAway' | 'calls'> | undefined
    bus: Bus
    log: Log
  }) {
    this.#store = parts.store
    this.#appends = parts.appends
    this.#bus = parts.bus
    this.#log = parts.log
  }

  get parts(): readonly Part[] {
    return this.#parts
  }

  has(part: Part): boolean {
    return this.#parts.includes(part)
  }

  /** Looks from now on. Returns the way to stop. */
  start(): () => void {
    const timer = setInterval(() => void this.look(), LOOK_EVERY_MS)
    timer.unref()
    const stopHearing = this.#bus.subscribe(TOPIC, () => (this.#heardAt = performance.now()))
    return () => {
      clearInterval(timer)
      stopHearing()
    }
  }

  /** Resolves when it is known how it is. */
  async look(): Promise<void> {
    // One question at a time: those to a store that hangs would take all of its connections.
    const looking = (this.#looking ??= this.#ask().finally(() => (this.#looking = undefined)))
    const answers = await within(PATIENCE_MS, looking).catch(() => false)
    const parts: Part[] = [...(answers ? [] : (['store'] as const)), ...(this.#logIsAway() ? (['log'] as const) : [])]
    const said = parts.join(', ')
    if (said === this.said) return
    const isStoreNew = parts.includes('store') !== this.has('store')
    this.said = said
    this.#parts = parts
    if (!isStoreNew) return
    if (answers) this.#log.info('the store answers again')
    else this.#log.warn('the store does not answer: what is in memory can be read, nothing can be changed')
  }

  /** By what this node has appended since the last look; by what others say, where it has appended nothing. */
  #logIsAway(): boolean {
    if (this.#appends?.isAway) {
      this.#bus.publish(TOPIC, '')
      return true
    }
    const calls = this.#appends?.calls ?? 0
    const isIdle = calls === this.#calls
    this.#calls = calls
    return isIdle && performance.now() - this.#heardAt < HEARD_MS
  }

  /** False when it says that it cannot. A mistake of ours is no outage, and shows elsewhere. */
  async #ask(): Promise<boolean> {
    try {
      await this.#store.get(NOTHING, 'nothing')
      return true
    } catch (error) {
      return !(error instanceof Fault) || error.code !== 'STORE_UNAVAILABLE'
    }
  }
}
