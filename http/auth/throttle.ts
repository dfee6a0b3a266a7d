import { Fault } from '../../actors/runtime/index.ts'

const WINDOW_MS = 60_000
/** So many names are remembered; the oldest goes first. Far more than one address can make in a window. */
const REMEMBERED = 20_000

/**
 * At most `limit` tries a minute per name (an account, an address). A try counts when it begins, so that many at once cannot
 * slip through, and is given back when it turns out to be a good one.
 */
export class Throttle {
  readonly #limit: number
  readonly #tries = new Map<string, { began: number; count: number }>()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Fault RATE_LIMITED with the seconds until the window ends. Returns the way to give the try back. */
  begin(name: string, nowMs: number): () => void {
    let window = this.#tries.get(name)
    if (window === undefined || nowMs - window.began >= WINDOW_MS || nowMs < window.began) {
      window = { began: nowMs, count: 0 }
      this.#tries.delete(name)
      this.#tries.set(name, window)
      if (this.#tries.size > REMEMBERED) this.#tries.delete(this.#tries.keys().next().value as string)
    }
    if (window.count >= this.#limit) {
      const retryAfterS = Math.ceil((window.began + WINDOW_MS - nowMs) / 1000)
      throw new Fault('RATE_LIMITED', `Too many tries; again in ${retryAfterS} s.`, { retryAfterS })
    }
    window.count++
    const counted = window
    return () => void counted.count--
  }

  get size(): number {
    return this.#tries.size
  }
}
