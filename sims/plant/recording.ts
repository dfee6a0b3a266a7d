import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { frameOf } from './message.ts'

/** Longer than any frame by far: what has no end before it is no recording of frames. */
const LONGEST = 16 * 1024 * 1024
const NEWLINE = 10
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf]

/**
 * The frames of a recording, each exactly as it was recorded, also broken ones: JSON lines, a JSON array, or a broker's export of either
 * kind (objects whose `Message` is the frame), plain or gzip. What it is, its content says, not its name. Reads as fast as it is asked.
 * Throws a sentence that names the file where it cannot be read.
 */
export async function* frameTexts(file: string): AsyncGenerator<string | Uint8Array> {
  const chunks = unmarked(inflated(file))
  try {
    const head = await headOf(chunks)
    const all = resume(head, chunks)
    if (isArray(head)) for await (const text of elements(all, file)) yield frameOf(text)
    else for await (const line of lines(all, file)) yield typeof line === 'string' ? frameOf(line) : line
  } finally {
    await chunks.return(undefined)
  }
}

async function* inflated(file: string): AsyncGenerator<Uint8Array> {
  const raw = createReadStream(file, { highWaterMark: 256 * 1024 })
  const failed = (error: unknown): Error => {
    const reason = error instanceof Error ? error.message : String(error)
    return new Error(`replay: ${file} cannot be read: ${reason}`, { cause: error })
  }
  try {
    const source = raw[Symbol.asyncIterator]()
    const head = await source.next()
    if (head.done) return
    const whole = resume<Uint8Array>(head.value, source)
    if (head.value[0] !== 0x1f || head.value[1] !== 0x8b) yield* whole
    else yield* gunzipped(whole)
  } catch (error) {
    throw failed(error)
  } finally {
    raw.destroy()
  }
}

/** Also of several members one after the other, as appended logs have them. */
async function* gunzipped(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  // What goes wrong with it destroys `gunzip`, and so is thrown below.
  void pipeline(packed, gunzip).catch(() => {})
  try {
    yield* gunzip
  } finally {
    gunzip.destroy()
  }
}

async function* resume<T>(first: T, rest: AsyncIterator<T>): AsyncGenerator<T> {
  yield first
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
}

/** Without the mark that some editors put before UTF-8, and never with an empty first chunk. */
async function* unmarked(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | null = new Uint8Array(0)
  for await (const chunk of chunks) {
    if (head === null) {
      yield chunk
      continue
    }
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
    if (head.length < BYTE_ORDER_MARK.length || firstSign(head) === head.length) continue
    yield BYTE_ORDER_MARK.every((byte, i) => head![i] === byte) ? head.subarray(BYTE_ORDER_MARK.length) : head
    head = null
  }
  if (head !== null && head.length > 0) yield head
}

function firstSign(bytes: Uint8Array): number {
  let at = 0
  while (at < bytes.length && bytes[at]! <= 32) at++
  return at
}

/** The beginning up to the second line, or as much as a line may have. */
async function headOf(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let head: Uint8Array = new Uint8Array(0)
  while (head.length <= LONGEST && secondLine(head) === undefined) {
    const next = await chunks.next()
    if (next.done) break
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  return head
}

/** Where the line begins that follows the first with something on it; undefined where nothing follows yet. */
function secondLine(head: Uint8Array): number | undefined {
  const end = head.indexOf(NEWLINE, firstSign(head))
  return end === -1 || firstSign(head.subarray(end)) === head.length - end ? undefined : end
}

/** A JSON array does not end on the first line when there are more: then that line is one of many, and no frame. */
function isArray(head: Uint8Array): boolean {
  const from = firstSign(head)
  if (head[from] !== 0x5b /* [ */) return false
  const end = secondLine(head)
  return end === undefined || !closes(Buffer.from(head.subarray(from, end)).toString())
}

/** Whether the bracket that the text begins with is closed in it. */
function closes(text: string): boolean {
  let depth = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|[[\]{}]/g)) {
    if (token === '[' || token === '{') depth++
    else if ((token === ']' || token === '}') && --depth === 0) return true
  }
  return false
}

function refuseEndless(size: number, file: string): void {
  if (size > LONGEST) throw new Error(`replay: ${file} is no recording: a frame of more than ${LONGEST} bytes`)
}

/** Lines with something on them; the bytes themselves where they are no UTF-8. */
async function* lines(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<string | Uint8Array> {
  let pieces: Uint8Array[] = []
  let size = 0
  const line = (end: Uint8Array): string | Uint8Array | null => {
    let bytes = pieces.length === 0 ? end : Buffer.concat([...pieces, end])
    if (bytes.at(-1) === 13) bytes = bytes.subarray(0, -1)
    pieces = []
    size = 0
    if (firstSign(bytes) === bytes.length) return null
    return isUtf8(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString() : Uint8Array.from(bytes)
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      const text = line(chunk.subarray(from, end))
      from = end + 1
      if (text !== null) yield text
    }
    if (from === chunk.length) continue
    pieces.push(chunk.subarray(from))
    size += chunk.length - from
    refuseEndless(size, file)
  }
  const last = line(new Uint8Array(0))
  if (last !== null) yield last
}

/** The texts of the elements of a JSON array, cut out without parsing them; the rest of an array that breaks off is the last one. */
async function* elements(chunks: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let held = ''
  let at = 0
  let depth = 0
  let inString = false
  let escaped = false
  let from = 0
  for await (const chunk of chunks) {
    held = held.slice(from) + decoder.decode(chunk, { stream: true })
    at -= from
    from = 0
    for (; at < held.length; at++) {
      const sign = held.charCodeAt(at)
      if (inString) {
        if (escaped) escaped = false
        else if (sign === 0x5c /* \ */) escaped = true
        else if (sign === 0x22 /* " */) inString = false
        continue
      }
      if (sign === 0x22) inString = true
      else if (sign === 0x5b /* [ */ || sign === 0x7b /* { */) {
        if (++depth === 1) from = at + 1
      } else if (depth === 1 && (sign === 0x2c /* , */ || sign === 0x5d) /* ] */) {
        const text = held.slice(from, at).trim()
        from = at + 1
        if (text !== '') yield text
        if (sign === 0x5d) return
      } else if (sign === 0x5d || sign === 0x7d /* } */) depth--
    }
    refuseEndless(held.length - from, file)
  }
  const rest = held.slice(from).trim()
  if (rest !== '') yield rest
}
