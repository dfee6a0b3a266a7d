import { Output } from './output.ts'

/** What Java's producers put before blocks: `\x82SNAPPY\0`, two versions. Others send one block as it is. */
const FRAMED = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])
const FRAME_HEAD = 16

/** Source: google/snappy, format_description.txt; the frame is that of xerial/snappy-java. Throws when it is neither. */
export function unsnappy(packed: Buffer): Buffer {
  const output = new Output()
  if (!packed.subarray(0, FRAMED.length).equals(FRAMED)) {
    block(packed, output)
    return output.bytes()
  }
  for (let at = FRAME_HEAD; at < packed.length;) {
    const length = packed.readInt32BE(at)
    block(packed.subarray(at + 4, at + 4 + length), output)
    at += 4 + length
  }
  return output.bytes()
}

function block(packed: Buffer, output: Output): void {
  let at = 0
  // The length of what comes out: it is seen when it has come.
  while (packed[at++]! >= 0x80);
  while (at < packed.length) {
    const tag = packed[at++]!
    const kind = tag & 3
    if (kind === 0) {
      let length = tag >> 2
      if (length >= 60) {
        const bytes = length - 59
        length = packed.readUIntLE(at, bytes)
        at += bytes
      }
      output.literal(packed, at, length + 1)
      at += length + 1
    } else if (kind === 1) {
      output.copy(((tag >> 5) << 8) | packed.readUInt8(at), ((tag >> 2) & 7) + 4)
      at += 1
    } else {
      const bytes = kind === 2 ? 2 : 4
      output.copy(packed.readUIntLE(at, bytes), (tag >> 2) + 1)
      at += bytes
    }
  }
}
