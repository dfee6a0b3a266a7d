import { Output } from './output.ts'

const MAGIC = 0x184d2204
const BLOCK_SUMS = 0x10
const CONTENT_SIZE = 0x08
const STORED = 0x80000000

/** One frame. Source: lz4/doc, lz4_Frame_format.md and lz4_Block_format.md; sums are not looked at. Throws when it is none. */
export function unlz4(packed: Buffer): Buffer {
  if (packed.readUInt32LE(0) !== MAGIC) throw new Error('it does not begin as LZ4 does')
  const flags = packed.readUInt8(4)
  const output = new Output()
  // Flags, the longest block, perhaps the size of all, a sum of these.
  let at = flags & CONTENT_SIZE ? 15 : 7
  for (;;) {
    const head = packed.readUInt32LE(at)
    at += 4
    if (head === 0) return output.bytes()
    const length = head & ~STORED
    if (head & STORED) output.literal(packed, at, length)
    else block(packed.subarray(at, at + length), output)
    at += length + (flags & BLOCK_SUMS ? 4 : 0)
  }
}

function block(packed: Buffer, output: Output): void {
  let at = 0
  const lengthOf = (nibble: number): number => {
    if (nibble < 15) return nibble
    let length = nibble
    for (let more = 255; more === 255;) length += more = packed.readUInt8(at++)
    return length
  }
  for (;;) {
    const token = packed.readUInt8(at++)
    const literal = lengthOf(token >> 4)
    output.literal(packed, at, literal)
    at += literal
    // The last one has no match.
    if (at >= packed.length) return
    const distance = packed.readUInt16LE(at)
    at += 2
    output.copy(distance, lengthOf(token & 15) + 4)
  }
}
