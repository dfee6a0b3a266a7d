import type { Change } from '../port.ts'

/** Waiting for one listener who does not read: beyond it, what is said is lost to him. UTF-16 units. */
const MOST_WAITING = 4 * 1024 * 1024
const BEAT_MS = 2000
const FAREWELL_MS = 500

/**
 * A line of the stream from one node to another, JSON. `seq` counts what the node has said since it started; each line that says something has
 * the next one, and a beat the last: so the listener notices what he missed, be it the end of it.
 */
export type Line =
  /** The first line of a stream. `instance` is the process's own. */
  | { readonly hello: string; readonly seq: number }
  | { readonly seq: number }
  | { readonly seq: number; readonly topic: string; readonly body: string }
  | { readonly seq: number; readonly changes: readonly (readonly [address: string, offset: number, trace?: string])[] }
  /** Nothing comes any more, and nothing was lost. */
  | { readonly bye: number }

const packed = ({ address, offset, trace }: Change) =>
  trace === undefined ? ([address, offset] as const) : ([address, offset, trace] as const)

interface Listener {
  waiting: string[]
  length: number
  /** Set while it waits for the next line. */
  wake: (() => void) | undefined
  ended: boolean
  /** All that waited is on its way. */
  readonly sent: PromiseWithResolvers<void>
}

/** What this node says to all others: one stream a listener, each with its own place to wait. */
export class Broadcast {
  readonly #instance: string
  readonly #beatMs: number
  readonly #listeners = new Set<Listener>()
  #seq = 0
  #beats: ReturnType<typeof setInterval> | undefined

  constructor(instance: string, beatMs = BEAT_MS) {
    this.#instance = instance
    this.#beatMs = beatMs
  }

  say(topic: string, body: string): void {
    this.#tell({ seq: ++this.#seq, topic, body })
  }

  sayChanges(changes: readonly Change[]): void {
    this.#tell({ seq: ++this.#seq, changes: changes.map(packed) })
  }

  /** NDJSON, until the listener goes or this node ends. */
  stream(): ReadableStream<Uint8Array> {
    const sent = Promise.withResolvers<void>()
    const listener: Listener = { waiting: [], length: 0, wake: undefined, ended: false, sent }
    const encoder = new TextEncoder()
    this.#put(listener, { hello: this.#instance, seq: this.#seq })
    this.#listeners.add(listener)
    this.#beats ??= setInterval(() => this.#tell({ seq: this.#seq }), this.#beatMs)
    const leave = () => {
      this.#drop(listener)
      sent.resolve()
    }
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          if (listener.waiting.length === 0 && !listener.ended)
            await new Promise<void>((wake) => (listener.wake = wake))
          const lines = listener.waiting
          listener.waiting = []
          listener.length = 0
          if (lines.length > 0) return controller.enqueue(encoder.encode(lines.join('')))
          controller.close()
          sent.resolve()
        },
        cancel: leave,
      },
      { highWaterMark: 0 },
    )
  }

  /** The last word, to everybody; resolves when it is on its way to all who read. */
  async end(): Promise<void> {
    const listeners = [...this.#listeners]
    for (const listener of listeners) {
      this.#put(listener, { bye: this.#seq })
      this.#drop(listener)
    }
    await Promise.race([Promise.all(listeners.map(({ sent }) => sent.promise)), Bun.sleep(FAREWELL_MS)])
  }

  #tell(line: Line): void {
    const text = `${JSON.stringify(line)}\n`
    for (const listener of this.#listeners) this.#write(listener, text)
  }

  #put(listener: Listener, line: Line): void {
    this.#write(listener, `${JSON.stringify(line)}\n`)
  }

  #write(listener: Listener, text: string): void {
    if (listener.length + text.length > MOST_WAITING) return
    listener.waiting.push(text)
    listener.length += text.length
    listener.wake?.()
    listener.wake = undefined
  }

  #drop(listener: Listener): void {
    listener.ended = true
    listener.wake?.()
    listener.wake = undefined
    this.#listeners.delete(listener)
    if (this.#listeners.size > 0) return
    clearInterval(this.#beats)
    this.#beats = undefined
  }
}
