import type { Guards } from './guards.ts'
import type { Append } from './ports.ts'
import type { NewRecord } from './record.ts'

interface Message {
  readonly offset: number
  readonly record: NewRecord
  sending: boolean
}

/** Messages in one request. */
const BATCH = 500

/**
 * Messages of one partition's turns on their way into the log, in the order of sending. One request is under way at a time,
 * and after a failure nothing goes before what failed: the receiver keeps only the last source id, and would take an earlier
 * message that comes later for one that it has.
 */
export class Outbox {
  readonly #append: Append
  readonly #guards: Guards
  #queue: Message[] = []
  #sending: Promise<void> | undefined
  #closed = false

  constructor(append: Append, guards: Guards) {
    this.#append = append
    this.#guards = guards
  }

  get size(): number {
    return this.#queue.length
  }

  /** Offset of the first turn with a message that is not in the log, Infinity for none. */
  get first(): number {
    return this.#queue[0]?.offset ?? Infinity
  }

  /** Offset of the last such turn, -1 for none. */
  get last(): number {
    return this.#queue.at(-1)?.offset ?? -1
  }

  add(offset: number, record: NewRecord): void {
    this.#queue.push({ offset, record, sending: false })
  }

  /** Sends until nothing is left or something fails; that waits for the next call. Never rejects. */
  send(): Promise<void> {
    if (this.#sending !== undefined && this.#guards.oneSendInFlight) return this.#sending
    const sending = this.#run().finally(() => {
      if (this.#sending === sending) this.#sending = undefined
    })
    this.#sending = sending
    return sending
  }

  /** Starts no further request. */
  close(): void {
    this.#closed = true
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      const batch = this.#queue.filter(({ sending }) => !sending).slice(0, BATCH)
      if (batch.length === 0) return
      for (const message of batch) message.sending = true
      const answers = await this.#append(batch.map(({ record }) => record)).catch(() => undefined)
      const failed = batch.filter((_, i) => !answers?.[i])
      const tried = new Set(batch)
      const others = this.#queue.filter((message) => !tried.has(message))
      for (const message of failed) message.sending = false
      this.#queue = this.#guards.holdAfterFailure ? [...failed, ...others] : [...others, ...failed]
      if (failed.length > 0) return
    }
  }
}
