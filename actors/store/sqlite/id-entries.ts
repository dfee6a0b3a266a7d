import { ID_PARTS } from '../../runtime/index.ts'

/**
 * An entry of the ids index: 64 bits of SHA-256 of the id's family, 64 of the whole id, and its offset, as six words of 32 bits. Ids
 * with no family are their own. The texts themselves are not kept: two ids that share all 128 bits do not occur, by chance or by craft.
 */
export const WORDS = 6

const digest = new Uint8Array(32)
const words = new Uint32Array(digest.buffer)

/** Where an entry is looked for: its family's two words. */
export interface FamilyHash {
  readonly a: number
  readonly b: number
}

export interface IdHash extends FamilyHash {
  readonly c: number
  readonly d: number
}

/** Of an id's family alone: most ids that are looked for are not there, and need no other. */
export function familyHash(id: string): FamilyHash {
  const end = id.indexOf(ID_PARTS)
  Bun.SHA256.hash(end < 0 ? id : id.slice(0, end), digest)
  return { a: words[0]!, b: words[1]! }
}

export function idHash(id: string): IdHash {
  const { a, b } = familyHash(id)
  Bun.SHA256.hash(id, digest)
  return { a, b, c: words[2]!, d: words[3]! }
}

export function writeEntry(entries: Uint32Array, at: number, { a, b, c, d }: IdHash, offset: number): void {
  entries[at] = a
  entries[at + 1] = b
  entries[at + 2] = c
  entries[at + 3] = d
  entries[at + 4] = offset % 2 ** 32
  entries[at + 5] = Math.floor(offset / 2 ** 32)
}

export const offsetAt = (entries: Uint32Array, at: number): number => entries[at + 5]! * 2 ** 32 + entries[at + 4]!

/** The place of a hash among so many, in the order of its first word. */
export const placeAmong = (a: number, count: number): number => Math.floor((a / 2 ** 32) * count)

/** Words of a block of a filter: a cache line. */
const BLOCK = 16
const BITS_EACH = 10
const PROBES = 6

/** A Bloom filter of one cache line a probe (Putze, Sanders, Singler 2007): at ten bits an entry one stranger in 70 passes. */
export const emptyFilter = (entries: number): Uint32Array<ArrayBuffer> =>
  new Uint32Array(Math.ceil((entries * BITS_EACH) / (32 * BLOCK)) * BLOCK)

export function addToFilter(filter: Uint32Array, a: number, b: number): void {
  const block = placeAmong(b, filter.length / BLOCK) * BLOCK
  let bits = Math.imul(a, 0x9e3779b1) ^ (a >>> 15)
  for (let i = 0; i < PROBES; i++) {
    filter[block + ((bits >>> 5) & 15)]! |= 1 << (bits & 31)
    bits = Math.imul(bits, 0x85ebca6b) ^ (bits >>> 13)
  }
}

export function mayPass(filter: Uint32Array, a: number, b: number): boolean {
  const block = placeAmong(b, filter.length / BLOCK) * BLOCK
  let bits = Math.imul(a, 0x9e3779b1) ^ (a >>> 15)
  for (let i = 0; i < PROBES; i++) {
    if ((filter[block + ((bits >>> 5) & 15)]! & (1 << (bits & 31))) === 0) return false
    bits = Math.imul(bits, 0x85ebca6b) ^ (bits >>> 13)
  }
  return true
}
