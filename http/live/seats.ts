/** Streams of one node and one sort. */
const MOST = 2_000

/**
 * Places for streams. One sender gets half of them, so that nobody alone shuts out all others; requests without a token are nobody in
 * particular, and may have all.
 */
export class Seats {
  readonly #most: number
  readonly #ofSender = new Map<string, number>()
  #taken = 0

  constructor(most = MOST) {
    this.#most = most
  }

  /** A place, as the way to give it back (again does nothing); undefined: there is none. `sender` null: nobody in particular. */
  take(sender: string | null): (() => void) | undefined {
    const own = sender === null ? 0 : (this.#ofSender.get(sender) ?? 0) + 1
    if (this.#taken >= this.#most || own > this.#most / 2) return undefined
    this.#taken++
    if (sender !== null) this.#ofSender.set(sender, own)
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#taken--
      if (sender === null) return
      const rest = this.#ofSender.get(sender)! - 1
      if (rest > 0) this.#ofSender.set(sender, rest)
      else this.#ofSender.delete(sender)
    }
  }
}
