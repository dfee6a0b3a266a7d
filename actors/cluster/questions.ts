import type { Histogram } from '../../figures/histogram.ts'
import { Fault, type FaultCode, FAULTS } from '../runtime/index.ts'
import type { FromWorker, ToWorker } from './messages.ts'

const DEADLINE_MS = 2000
const MOST_WAITING = 1024

type Reply = Extract<FromWorker, { id: number }>
type Body = DistributiveOmit<Extract<ToWorker, { id: number }>, 'id'>
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never

interface Waiting {
  readonly message: ToWorker
  readonly deadline: number
  readonly resolve: (reply: Reply) => void
  readonly reject: (fault: Fault) => void
}

/**
 * Questions to one Worker. A Worker that dies never answers and a message to a dead one is lost without a word, so each question has a
 * deadline, and those that wait are asked again when the Worker is back: a question only reads.
 */
export class Questions {
  readonly #waiting = new Map<number, Waiting>()
  readonly #clock: () => number
  readonly #times: Histogram | undefined
  #post: ((message: ToWorker) => void) | null = null
  #lastId = 0
  #sweep: ReturnType<typeof setInterval> | null = null

  /** `times` gets how long each answer took. */
  constructor(clock: () => number, times?: Histogram) {
    this.#clock = clock
    this.#times = times
  }

  get size(): number {
    return this.#waiting.size
  }

  /** Faults: OVERLOADED at once, ASK_TIMEOUT after 2 s, and what the Worker refuses with. */
  put(body: Body): Promise<Reply> {
    if (this.#waiting.size >= MOST_WAITING) {
      return Promise.reject(
        new Fault('OVERLOADED', `${MOST_WAITING} questions wait for this worker`, { retryAfterS: 1 }),
      )
    }
    const id = ++this.#lastId
    const message = { ...body, id } as ToWorker
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { message, deadline: this.#clock() + DEADLINE_MS, resolve, reject })
      this.#post?.(message)
      this.#sweep ??= setInterval(() => this.#refuseLate(), 100)
    })
  }

  /** The Worker is there: ask all that waits for it. */
  connect(post: (message: ToWorker) => void): void {
    this.#post = post
    for (const { message } of this.#waiting.values()) post(message)
  }

  disconnect(): void {
    this.#post = null
  }

  settle(reply: Reply): void {
    const waiting = this.#take(reply.id)
    if (!waiting) return
    this.#times?.observe((this.#clock() - waiting.deadline + DEADLINE_MS) / 1000)
    if (reply.type !== 'refused') return waiting.resolve(reply)
    const code: FaultCode = reply.code in FAULTS ? (reply.code as FaultCode) : 'INTERNAL'
    waiting.reject(new Fault(code, reply.detail, reply.retryAfterS > 0 ? { retryAfterS: reply.retryAfterS } : {}))
  }

  /** Nobody will answer any more. */
  refuseAll(fault: Fault): void {
    for (const id of [...this.#waiting.keys()]) this.#take(id)?.reject(fault)
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0 && this.#sweep) {
      clearInterval(this.#sweep)
      this.#sweep = null
    }
    return waiting
  }

  /** All deadlines are equally far, so the oldest question is the first to be late. */
  #refuseLate(): void {
    const now = this.#clock()
    for (const [id, { deadline }] of this.#waiting) {
      if (deadline > now) return
      this.#take(id)?.reject(new Fault('ASK_TIMEOUT', `no answer within ${DEADLINE_MS} ms`, { retryAfterS: 1 }))
    }
  }
}
