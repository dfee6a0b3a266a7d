import type { Cluster } from '../../actors/cluster/port.ts'
import { preciseNow } from '../../tracing/span.ts'
import type { OnShown } from '../../tracing/tracing.ts'
import { bytesOf, type KeptAnswers } from '../exhausters/kept-answers.ts'
import type { Pieces } from '../events/segments.ts'
import { RECHECK_MS } from '../freshness.ts'
import { systemView } from '../inspection.ts'
import { createEventNews } from './event-news.ts'
import { Ring } from './ring.ts'
import { Seats } from './seats.ts'
import { COMMENT, frame } from './sse.ts'

export const TOPICS = ['exhausters', 'alarms', 'events', 'control', 'inspect'] as const
export type Topic = (typeof TOPICS)[number]

/** What is said of an actor that changed, by its kind. */
interface Told {
  readonly topic: Topic
  readonly event: string
  /** What the actor is asked. */
  readonly question: string
}
const TOLD: ReadonlyMap<string, Told> = new Map([
  ['exhauster', { topic: 'exhausters', event: 'exhauster', question: 'summary' }],
  ['control', { topic: 'control', event: 'loop', question: 'document' }],
])

const COMMENT_MS = 10_000
const INSPECT_MS = 2_000
/** Whoever could not say how it is, is asked again after this long. */
const ASK_AGAIN_MS = 1_000
/** What was missed is not known: everything is to be read anew. */
const RESET = frame({ event: 'reset', data: '{}' })
/** Not taken by the client, characters; above it the stream is ended, and the client comes back and resumes. */
const MOST_WAITING = 1024 * 1024

interface Stream {
  readonly topics: ReadonlySet<string>
  /** Whether the token or session behind it is still good. */
  readonly isGood: () => boolean | Promise<boolean>
  send(text: string): void
  end(): void
}

/**
 * The API's live streams of this node. An actor that changed is asked once for all who listen; what they are told is kept for five
 * minutes, for those who come back.
 */
export class LiveHub {
  readonly #cluster: Cluster
  readonly #answers: KeptAnswers
  readonly #now: () => number
  readonly #newEpoch: () => string
  readonly #shown: OnShown | undefined
  #ring: Ring
  readonly #streams = new Set<Stream>()
  readonly #seats = new Seats()
  readonly #decoder = new TextDecoder()
  readonly #stops: (() => void)[] = []
  readonly #eventNews: ReturnType<typeof createEventNews>
  /** Actors that have changed and could not be asked. */
  readonly #untold = new Map<string, Told>()
  #inspecting = false

  constructor(parts: {
    cluster: Cluster
    answers: KeptAnswers
    pieces: Pieces
    now: () => number
    newEpoch: () => string
    /** Hears of what has gone out, where its request is followed. */
    shown?: OnShown
  }) {
    this.#cluster = parts.cluster
    this.#answers = parts.answers
    this.#now = parts.now
    this.#newEpoch = parts.newEpoch
    this.#shown = parts.shown
    this.#ring = new Ring(parts.newEpoch())
    this.#eventNews = createEventNews({
      pieces: parts.pieces,
      partitions: parts.cluster.partitions,
      now: parts.now,
      isHeard: () => this.#isHeard('events'),
      // Without an id: who comes back wants the newest, not what was new then.
      tell: (news) => this.#publish('events', frame({ event: 'events', data: JSON.stringify(news) })),
    })
  }

  /** Listens from now on, also while nobody does: a stream that is away for a moment misses nothing. */
  start(): void {
    const stopChanges = this.#cluster.onChange((changes) => {
      for (const { address, trace } of changes) {
        const kind = address.slice(0, address.indexOf('/'))
        const told = TOLD.get(kind)
        if (told) void this.#tell(address, told, trace)
        else if (kind === 'event') void this.#eventNews.changed()
      }
    })
    const stopGaps = this.#cluster.bus.onGap(() => this.#reset())
    const comments = setInterval(() => this.#comment(), COMMENT_MS)
    const checks = setInterval(() => this.recheck(), RECHECK_MS)
    const questions = setInterval(() => this.#askAgain(), ASK_AGAIN_MS)
    const inspections = setInterval(() => void this.#inspect(), INSPECT_MS)
    this.#stops.push(
      stopChanges,
      stopGaps,
      () => clearInterval(comments),
      () => clearInterval(checks),
      () => clearInterval(questions),
      () => clearInterval(inspections),
    )
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop()
    for (const stream of [...this.#streams]) stream.end()
  }

  get size(): number {
    return this.#streams.size
  }

  /** Ends the streams whose session has ended. */
  recheck(): void {
    for (const stream of [...this.#streams]) void this.#check(stream)
  }

  /**
   * A new stream, or undefined when there are too many. `lastId`: the last event that the client has seen. `sender`: whose it is, null for
   * nobody in particular.
   */
  open(
    topics: ReadonlySet<Topic>,
    lastId: string | null,
    isGood: Stream['isGood'],
    sender: string | null = null,
  ): ReadableStream<Uint8Array> | undefined {
    const leave = this.#seats.take(sender)
    if (leave === undefined) return undefined
    const encoder = new TextEncoder()
    let stream: Stream
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const end = () => {
            if (!this.#streams.delete(stream)) return
            leave()
            try {
              controller.close()
            } catch {
              // The client was faster.
            }
          }
          const send = (text: string) => {
            if ((controller.desiredSize ?? 0) < 0) return end()
            controller.enqueue(encoder.encode(text))
          }
          stream = { topics, isGood, send, end }
          this.#streams.add(stream)
          // Something comes at once: the client knows that it is connected.
          send(COMMENT)
          const missed = lastId === null ? [] : this.#ring.after(lastId, topics, this.#now())
          if (missed === undefined) send(RESET)
          else if (missed.length > 0) send(missed.join(''))
        },
        cancel: () => {
          this.#streams.delete(stream)
          leave()
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING }),
    )
  }

  #isHeard(topic: Topic): boolean {
    return [...this.#streams].some(({ topics }) => topics.has(topic))
  }

  #publish(topic: Topic, text: string): void {
    for (const stream of [...this.#streams]) if (stream.topics.has(topic)) stream.send(text)
  }

  async #tell(address: string, { topic, event, question }: Told, trace?: string): Promise<void> {
    const beganMs = trace === undefined ? 0 : preciseNow()
    try {
      const answer = await this.#answers.get(address, question)
      const now = this.#now()
      const data = this.#decoder.decode(bytesOf(answer, now))
      const text = this.#ring.add(topic, now, (id) => frame({ id, event, data }))
      this.#publish(topic, text)
      if (trace !== undefined) this.#shown?.(trace, beganMs, this.#streams.size, `live ${topic}`)
    } catch {
      // It is being restored, or its owner is gone. Its new owner need not say what the last one has said already.
      this.#untold.set(address, { topic, event, question })
    }
  }

  #askAgain(): void {
    const untold = [...this.#untold]
    this.#untold.clear()
    for (const [address, told] of untold) void this.#tell(address, told)
  }

  /** Another node may have said what was not heard here: who listens reads anew, and whoever comes back from before it as well. */
  #reset(): void {
    this.#ring = new Ring(this.#newEpoch())
    for (const stream of [...this.#streams]) stream.send(RESET)
  }

  async #inspect(): Promise<void> {
    if (this.#inspecting || !this.#isHeard('inspect')) return
    this.#inspecting = true
    try {
      // Without an id: what it said two seconds ago is worth nothing to anybody who comes back.
      this.#publish(
        'inspect',
        frame({ event: 'inspect', data: JSON.stringify(systemView(await this.#cluster.inspect())) }),
      )
    } catch {
      // The next one, in two seconds.
    } finally {
      this.#inspecting = false
    }
  }

  #comment(): void {
    for (const stream of [...this.#streams]) stream.send(COMMENT)
  }

  async #check(stream: Stream): Promise<void> {
    try {
      if (!(await stream.isGood())) stream.end()
    } catch {
      // The store is away, and it is too long ago that it said who this is: the client comes back with it.
      stream.end()
    }
  }
}
