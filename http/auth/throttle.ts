import { Fault } from '../../actors/runtime/index.ts'
import type { Collection, Documents } from '../../actors/store/port.ts'
import { sha256 } from './sessions.ts'

const TRIES: Collection = { name: 'tries', fleeting: true }
const WINDOW_MS = 60_000
/** Between two nodes that write the same number; within a node, one after the other. */
const ATTEMPTS = 20
/** Who has used up the tries is refused for so long without a look into the store. */
const REFUSED_MS = 1_000
const MOST_REFUSED = 10_000
const SWEEP_STEP = 500

interface Window {
  /** Epoch ms. */
  readonly began: number
  /** Those that have failed and those under way. */
  readonly count: number
  /** Of these, those under way. Absent: none. */
  readonly open?: number
}

/** Clocks of two nodes may differ by so much: a window from that near a future has begun, on the node whose clock is ahead. */
const CLOCKS_DIFFER_MS = 600_000

const isOver = ({ began }: Window, nowMs: number): boolean =>
  nowMs - began >= WINDOW_MS || began - nowMs > CLOCKS_DIFFER_MS

/**
 * At most so many tries a minute per name (an account, an address), whichever nodes they come to: the counts are in the store. A try counts
 * when it begins, so that many at once cannot slip through, and is given back when it turns out to be a good one.
 */
export class Throttle {
  readonly #store: Documents
  readonly #of: string
  readonly #limit: number
  readonly #now: () => number
  /** The last of those who wait to count under a name. */
  readonly #last = new Map<string, Promise<unknown>>()
  readonly #refused = new Map<string, { readonly window: Window; readonly until: number }>()

  /** `of`: what is counted, the same on each node. */
  constructor(parts: { store: Documents; of: string; limit: number; now: () => number }) {
    this.#store = parts.store
    this.#of = parts.of
    this.#limit = parts.limit
    this.#now = parts.now
  }

  /**
   * Resolves to the way to say how the try ended. Fault RATE_LIMITED with the seconds until the window ends, or with one second while tries
   * that may yet turn out good fill it.
   */
  async begin(name: string): Promise<(isGood: boolean) => Promise<void>> {
    const id = sha256(`${this.#of} ${name}`)
    const began = await this.#inTurn(id, () => this.#count(id, 1))
    return (isGood) => this.#inTurn(id, () => this.#end(id, began, isGood))
  }

  /** A try that counts however it ends. Fault RATE_LIMITED. */
  async count(name: string): Promise<void> {
    const id = sha256(`${this.#of} ${name}`)
    await this.#inTurn(id, () => this.#count(id, 0))
  }

  /** When the window began in which this try counts. */
  async #count(id: string, open: 0 | 1): Promise<number> {
    const refused = this.#refused.get(id)
    if (refused && this.#now() < refused.until) throw this.#tooMany(refused.window)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const now = this.#now()
      const found = await this.#store.get<Window>(TRIES, id)
      const window = found && !isOver(found.body, now) ? found.body : { began: now, count: 0 }
      if (window.count >= this.#limit) {
        if (this.#refused.size >= MOST_REFUSED) this.#refused.clear()
        this.#refused.set(id, { window, until: now + REFUSED_MS })
        throw this.#tooMany(window)
      }
      const next: Window = { ...window, count: window.count + 1, open: (window.open ?? 0) + open }
      const put = found
        ? await this.#store.replace(TRIES, id, found.version, next)
        : await this.#store.insert(TRIES, id, next)
      if (put.ok) return next.began
    }
    throw tooManyAtOnce()
  }

  async #end(id: string, began: number, isGood: boolean): Promise<void> {
    this.#refused.delete(id)
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const found = await this.#store.get<Window>(TRIES, id)
      if (found?.body.began !== began) return
      const { count, open = 0 } = found.body
      const next: Window = { began, count: Math.max(0, count - Number(isGood)), open: Math.max(0, open - 1) }
      if ((await this.#store.replace(TRIES, id, found.version, next)).ok) return
    }
  }

  #tooMany({ began, count, open = 0 }: Window): Fault {
    if (count - open < this.#limit) return tooManyAtOnce()
    const leftMs = Math.min(WINDOW_MS, began + WINDOW_MS - this.#now())
    const retryAfterS = Math.max(1, Math.ceil(leftMs / 1000))
    return new Fault('RATE_LIMITED', `Too many tries; again in ${retryAfterS} s.`, { retryAfterS })
  }

  async #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(id) ?? Promise.resolve()).then(work, work)
    this.#last.set(id, mine)
    try {
      return await mine
    } finally {
      if (this.#last.get(id) === mine) this.#last.delete(id)
    }
  }
}

const tooManyAtOnce = () => new Fault('RATE_LIMITED', 'Too many tries at once; again in 1 s.', { retryAfterS: 1 })

/** Removes counts whose minute is over; now and then. */
export async function sweepTries(store: Documents, nowMs: number): Promise<void> {
  for (let after = '', found = SWEEP_STEP; found === SWEEP_STEP;) {
    const some = await store.find<Window>(TRIES, { after, limit: SWEEP_STEP })
    for (const { id, version, body } of some) if (isOver(body, nowMs)) await store.remove(TRIES, id, version)
    after = some.at(-1)?.id ?? after
    found = some.length
  }
}
