import { AsyncLocalStorage } from 'node:async_hooks'
import type { Append, NewRecord } from '../actors/runtime/index.ts'
import { formatTraceparent, newContext, parseTraceparent, type SpanContext } from './context.ts'
import { Exporter, type ExporterOptions } from './exporter.ts'
import { KIND, preciseNow, type Span } from './span.ts'
import type { TracedTurn } from './turn.ts'

/** Requests a second that are followed, whoever asks for it. */
const MOST_A_SECOND = 100
/** Records of one append that carry the trace on: a batch may have thousands. */
const MOST_CARRIERS = 4
/** Asked by machines, every few seconds. */
const DULL = /^\/(?:ping|metrics|health\/\w+)$/
/** Between nodes: followed only as a part of what somebody asked. */
const BETWEEN = '/.node/'

export interface TracingOptions extends ExporterOptions {
  /** Share of the requests without a `traceparent` that begin a trace. */
  readonly sample: number
  /** From 0 to 1. */
  readonly random: () => number
}

/** What a turn changed has gone out to those who look. `trace`: the turn's; `beganMs`: when the change was heard of, epoch ms. */
export type OnShown = (trace: string, beganMs: number, viewers: number, name: string) => void

/**
 * Follows a share of the requests from the request to the screen: request → append → turn in the owner's Worker → fragment that goes to the
 * pages. What belongs to a followed request finds it by the asynchronous context; all others pass by one comparison, and without a
 * collector none of this is there.
 */
export class Tracing {
  readonly #options: TracingOptions
  readonly #exporter: Exporter
  readonly #followed = new AsyncLocalStorage<SpanContext>()
  #second = 0
  #inSecond = 0

  constructor(options: TracingOptions) {
    this.#options = options
    this.#exporter = new Exporter(options)
  }

  get counts(): { readonly exported: number; readonly dropped: number } {
    return this.#exporter.counts
  }

  /** Answers a request under a span, where it is one to be followed: `undefined` where not. */
  readonly follow = (
    request: Request,
    path: string,
  ): ((answer: () => unknown, route: () => string) => Promise<Response>) | undefined => {
    const header = request.headers.get('traceparent')
    const parent = header === null ? undefined : parseTraceparent(header)
    const begins = () => !path.startsWith(BETWEEN) && this.#options.random() < this.#options.sample
    const isWanted = parent === undefined ? begins() : parent.isSampled
    if (!isWanted || DULL.test(path) || !this.#hasRoom()) return undefined
    return (answer, route) => this.#answer({ request, path, parent, answer, route })
  }

  /** The same append, under a span where a followed request does it. The first records carry the trace on. */
  appending(append: Append): Append {
    return (records) => {
      const parent = this.#followed.getStore()
      return parent === undefined ? append(records) : this.#append(append, records, parent)
    }
  }

  /** What a question to another node carries on. */
  carry(): Record<string, string> {
    const context = this.#followed.getStore()
    return context === undefined ? {} : { traceparent: formatTraceparent(context) }
  }

  /** Records that carried a trace were applied. */
  applied(turns: readonly TracedTurn[]): void {
    for (const { trace, spanId, kind, type, partition, offset, beganMs, endedMs } of turns) {
      const parent = parseTraceparent(trace)
      if (parent === undefined) continue
      this.#exporter.add({
        context: { ...parent, spanId },
        parentId: parent.spanId,
        name: `apply ${kind} ${type}`,
        kind: KIND.consumer,
        beganMs,
        endedMs,
        attributes: { 'windbox.partition': partition, 'windbox.offset': offset },
        isError: false,
      })
    }
  }

  /** A fragment of a page, or an event of a stream, is with its readers. */
  readonly shown: OnShown = (trace, beganMs, viewers, name) => {
    const parent = parseTraceparent(trace)
    if (parent === undefined) return
    const span = {
      name,
      kind: KIND.producer,
      beganMs,
      endedMs: preciseNow(),
      attributes: { 'windbox.viewers': viewers },
    }
    this.#exporter.add({ ...span, context: newContext(parent), parentId: parent.spanId, isError: false })
  }

  /** Sends what is left. */
  stop(): Promise<void> {
    return this.#exporter.stop()
  }

  #hasRoom(): boolean {
    const second = Math.floor(performance.now() / 1000)
    if (second !== this.#second) this.#inSecond = 0
    this.#second = second
    return this.#inSecond++ < MOST_A_SECOND
  }

  async #answer(asked: {
    request: Request
    path: string
    parent: SpanContext | undefined
    answer: () => unknown
    route: () => string
  }): Promise<Response> {
    const { request, path, parent, answer, route } = asked
    const context = newContext(parent)
    const beganMs = preciseNow()
    let status = 500
    try {
      const response = (await this.#followed.run(context, answer)) as Response
      status = response.status
      response.headers.set('traceparent', formatTraceparent(context))
      return response
    } finally {
      const span: Span = {
        context,
        parentId: parent?.spanId,
        name: `${request.method} ${route()}`.trimEnd(),
        kind: KIND.server,
        beganMs,
        endedMs: preciseNow(),
        attributes: {
          'http.request.method': request.method,
          'http.route': route(),
          'http.response.status_code': status,
          'url.path': path,
        },
        isError: status >= 500,
      }
      this.#exporter.add(span)
    }
  }

  async #append(append: Append, records: readonly NewRecord[], parent: SpanContext): ReturnType<Append> {
    const context = newContext(parent)
    const trace = formatTraceparent(context)
    const beganMs = preciseNow()
    let place = {}
    let isError = true
    try {
      const carriers = records.map((record, i) => (i < MOST_CARRIERS ? { ...record, trace } : record))
      const positions = await append(carriers)
      const first = positions.find((position) => position !== null)
      if (first) place = { 'windbox.partition': first.partition, 'windbox.offset': first.offset }
      isError = false
      return positions
    } finally {
      this.#exporter.add({
        context,
        parentId: parent.spanId,
        name: 'append',
        kind: KIND.producer,
        beganMs,
        endedMs: preciseNow(),
        attributes: { 'windbox.records': records.length, ...place },
        isError,
      })
    }
  }
}
