import { HEADS, MAGIC, readInt64, type Stored } from './batch-format.ts'

/** Of a batch, before its records; the first twelve bytes are its first offset and the length of the rest. */
const HEAD_LENGTH = 61
/** Of its attributes. */
const COMPRESSION = 0x07
const BROKERS_CLOCK = 0x08
const CONTROL = 0x20

const COLON = 0x3a
const ZERO = 0x30

/** What unpacks a batch, by its kind of compression; undefined where none is needed. */
export type Unpack = (compression: number) => ((packed: Buffer) => Promise<Buffer>) | undefined

/** A text that stands in most records. */
interface Usual {
  readonly bytes: Uint8Array
  readonly text: string
}
/** No text begins so. */
const NOTHING: Usual = { bytes: Buffer.of(255, 255, 255, 255, 255), text: '' }

/** Reads batches, as `fetch` brings them; one call at a time. */
export class BatchReader {
  readonly #unpack: Unpack
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #type = NOTHING
  #producer = NOTHING

  constructor(unpack: Unpack) {
    this.#unpack = unpack
  }

  /** The records from the offset `from` on, of all batches that are whole: the last may be cut off. Throws of an older format. */
  async read(bytes: Buffer, from: number): Promise<Stored[]> {
    const found: Stored[] = []
    for (let at = 0; at + HEAD_LENGTH <= bytes.length;) {
      const end = at + Math.max(HEAD_LENGTH, 12 + bytes.readInt32BE(at + 8))
      if (end > bytes.length) break
      const magic = bytes[at + 16]
      if (magic !== MAGIC) throw new Error(`a batch has the format ${magic}, and ${MAGIC} is understood`)
      const attributes = bytes.readInt16BE(at + 21)
      const last = readInt64(bytes, at) + bytes.readInt32BE(at + 23)
      // Marks of transactions, which none of our nodes has.
      const isControl = (attributes & CONTROL) !== 0
      if (!isControl && last >= from) {
        const unpack = this.#unpack(attributes & COMPRESSION)
        const records = bytes.subarray(at + HEAD_LENGTH, end)
        this.#bytes = unpack ? await unpack(records) : records
        this.#at = 0
        this.#records(bytes.subarray(at, at + HEAD_LENGTH), from, found)
      }
      at = end
    }
    return found
  }

  #records(head: Buffer, from: number, to: Stored[]): void {
    const base = readInt64(head, 0)
    const firstTime = readInt64(head, 27)
    const time = head.readInt16BE(21) & BROKERS_CLOCK ? readInt64(head, 35) : undefined
    for (let left = head.readInt32BE(57); left > 0; left--) {
      const end = this.#varint() + this.#at
      // Attributes, of which a record has none.
      this.#at++
      const later = this.#varint()
      const offset = base + this.#varint()
      if (offset >= from) to.push(this.#record(offset, time ?? firstTime + later))
      this.#at = end
    }
  }

  #record(offset: number, at: number): Stored {
    const key = this.#text()
    const value = this.#text()
    let type = ''
    let id = ''
    let source = ''
    let trace = ''
    let producer = ''
    let sequence = 0
    let again = false
    for (let left = this.#varint(); left > 0; left--) {
      if (this.#passes(HEADS.type)) {
        type = this.#usualType()
      } else if (this.#passes(HEADS.origin)) {
        const end = this.#varint() + this.#at
        producer = this.#usualProducer(end)
        sequence = this.#decimal(end)
      } else if (this.#passes(HEADS.id)) {
        id = this.#text()
      } else if (this.#passes(HEADS.source)) {
        source = this.#text()
      } else if (this.#passes(HEADS.traceparent)) {
        trace = this.#text()
      } else if (this.#passes(HEADS.again)) {
        again = this.#text() !== ''
      } else {
        // Of somebody else.
        this.#text()
        this.#text()
      }
    }
    const plain = { offset, at, key, type, value, id, source }
    return {
      record: trace ? { ...plain, trace } : plain,
      origin: producer ? { producer, sequence, again } : undefined,
    }
  }

  /** Zigzag, also of 64 bits, within the safe integers. */
  #varint(): number {
    let byte = this.#bytes[this.#at++]!
    if (byte < 128) return (byte >>> 1) ^ -(byte & 1)
    let zigzag = byte & 127
    for (let factor = 128; byte >= 128; factor *= 128) {
      byte = this.#bytes[this.#at++]!
      zigzag += (byte & 127) * factor
    }
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
  }

  /** UTF-8 with its length before it; what is absent is empty. */
  #text(): string {
    const length = this.#varint()
    if (length <= 0) return ''
    const start = this.#at
    this.#at += length
    return this.#bytes.toString('utf8', start, this.#at)
  }

  /** Goes past these bytes, if they are here. */
  #passes(expected: Uint8Array): boolean {
    const bytes = this.#bytes
    const start = this.#at
    for (let n = 0; n < expected.length; n++) if (bytes[start + n] !== expected[n]) return false
    this.#at = start + expected.length
    return true
  }

  #usualType(): string {
    if (this.#passes(this.#type.bytes)) return this.#type.text
    const start = this.#at
    const text = this.#text()
    this.#type = { bytes: Uint8Array.from(this.#bytes.subarray(start, this.#at)), text }
    return text
  }

  /** What stands before the colon, and goes past it; empty if there is none before `end`. */
  #usualProducer(end: number): string {
    if (this.#passes(this.#producer.bytes)) return this.#producer.text
    const start = this.#at
    const colon = this.#bytes.indexOf(COLON, start)
    if (colon < 0 || colon >= end) {
      this.#at = end
      return ''
    }
    this.#at = colon + 1
    const text = this.#bytes.toString('utf8', start, colon)
    this.#producer = { bytes: Uint8Array.from(this.#bytes.subarray(start, this.#at)), text }
    return text
  }

  #decimal(end: number): number {
    let number = 0
    while (this.#at < end) number = 10 * number + this.#bytes[this.#at++]! - ZERO
    return number
  }
}
