import { encodeSpans, type Resource } from './otlp.ts'
import type { Span } from './span.ts'

/** Spans that wait; what comes on top is thrown away. */
const MOST_WAITING = 4096
const BATCH = 512
const SEND_EVERY_MS = 2000
const DEADLINE_MS = 5000

export interface ExporterOptions {
  /** Of the collector, without `/v1/traces`. */
  readonly endpoint: string
  readonly headers?: Readonly<Record<string, string>>
  readonly resource: Resource
  /** Hears once that the collector takes nothing, and once that it does again. */
  readonly report: (sentence: string) => void
}

/**
 * Sends spans to a collector, many at once, beside everything else: nobody waits for it. A batch that is not taken is thrown away, for
 * what is worth keeping is in the log and not in traces.
 */
export class Exporter {
  readonly #options: ExporterOptions
  #waiting: Span[] = []
  #sending: Promise<void> | undefined
  #timer: ReturnType<typeof setTimeout> | undefined
  #isAway = false
  #stopped = false
  readonly counts = { exported: 0, dropped: 0 }

  constructor(options: ExporterOptions) {
    this.#options = options
  }

  add(span: Span): void {
    if (this.#stopped || this.#waiting.length >= MOST_WAITING) {
      this.counts.dropped++
      return
    }
    this.#waiting.push(span)
    if (this.#waiting.length >= BATCH) void this.flush()
    else this.#timer ??= setTimeout(() => void this.flush(), SEND_EVERY_MS)
  }

  /** Resolves when everything that waits now is sent or thrown away. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    return (this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined)))
  }

  /** Sends what is there, and takes nothing more. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.flush()
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH)
      const fault = await this.#send(batch)
      if (fault === undefined) this.counts.exported += batch.length
      else this.counts.dropped += batch.length
      if ((fault !== undefined) === this.#isAway) continue
      this.#isAway = fault !== undefined
      this.#options.report(this.#isAway ? `the collector of traces takes nothing: ${fault}` : 'traces are taken again')
    }
  }

  /** What went wrong, if anything did. */
  async #send(batch: readonly Span[]): Promise<string | undefined> {
    const { endpoint, headers, resource } = this.#options
    try {
      const answer = await fetch(`${endpoint}/v1/traces`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: encodeSpans(batch, resource),
        signal: AbortSignal.timeout(DEADLINE_MS),
        redirect: 'error',
      })
      await answer.body?.cancel()
      return answer.ok ? undefined : `it answers ${answer.status}`
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
  }
}
