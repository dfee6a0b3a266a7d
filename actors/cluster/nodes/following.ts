import type { Line } from './broadcast.ts'

const PACE = { silentMs: 6000, firstMs: 100, mostMs: 2000 }

export interface FollowingOptions {
  /** Connects to the node; the body is its stream. Rejects when it cannot be had. */
  connect(signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
  onMessage(topic: string, body: string, from: string): void
  onChanges(changes: readonly (readonly [address: string, offset: number, trace?: string])[]): void
  /** Something that the node said may have been missed. */
  onGap(): void
  /** Milliseconds of a clock that only goes forward. */
  now(): number
  readonly pace?: typeof PACE
}

/** Hears what one other node says, for as long as it is on the list: connects again whenever the stream breaks. */
export class Following {
  readonly #options: FollowingOptions
  readonly #pace: typeof PACE
  readonly #stopping = new AbortController()
  /** The process that was heard last and what it said last. */
  #instance: string | undefined
  #seq = 0
  #heardAt: number
  /** The silence that lasts now has been told. */
  #told = false
  /** Its last line was a farewell. */
  #tookLeave = false

  constructor(options: FollowingOptions) {
    this.#options = options
    this.#pace = options.pace ?? PACE
    this.#heardAt = options.now()
    void this.#follow()
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** The node is no longer on the list. */
  gone(): void {
    this.stop()
    if (!this.#tookLeave) this.#silent()
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stopping
    const { firstMs, mostMs, silentMs } = this.#pace
    let failures = 0
    while (!signal.aborted) {
      const heardAt = this.#heardAt
      await this.#hear().catch(() => {})
      if (signal.aborted) return
      failures = this.#heardAt === heardAt ? failures + 1 : 0
      if (this.#options.now() - this.#heardAt > silentMs) this.#silent()
      await Bun.sleep(Math.min(mostMs, firstMs * 2 ** Math.min(failures, 10)) * (0.5 + 0.5 * Math.random()))
    }
  }

  /** One stream, to its end. */
  async #hear(): Promise<void> {
    const { silentMs } = this.#pace
    const broken = new AbortController()
    const end = () => broken.abort()
    this.#stopping.signal.addEventListener('abort', end)
    let since = this.#options.now()
    const watch = setInterval(() => {
      if (this.#options.now() - since > silentMs) end()
    }, silentMs / 6)
    try {
      const stream = await this.#options.connect(broken.signal)
      const decoder = new TextDecoder()
      let rest = ''
      for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
        this.#heardAt = since = this.#options.now()
        this.#told = false
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
        rest = lines.pop()!
        for (const line of lines) this.#take(JSON.parse(line) as Line)
      }
    } finally {
      clearInterval(watch)
      this.#stopping.signal.removeEventListener('abort', end)
      broken.abort()
    }
  }

  #take(line: Line): void {
    this.#tookLeave = 'bye' in line
    if ('hello' in line) {
      const known = line.hello === this.#instance
      // Who has said nothing yet was missed in nothing.
      if (line.seq !== (known ? this.#seq : 0)) this.#options.onGap()
      this.#instance = line.hello
      this.#seq = line.seq
      return
    }
    if ('bye' in line) return this.#expect(line.bye)
    const speaks = 'topic' in line || 'changes' in line
    this.#expect(speaks ? line.seq - 1 : line.seq)
    this.#seq = line.seq
    if ('topic' in line) this.#options.onMessage(line.topic, line.body, this.#instance!)
    else if ('changes' in line) this.#options.onChanges(line.changes)
  }

  #expect(seq: number): void {
    if (seq === this.#seq) return
    this.#seq = seq
    this.#options.onGap()
  }

  #silent(): void {
    if (this.#told) return
    this.#told = true
    this.#options.onGap()
  }
}
