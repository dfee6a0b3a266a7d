const FAILURES = 10
const OPEN_MS = 30_000

/** Spares a target that does not answer: after ten failures in a row it rests for 30 s, and then one attempt shows whether it is back. */
export class Breaker {
  #failures = 0
  #openUntil = -Infinity
  #restsUntil = -Infinity

  /** Attempts that may be under way, of `most`. */
  room(now: number, most: number): number {
    if (now < this.nextAt) return 0
    return this.#failures < FAILURES ? most : 1
  }

  /** Nothing is tried before, epoch ms. */
  get nextAt(): number {
    return Math.max(this.#openUntil, this.#restsUntil)
  }

  /** Until when it is spared because it did not answer. */
  get openUntil(): number {
    return this.#openUntil
  }

  get calm(): boolean {
    return this.#failures === 0
  }

  succeeded(): void {
    this.#failures = 0
    this.#openUntil = -Infinity
  }

  /** Nothing is to be tried until then, for whatever other reason. */
  rest(until: number): void {
    this.#restsUntil = until
  }

  failed(now: number): void {
    if (++this.#failures >= FAILURES) this.#openUntil = now + OPEN_MS
  }
}
