import type { IdHash } from '../../runtime/index.ts'

/** Where an entry is looked for: its family's two words. */
export type FamilyHash = Pick<IdHash, 'a' | 'b'>

/** An entry of the ids index: the four words of an {@link IdHash}, and the offset in two of 32 bits. The texts themselves are not kept. */
export const WORDS = 6

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
const PROBES = 6

/**
 * A Bloom filter of one cache line an entry (Putze, Sanders, Singler 2007). Of strangers one in 70 passes at ten bits an entry, at 16 one in
 * 500.
 */
export const emptyFilter = (entries: number, bitsEach: number): Uint32Array<ArrayBuffer> =>
  new Uint32Array(Math.ceil((entries * bitsEach) / (32 * BLOCK)) * BLOCK)

const blockOf = (filter: Uint32Array, b: number): number => placeAmong(b, filter.length / BLOCK) * BLOCK

/** Each of the probes is nine bits of these: which word of the block, which bit of the word. */
const firstProbe = (a: number): number => Math.imul(a, 0x9e3779b1) ^ (a >>> 15)
const nextProbe = (bits: number): number => Math.imul(bits, 0x85ebca6b) ^ (bits >>> 13)
const wordIn = (bits: number): number => (bits >>> 5) & (BLOCK - 1)

export function addToFilter(filter: Uint32Array, { a, b }: FamilyHash): void {
  const block = blockOf(filter, b)
  for (let i = 0, bits = firstProbe(a); i < PROBES; i++, bits = nextProbe(bits)) {
    filter[block + wordIn(bits)]! |= 1 << (bits & 31)
  }
}

const NONE: readonly never[] = []

/**
 * Those in whose filters an entry may be. All probes of a block are looked at, and only what they come to decides: so the processor goes on to
 * the next filter while the line of this one is on its way from memory. With a branch a probe, a look among ten million ids cost half as much
 * again.
 */
export function mayHold<One extends { readonly filter: Uint32Array }>(
  all: readonly One[],
  { a, b }: FamilyHash,
): readonly One[] {
  const p0 = firstProbe(a)
  const p1 = nextProbe(p0)
  const p2 = nextProbe(p1)
  const p3 = nextProbe(p2)
  const p4 = nextProbe(p3)
  const p5 = nextProbe(p4)
  let found: One[] | undefined
  for (let i = 0; i < all.length; i++) {
    const { filter } = all[i]!
    const block = blockOf(filter, b)
    const bits =
      (filter[block + wordIn(p0)]! >>> (p0 & 31)) &
      (filter[block + wordIn(p1)]! >>> (p1 & 31)) &
      (filter[block + wordIn(p2)]! >>> (p2 & 31)) &
      (filter[block + wordIn(p3)]! >>> (p3 & 31)) &
      (filter[block + wordIn(p4)]! >>> (p4 & 31)) &
      (filter[block + wordIn(p5)]! >>> (p5 & 31))
    if ((bits & 1) !== 0) (found ??= []).push(all[i]!)
  }
  return found ?? NONE
}
