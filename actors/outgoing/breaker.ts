const FAILURES = 10
const OPEN_MS = 30_000

/** Spares a target that does not answer: after ten failures in a row it rests for 30 s, and then one attempt shows whether it is back. */
export class Breaker {
  #failures = 0
  #openUntil = -Infinity

  /** Attempts that may be under way, of `most`. */
  room(now: number, most: number): number {
    if (this.#failures < FAILURES) return most
    return now < this.#openUntil ? 0 : 1
  }

  /** Nothing is tried before, epoch ms. */
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

  failed(now: number): void {
    if (++this.#failures >= FAILURES) this.#openUntil = now + OPEN_MS
  }
}
