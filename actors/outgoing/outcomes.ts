import type { Deliveries, Delivery } from '../store/port.ts'

/** Pause after the store has refused. */
const AGAIN_MS = 500

/**
 * Records how deliveries stand, many in one write: what comes while a write runs goes into the next one. It does not give up: an outcome that
 * is not recorded would be sent again.
 */
export class Outcomes {
  readonly #store: Pick<Deliveries, 'putDeliveries'>
  readonly #refused: (error: unknown) => void
  #waiting: { readonly delivery: Delivery; readonly done: () => void }[] = []
  #writing: Promise<void> | undefined
  #stopped = false

  constructor(store: Pick<Deliveries, 'putDeliveries'>, refused: (error: unknown) => void) {
    this.#store = store
    this.#refused = refused
  }

  /** Resolves when it is durable; never, once stopped with a store that takes nothing. */
  record(delivery: Delivery): Promise<void> {
    return new Promise((done) => {
      this.#waiting.push({ delivery, done })
      this.#writing ??= this.#write()
    })
  }

  /** What can be written is written; then nothing more. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#writing
  }

  async #write(): Promise<void> {
    // What ends in the same moment goes together.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      try {
        await this.#store.putDeliveries(batch.map(({ delivery }) => delivery))
        for (const { done } of batch) done()
      } catch (error) {
        this.#refused(error)
        if (this.#stopped) break
        this.#waiting = [...batch, ...this.#waiting]
        await Bun.sleep(AGAIN_MS)
      }
    }
    this.#writing = undefined
  }
}
