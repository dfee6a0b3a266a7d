import { ID_PARTS, type IdHash } from '../runtime/index.ts'

const digest = new Uint8Array(32)
const words = new Uint32Array(digest.buffer)

/** 64 bits of SHA-256 of an id's family, and 64 of the whole id. Two ids that share all 128 bits do not occur, by chance or by craft. */
export function idHash(id: string): IdHash {
  const end = id.indexOf(ID_PARTS)
  Bun.SHA256.hash(end < 0 ? id : id.slice(0, end), digest)
  const [a, b] = [words[0]!, words[1]!]
  if (end >= 0) Bun.SHA256.hash(id, digest)
  return { a, b, c: words[2]!, d: words[3]! }
}
