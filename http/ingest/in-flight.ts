import { Fault } from '../../actors/runtime/index.ts'

/** Of bodies that are being read or wait for the log, inflated: three of the largest. Parsed, a byte of JSON is up to ten. */
const MOST_BYTES = 48 * 1024 * 1024

/** Bytes under way. Over the limit new ones are refused before memory grows; the clients come again. */
export class InFlight {
  readonly #most: number
  #bytes = 0

  constructor(most = MOST_BYTES) {
    this.#most = most
  }

  /** Fault OVERLOADED. Each `enter` is followed by one `leave` of the same bytes. */
  enter(bytes: number): void {
    if (this.#bytes + bytes > this.#most) {
      throw new Fault('OVERLOADED', 'More is being taken in than can be held; come again.', { retryAfterS: 1 })
    }
    this.#bytes += bytes
  }

  leave(bytes: number): void {
    this.#bytes -= bytes
  }

  get bytes(): number {
    return this.#bytes
  }
}
