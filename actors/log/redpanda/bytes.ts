const FIRST_SIZE = 64 * 1024
/** What the length of a record mostly takes. */
const LENGTH_GUESS = 2

/** How many bytes {@link Bytes.varint} takes for a number that is not negative. */
const varintSize = (value: number): number => (value < 64 ? 1 : value < 8_192 ? 2 : value < 1_048_576 ? 3 : 4)

/** Bytes that are written one after the other, in the ways of Kafka's protocol. It grows, and is used again after {@link clear}. */
export class Bytes {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE)
  length = 0

  /** What was written: valid until the next write. */
  get view(): Buffer {
    return this.#bytes.subarray(0, this.length)
  }

  /** The same for kafkajs, which takes it for an encoder of its own and copies it at once. */
  encoder(): { readonly buf: Buffer; readonly buffer: Buffer } {
    return { buf: this.#bytes, buffer: this.view }
  }

  clear(): void {
    this.length = 0
  }

  #room(more: number): void {
    if (this.length + more <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.length + more))
    this.#bytes.copy(larger, 0, 0, this.length)
    this.#bytes = larger
  }

  int8(value: number): void {
    this.#room(1)
    this.#bytes[this.length++] = value
  }

  int16(value: number): void {
    this.#room(2)
    this.length = this.#bytes.writeInt16BE(value, this.length)
  }

  int32(value: number): void {
    this.#room(4)
    this.length = this.#bytes.writeInt32BE(value, this.length)
  }

  /** A safe integer. */
  int64(value: number): void {
    this.int32(Math.floor(value / 2 ** 32))
    this.int32(value | 0)
  }

  /** Where an `int32` will stand, once {@link fill} knows it. */
  gap(): number {
    this.int32(0)
    return this.length - 4
  }

  fill(gap: number, value: number): void {
    this.#bytes.writeInt32BE(value | 0, gap)
  }

  /** A short text of ASCII with its length before it. */
  string(text: string): void {
    this.int16(text.length)
    this.#room(text.length)
    this.length += this.#bytes.write(text, this.length, 'latin1')
  }

  bytes(given: Uint8Array): void {
    this.#room(given.length)
    this.#bytes.set(given, this.length)
    this.length += given.length
  }

  /** Not negative, below 2^27; zigzag, as all varints of the protocol. */
  varint(value: number): void {
    this.#room(4)
    this.length = this.#putVarint(value, this.length)
  }

  #putVarint(value: number, at: number): number {
    let left = value << 1
    while (left > 127) {
      this.#bytes[at++] = (left & 127) | 128
      left >>>= 7
    }
    this.#bytes[at++] = left
    return at
  }

  /** UTF-8 with its length as a varint before it. */
  text(text: string): void {
    this.#room(3 * text.length + 4)
    // As if it were ASCII, which it mostly is.
    const guess = varintSize(text.length)
    const size = this.#bytes.write(text, this.length + guess, 'utf8')
    this.#putLength(size, guess)
  }

  /** Begins what is to have its length as a varint before it. Answers what {@link end} takes. */
  begin(): number {
    this.#room(LENGTH_GUESS)
    this.length += LENGTH_GUESS
    return this.length
  }

  end(start: number): void {
    const size = this.length - start
    this.#room(2)
    this.length = start - LENGTH_GUESS
    this.#putLength(size, LENGTH_GUESS)
  }

  /** Before `size` bytes that stand `guess` bytes further than here. */
  #putLength(size: number, guess: number): void {
    const needed = varintSize(size)
    const from = this.length + guess
    if (needed !== guess) this.#bytes.copyWithin(this.length + needed, from, from + size)
    this.length = this.#putVarint(size, this.length) + size
  }

  /** What `of` makes of the bytes from a place on. */
  checksum(from: number, of: (bytes: Uint8Array, from: number, to: number) => number): number {
    return of(this.#bytes, from, this.length)
  }
}
