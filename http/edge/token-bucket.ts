/** What other nodes have let through is owed for so long: twenty of them at once, each with its whole burst. */
const MOST_DEBT_S = 20

/** So many requests a second, with a burst of one second's worth. */
export class TokenBucket {
  readonly #perSecond: number
  #left: number
  #at = -Infinity
  #untold = 0

  constructor(perSecond: number) {
    this.#perSecond = perSecond
    this.#left = perSecond
  }

  /** False when the identity has to wait. `nowMs` never goes back by more than it matters: a step back gives nothing. */
  take(nowMs: number): boolean {
    if (nowMs > this.#at) this.#refill(nowMs)
    if (this.#left < 1) return false
    this.#left--
    this.#untold++
    return true
  }

  /** Another node has let so many through, of the same identity. */
  spend(count: number, nowMs: number): void {
    if (nowMs > this.#at) this.#refill(nowMs)
    this.#left = Math.max(this.#left - count, -MOST_DEBT_S * this.#perSecond)
  }

  /** How many were let through here that nobody was told of, once they are `least`; else 0. From now on they count as told. */
  tell(least: number): number {
    const count = this.#untold
    if (count < least) return 0
    this.#untold = 0
    return count
  }

  #refill(nowMs: number): void {
    if (this.#at !== -Infinity) {
      this.#left = Math.min(this.#perSecond, this.#left + ((nowMs - this.#at) * this.#perSecond) / 1000)
    }
    this.#at = nowMs
  }
}
