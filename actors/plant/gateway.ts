import { FAULTS, Fault, type Append, type NewRecord } from '../runtime/index.ts'
import { readFrame } from './frame.ts'
import type { FrameSource, SourceMessage } from './source.ts'
import { PLANT_ADDRESS, machineRecords, plantRecord, rejectedRecord } from './split.ts'

export interface GatewayOptions {
  /** Of the cluster: the log's append, and questions to actors. */
  readonly cluster: {
    readonly append: Append
    ask(address: string, question: string, query?: unknown): Promise<{ readonly body: string }>
  }
  readonly source: FrameSource
  /** Epoch ms. */
  readonly now: () => number
  /** Resolves after so many ms, or at once when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  /** Hears, once, what only people can mend. */
  readonly report: (sentence: string) => void
}

/** What may wait for one append: a replay at full speed fills it, a live plant never does. */
const MAX_FRAMES = 128
const MAX_WAITING_BYTES = 4 << 20
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/**
 * Carries the messages of one source into the log, in their order, from where the source stopped last, until the source ends (resolves), breaks
 * (rejects with its error) or `signal` aborts (resolves after the append that is under way).
 *
 * A kill at any moment loses nothing and doubles nothing: the cursor's record is appended only when the frame's records are durable,
 * and a frame that comes again has the ids that it had. Messages that come while an append runs go into the next one together.
 */
export async function runGateway({ cluster, source, now, wait, signal, report }: GatewayOptions): Promise<void> {
  let isReported = false

  /** Whether another try may mend it: also a quarantine ends, when somebody ends it. */
  function mayPass(error: unknown): boolean {
    if (!(error instanceof Fault)) return false
    if (error.code !== 'QUARANTINED') return 'retry' in FAULTS[error.code]
    if (!isReported) {
      report(`${source.id} waits: ${PLANT_ADDRESS} is quarantined (${error.message}) until an admin releases it`)
    }
    return (isReported = true)
  }

  /** Until it succeeds or the signal aborts; undefined for the latter. Throws what another try does not mend. */
  async function persist<T>(attempt: () => Promise<T>): Promise<T | undefined> {
    for (let pause = FIRST_PAUSE_MS; !signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        return await attempt()
      } catch (error) {
        if (!mayPass(error)) throw error
        await wait(pause, signal)
      }
    }
    return undefined
  }

  /** True when all are durable. What the log did not take of one partition is tried again before anything newer goes there. */
  async function append(records: readonly NewRecord[]): Promise<boolean> {
    let left = records
    const done = await persist(async () => {
      while (left.length > 0) {
        const answers = await cluster.append(left)
        const rest = left.filter((_, i) => answers[i] === null)
        if (rest.length === left.length) throw new Fault('LOG_UNAVAILABLE', 'The log took no record.')
        left = rest
      }
      return true
    })
    return done === true
  }

  const answer = await persist(() => cluster.ask(PLANT_ADDRESS, 'cursor', { source: source.id }))
  if (answer === undefined) return
  const { cursor } = JSON.parse(answer.body) as { cursor: string | null }

  const inbox = new Inbox(source.frames(cursor), signal)
  try {
    for (let batch = await inbox.take(); batch.length > 0 && !signal.aborted; batch = await inbox.take()) {
      const machines: NewRecord[] = []
      const cursors: NewRecord[] = []
      for (const message of batch) {
        const frame = readFrame(message.text, source.clock === 'live' ? now() : undefined)
        if (frame instanceof Fault) cursors.push(rejectedRecord(source, message, frame))
        else {
          machines.push(...machineRecords(frame, source.clock))
          cursors.push(plantRecord(source, message.cursor, frame))
        }
      }
      if (!(await append(machines)) || !(await append(cursors))) return
    }
  } finally {
    await inbox.close()
  }
}

/** Reads ahead of the append, within bounds, so that what comes fast is taken together. */
class Inbox {
  #waiting: SourceMessage[] = []
  #bytes = 0
  #ended = false
  #failure: { readonly error: unknown } | undefined
  #wake: () => void = () => {}
  readonly #closed: AbortController = new AbortController()
  readonly #reading: Promise<void>

  constructor(messages: AsyncIterable<SourceMessage>, signal: AbortSignal) {
    const stop = AbortSignal.any([signal, this.#closed.signal])
    stop.addEventListener('abort', () => this.#wake(), { once: true })
    this.#reading = this.#read(messages[Symbol.asyncIterator](), stop)
  }

  async #read(iterator: AsyncIterator<SourceMessage>, stop: AbortSignal): Promise<void> {
    try {
      while (!stop.aborted) {
        const next = await unless(stop, iterator.next())
        if (!next || next.done) break
        this.#waiting.push(next.value)
        this.#bytes += next.value.text.length
        this.#wake()
        while (this.#full() && !stop.aborted) await this.#change()
      }
    } catch (error) {
      this.#failure = { error }
    }
    this.#ended = true
    this.#wake()
    // A source that waits for its next message may never come back from `return`: nobody waits for it.
    void iterator.return?.().catch(() => {})
  }

  #full(): boolean {
    return this.#waiting.length >= MAX_FRAMES || this.#bytes >= MAX_WAITING_BYTES
  }

  /** Reader and taker wait for each other, never both: one waits while it is full, the other while it is empty. */
  #change(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }

  /** Everything that has come, at least one message; none when the source has ended. Throws what broke the source. */
  async take(): Promise<SourceMessage[]> {
    while (this.#waiting.length === 0 && !this.#ended) await this.#change()
    if (this.#waiting.length === 0 && this.#failure) throw this.#failure.error
    const batch = this.#waiting
    this.#waiting = []
    this.#bytes = 0
    this.#wake()
    return batch
  }

  async close(): Promise<void> {
    this.#closed.abort()
    await this.#reading
  }
}

/** The promise's value, or undefined as soon as the signal aborts. */
function unless<T>(signal: AbortSignal, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = () => resolve(undefined)
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
