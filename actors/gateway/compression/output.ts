/** A broker's batch is a few megabytes at most: what becomes longer was made to. */
const MOST_BYTES = 256 * 1024 * 1024

/** What comes out of LZ77: literal bytes, and copies of what came out before. */
export class Output {
  #bytes = Buffer.allocUnsafe(64 * 1024)
  #length = 0

  literal(from: Buffer, at: number, length: number): void {
    if (at + length > from.length) throw new Error('it ends too early')
    this.#grow(length)
    from.copy(this.#bytes, this.#length, at, at + length)
    this.#length += length
  }

  /** The copy may reach into itself: it repeats then. */
  copy(distance: number, length: number): void {
    if (distance === 0 || distance > this.#length) throw new Error('it copies what is not there')
    this.#grow(length)
    const begin = this.#length - distance
    if (distance >= length) this.#bytes.copyWithin(this.#length, begin, begin + length)
    else for (let i = 0; i < length; i++) this.#bytes[this.#length + i] = this.#bytes[begin + i]!
    this.#length += length
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #grow(by: number): void {
    const needed = this.#length + by
    if (needed <= this.#bytes.length) return
    if (needed > MOST_BYTES) throw new Error(`it becomes longer than ${MOST_BYTES} bytes`)
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}
