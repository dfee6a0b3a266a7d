import { murmur2 } from '../runtime/index.ts'

const BITS_EACH = 8
const PROBES = 5

/** A set that forgets nothing and sometimes (one time in 45) takes a stranger for a member. */
export class Bloom {
  readonly #bytes: Uint8Array

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** Of values by their {@link murmur2}. */
  static of(hashes: ReadonlySet<number>): Bloom {
    const bloom = new Bloom(new Uint8Array(Math.max(1, Math.ceil((hashes.size * BITS_EACH) / 8))))
    for (const hash of hashes) bloom.#add(hash)
    return bloom
  }

  static from(text: string): Bloom {
    return new Bloom(Buffer.from(text, 'base64'))
  }

  toText(): string {
    return Buffer.from(this.#bytes).toString('base64')
  }

  #add(hash: number): void {
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = this.#bitOf(hash, probe)
      this.#bytes[bit >> 3]! |= 1 << (bit & 7)
    }
  }

  has(value: string): boolean {
    const hash = murmur2(value)
    for (let probe = 0; probe < PROBES; probe++) {
      const bit = this.#bitOf(hash, probe)
      if ((this.#bytes[bit >> 3]! & (1 << (bit & 7))) === 0) return false
    }
    return true
  }

  /** Two hashes make them all (Kirsch and Mitzenmacher, 2006). */
  #bitOf(hash: number, probe: number): number {
    const step = (Math.imul(hash, 0x9e3779b1) | 1) >>> 0
    return ((hash >>> 0) + probe * step) % (this.#bytes.length * 8)
  }
}
