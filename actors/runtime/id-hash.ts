import { ID_PARTS } from './record.ts'

/**
 * 64 bits of SHA-256 of an id's family, and 64 of the whole id, as words of 32. An id with no family is its own. Two ids that share all 128
 * bits do not occur, by chance or by craft.
 */
export interface IdHash extends FamilyHash {
  readonly c: number
  readonly d: number
}

export interface FamilyHash {
  readonly a: number
  readonly b: number
}

const digest = new Uint8Array(32)
const words = new Uint32Array(digest.buffer)

export function idHash(id: string): IdHash {
  const end = id.indexOf(ID_PARTS)
  Bun.SHA256.hash(end < 0 ? id : id.slice(0, end), digest)
  const [a, b] = [words[0]!, words[1]!]
  if (end >= 0) Bun.SHA256.hash(id, digest)
  return { a, b, c: words[2]!, d: words[3]! }
}
