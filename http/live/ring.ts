/** How long a stream may have been away. */
const KEPT_MS = 5 * 60_000
/** And at most so much, characters: then the oldest goes earlier. */
const KEPT_SIZE = 32 * 1024 * 1024

interface Entry {
  readonly seq: number
  readonly at: number
  readonly topic: string
  readonly text: string
}

/**
 * The last five minutes of events. Ids are `epoch-seq`: the epoch is that of this process since the last time that it may have missed
 * something, so an id of another node (or of one before a restart, or before a gap) is known to be foreign, and its stream begins with `reset`.
 */
export class Ring {
  readonly #epoch: string
  #entries: Entry[] = []
  #first = 0
  #size = 0
  #seq = 0

  constructor(epoch: string) {
    this.#epoch = epoch
  }

  /** The id of an event that comes now; its text is given once the id is known. */
  add(topic: string, nowMs: number, text: (id: string) => string): string {
    const seq = ++this.#seq
    const framed = text(`${this.#epoch}-${seq}`)
    this.#entries.push({ seq, at: nowMs, topic, text: framed })
    this.#size += framed.length
    this.#forget(nowMs)
    return framed
  }

  /** What came after the event with this id, of these topics; undefined when that is not known (any more). */
  after(id: string, topics: ReadonlySet<string>, nowMs: number): string[] | undefined {
    const [, epoch, number] = /^(.+)-(\d{1,15})$/.exec(id) ?? []
    const seq = Number(number)
    if (epoch !== this.#epoch || seq > this.#seq) return undefined
    this.#forget(nowMs)
    const oldest = this.#entries[this.#first]?.seq ?? this.#seq + 1
    if (seq < oldest - 1) return undefined
    return this.#entries
      .slice(this.#first + (seq + 1 - oldest))
      .filter(({ topic }) => topics.has(topic))
      .map(({ text }) => text)
  }

  #forget(nowMs: number): void {
    while (this.#first < this.#entries.length) {
      const { at, text } = this.#entries[this.#first]!
      if (nowMs - at <= KEPT_MS && this.#size <= KEPT_SIZE) break
      this.#size -= text.length
      this.#first++
    }
    // Half of it gone: then moving the rest costs no more than adding it did.
    if (this.#first > 1024 && this.#first * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#first)
      this.#first = 0
    }
  }
}
