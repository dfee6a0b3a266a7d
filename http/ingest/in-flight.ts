import { Fault } from '../../actors/runtime/index.ts'

/** Of bodies that are being read or wait for the log, inflated: three of the largest. Parsed, a byte of JSON is up to ten. */
const MOST_BYTES = 48 * 1024 * 1024

/** What is held for one request, to be given back when it is answered. */
export interface Held {
  bytes: number
  /** Whose the request is, where that is counted: a body that is long. */
  owner?: object
}

/** Bytes under way. Over the limit new ones are refused before memory grows; the clients come again. One sender gets half of it. */
export class InFlight {
  readonly #most: number
  readonly #ofOwner = new Map<object, number>()
  #bytes = 0

  constructor(most = MOST_BYTES) {
    this.#most = most
  }

  /** Adds to what is held. Faults: OVERLOADED, RATE_LIMITED. */
  hold(bytes: number, held: Held): void {
    if (this.#bytes + bytes > this.#most) {
      throw new Fault('OVERLOADED', 'More is being taken in than can be held; come again.', { retryAfterS: 1 })
    }
    const { owner } = held
    if (owner !== undefined) {
      const own = (this.#ofOwner.get(owner) ?? 0) + bytes
      if (own > this.#most / 2) {
        throw new Fault('RATE_LIMITED', 'One sender may not have so much under way; come again.', { retryAfterS: 1 })
      }
      this.#ofOwner.set(owner, own)
    }
    this.#bytes += bytes
    held.bytes += bytes
  }

  /** Gives all of it back. */
  release({ bytes, owner }: Held): void {
    this.#bytes -= bytes
    if (owner === undefined) return
    const rest = (this.#ofOwner.get(owner) ?? 0) - bytes
    if (rest > 0) this.#ofOwner.set(owner, rest)
    else this.#ofOwner.delete(owner)
  }

  get bytes(): number {
    return this.#bytes
  }
}
