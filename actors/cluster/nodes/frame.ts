import { Fault } from '../../runtime/index.ts'

/**
 * Bytes of an answer between nodes: version u8, length of the head u32 little-endian, head (JSON in UTF-8), then raw parts one behind the
 * other; their lengths stand in the head. A version that was sent is never changed.
 */
export const FRAME_VERSION = 1
const START = 5

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function packFrame(head: object, parts: readonly Uint8Array[] = []): Uint8Array<ArrayBuffer> {
  const text = encoder.encode(JSON.stringify(head))
  const length = parts.reduce((sum, part) => sum + part.byteLength, START + text.length)
  const bytes = new Uint8Array(length)
  bytes[0] = FRAME_VERSION
  new DataView(bytes.buffer).setUint32(1, text.length, true)
  bytes.set(text, START)
  let at = START + text.length
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}

/** An answer: its head, and its parts in their order. */
export interface Frame<Head> {
  readonly head: Head
  /** The next bytes, copied: of their own and aligned. Throws RangeError when there are not as many. */
  take(length: number): Uint8Array<ArrayBuffer>
}

/** Fault VERSION_AHEAD for a version not known here. Throws RangeError on bytes that are cut short. */
export function openFrame<Head>(bytes: Uint8Array): Frame<Head> {
  const version = bytes[0]
  if (version !== undefined && version !== FRAME_VERSION) throw unknownVersion(version)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = START + view.getUint32(1, true)
  if (at > bytes.length) throw new RangeError('the answer is cut short')
  const head = JSON.parse(decoder.decode(bytes.subarray(START, at))) as Head
  return {
    head,
    take(length) {
      if (!(at + length <= bytes.length)) throw new RangeError('the answer is cut short')
      at += length
      return new Uint8Array(bytes.slice(at - length, at))
    },
  }
}

/** While a cluster is being upgraded, nodes of two versions may meet that do not understand each other. */
export const unknownVersion = (version: unknown): Fault =>
  new Fault('VERSION_AHEAD', `another node speaks version ${version} of what nodes say, this one ${FRAME_VERSION}`, {
    retryAfterS: 5,
  })
