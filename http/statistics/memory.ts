interface Entry<Value> {
  readonly value: Value
  readonly size: number
  used: boolean
}

/** Keeps values up to so many bytes. Who makes room are those that were not asked for since the hand last passed. */
export class Memory<Value> {
  readonly #mostBytes: number
  readonly #entries = new Map<string, Entry<Value>>()
  #bytes = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    entry.used = true
    return entry.value
  }

  set(key: string, value: Value, size: number): void {
    this.#remove(key)
    this.#entries.set(key, { value, size, used: false })
    this.#bytes += size
    for (const [old, entry] of this.#entries) {
      if (this.#bytes <= this.#mostBytes) return
      if (entry.used) {
        entry.used = false
        this.#entries.delete(old)
        this.#entries.set(old, entry)
      } else this.#remove(old)
    }
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#bytes -= entry.size
  }

  get bytes(): number {
    return this.#bytes
  }
}
