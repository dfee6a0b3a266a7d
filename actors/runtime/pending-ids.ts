import type { AppliedId, TurnStore } from './ports.ts'

/** Slots of a table at first; a power of two. */
const FEWEST_SLOTS = 16

type Asked = Pick<AppliedId, 'address' | 'id' | 'hash'>

/**
 * Ids in the order in which they came, found by their hash: by open addressing in one array of numbers. A map of texts cost 1.2 µs an id, to
 * look, to add and to delete, for each of them reads texts that lie anywhere.
 */
class Ids {
  readonly list: AppliedId[] = []
  /** Two numbers a slot: a word of the whole id's hash (of families there may be large ones), and its place in the list from 1 on, 0 for none. At most half of them are taken. */
  #table: Int32Array
  /** The number of a hash's slot is its upper bits; so many are left. */
  #shift: number

  constructor(expected = 0) {
    const slots = Math.max(FEWEST_SLOTS, 2 ** Math.ceil(Math.log2(2 * expected + 1)))
    this.#table = new Int32Array(2 * slots)
    this.#shift = Math.clz32(slots) + 1
  }

  add(id: AppliedId): void {
    if (this.list.push(id) > this.#table.length / 4) this.#grow()
    this.#place(id.hash!.c | 0, this.list.length)
  }

  #place(word: number, place: number): void {
    const table = this.#table
    const end = table.length - 1
    let at = (word >>> this.#shift) << 1
    while (table[at + 1] !== 0) at = (at + 2) & end
    table[at] = word
    table[at + 1] = place
  }

  #grow(): void {
    const old = this.#table
    this.#table = new Int32Array(2 * old.length)
    this.#shift--
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) this.#place(old[at]!, old[at + 1]!)
  }

  /** The offset that brought it, of several the one that was added first. */
  offsetOf({ address, id, hash }: Asked): number | undefined {
    const table = this.#table
    const end = table.length - 1
    const word = hash!.c | 0
    for (let at = (word >>> this.#shift) << 1; table[at + 1] !== 0; at = (at + 2) & end) {
      if (table[at] !== word) continue
      const known = this.list[table[at + 1]! - 1]!
      if (known.id === id && known.address === address) return known.offset
    }
    return undefined
  }
}

/** Ids that turns have applied and the store does not have yet, ascending by offset. All of them have their hash. */
export class PendingIds {
  /** Those of the present write, or of one that failed; the first `#written` of them are durable. */
  #leaving = new Ids()
  #written = 0
  #fresh = new Ids()

  get size(): number {
    return this.#leaving.list.length - this.#written + this.#fresh.list.length
  }

  /** Offset of the first one, Infinity for none. */
  get first(): number {
    return this.#leaving.list[this.#written]?.offset ?? this.#fresh.list[0]?.offset ?? Infinity
  }

  /** Offset of the last one, -1 for none. */
  get last(): number {
    if (this.size === 0) return -1
    return (this.#fresh.list.at(-1) ?? this.#leaving.list.at(-1)!).offset
  }

  add(id: AppliedId): void {
    this.#fresh.add(id)
  }

  offsetOf(id: Asked): number | undefined {
    const leaving = this.#leaving.list.length === 0 ? undefined : this.#leaving.offsetOf(id)
    return leaving ?? this.#fresh.offsetOf(id)
  }

  /** Writes all that are there now, so many in one request. Rejects when the store does not take them; they stay. */
  async write(store: Pick<TurnStore, 'putIds'>, batch: number): Promise<void> {
    await this.#writeLeaving(store, batch)
    if (this.#fresh.list.length === 0) return
    this.#leaving = this.#fresh
    this.#fresh = new Ids(this.#leaving.list.length)
    await this.#writeLeaving(store, batch)
  }

  async #writeLeaving(store: Pick<TurnStore, 'putIds'>, batch: number): Promise<void> {
    const { list } = this.#leaving
    while (this.#written < list.length) {
      const some = list.slice(this.#written, this.#written + batch)
      await store.putIds(some)
      this.#written += some.length
    }
    if (list.length > 0) this.#leaving = new Ids()
    this.#written = 0
  }
}
