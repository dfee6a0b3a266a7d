/** So many requests a second, with a burst of one second's worth. */
export class TokenBucket {
  readonly #perSecond: number
  #left: number
  #at = -Infinity

  constructor(perSecond: number) {
    this.#perSecond = perSecond
    this.#left = perSecond
  }

  /** False when the identity has to wait. `nowMs` never goes back by more than it matters: a step back gives nothing. */
  take(nowMs: number): boolean {
    if (nowMs > this.#at) {
      if (this.#at !== -Infinity) {
        this.#left = Math.min(this.#perSecond, this.#left + ((nowMs - this.#at) * this.#perSecond) / 1000)
      }
      this.#at = nowMs
    }
    if (this.#left < 1) return false
    this.#left--
    return true
  }
}
