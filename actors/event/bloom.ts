import { murmur2 } from '../runtime/index.ts'

const BITS_EACH = 8
const PROBES = 5

/** A set that forgets nothing and sometimes (one time in 45) takes a stranger for a member. */
export class Bloom {
  readonly #bytes: Uint8Array

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  static of(values: Iterable<string>, count: number): Bloom {
    const bytes = new Uint8Array(Math.max(1, Math.ceil((count * BITS_EACH) / 8)))
    const bloom = new Bloom(bytes)
    for (const value of values) for (const bit of bloom.#bitsOf(value)) bytes[bit >> 3]! |= 1 << (bit & 7)
    return bloom
  }

  static from(text: string): Bloom {
    return new Bloom(Buffer.from(text, 'base64'))
  }

  toText(): string {
    return Buffer.from(this.#bytes).toString('base64')
  }

  has(value: string): boolean {
    return this.#bitsOf(value).every((bit) => (this.#bytes[bit >> 3]! & (1 << (bit & 7))) !== 0)
  }

  /** Two hashes make them all (Kirsch and Mitzenmacher, 2006). */
  #bitsOf(value: string): number[] {
    const hash = murmur2(value) >>> 0
    const step = (Math.imul(hash, 0x9e3779b1) | 1) >>> 0
    const bits = this.#bytes.length * 8
    return Array.from({ length: PROBES }, (_, i) => (hash + i * step) % bits)
  }
}
