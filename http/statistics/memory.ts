interface Entry<Value> {
  readonly group: string
  readonly key: number
  readonly value: Value
  readonly size: number
  used: boolean
}

/**
 * Keeps values up to so many bytes, by a group and a number within it: a question looks at thousands of neighbours, and to make a text of
 * each key costs more than to find it. Who makes room are those that were not asked for since the hand last passed.
 */
export class Memory<Value> {
  readonly #mostBytes: number
  readonly #groups = new Map<string, Map<number, Entry<Value>>>()
  /** In the order in which the hand comes to them. */
  readonly #round = new Set<Entry<Value>>()
  #bytes = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /** Looks up several of one group after the other. */
  inGroup(group: string): (key: number) => Value | undefined {
    const entries = this.#groups.get(group)
    return (key) => {
      const entry = entries?.get(key)
      if (entry === undefined) return undefined
      entry.used = true
      return entry.value
    }
  }

  set(group: string, key: number, value: Value, size: number): void {
    let entries = this.#groups.get(group)
    if (entries === undefined) this.#groups.set(group, (entries = new Map()))
    const before = entries.get(key)
    if (before !== undefined) this.#remove(before)
    const entry = { group, key, value, size, used: false }
    // Its group may have left with the one before.
    this.#groups.set(group, entries)
    entries.set(key, entry)
    this.#round.add(entry)
    this.#bytes += size
    for (const old of this.#round) {
      if (this.#bytes <= this.#mostBytes) return
      if (old.used) {
        old.used = false
        this.#round.delete(old)
        this.#round.add(old)
      } else this.#remove(old)
    }
  }

  #remove(entry: Entry<Value>): void {
    const { group, key, size } = entry
    const entries = this.#groups.get(group)!
    entries.delete(key)
    if (entries.size === 0) this.#groups.delete(group)
    this.#round.delete(entry)
    this.#bytes -= size
  }

  get bytes(): number {
    return this.#bytes
  }
}
