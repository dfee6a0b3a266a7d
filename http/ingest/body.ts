import { isUtf8 } from 'node:buffer'
import { Fault } from '../../actors/runtime/index.ts'
import type { Held, InFlight } from './in-flight.ts'

/** Of a body, inflated. */
const MOST_BODY_BYTES = 16 * 1024 * 1024
/** A body that says it is no longer than this is read in one go: a thousand readings in lines. */
const SHORT_BYTES = 256 * 1024
/** A body that trickles holds its bytes against all others: it has to be there by then. */
const READ_MS = 60_000
/** What a request weighs at least, besides its bytes. */
export const REQUEST_BYTES = 1024

const tooLarge = () => new Fault('TOO_LARGE', `The body may have at most ${MOST_BODY_BYTES} bytes, inflated.`)
const notUtf8 = () => new Fault('MALFORMED', 'The body is not UTF-8.')
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The bytes of a body that says it is short, and is not encoded: it may be read in one go. Else -1. */
export function shortLength(headers: Headers): number {
  const length = headers.get('content-length')
  if (length === null || headers.get('content-encoding') !== null) return -1
  const bytes = Number(length)
  return bytes <= SHORT_BYTES ? bytes : -1
}

/** Fault MALFORMED: the client has gone, or the encoding is another one. */
export function endedEarly(): never {
  throw new Fault('MALFORMED', 'The body ended early, or is not what its Content-Encoding says.')
}

/**
 * The bytes of a body, inflated where it is gzip, up to {@link MOST_BODY_BYTES}: it stops reading (and inflating) there, whatever `content-length`
 * says. What it takes is counted in `held`. Faults: TOO_LARGE, OVERLOADED, RATE_LIMITED, UNSUPPORTED_MEDIA_TYPE (encoding), MALFORMED (not gzip).
 */
export async function readLong(request: Request, inFlight: InFlight, held: Held): Promise<Uint8Array> {
  const { headers } = request
  if (Number(headers.get('content-length') ?? 0) > MOST_BODY_BYTES) throw tooLarge()
  inFlight.hold(REQUEST_BYTES, held)
  return await readStream(bodyOf(request, headers.get('content-encoding')), inFlight, held)
}

/** Fault MALFORMED for lines that are not UTF-8: without it those would be found one by one, when the first are read. */
export function demandUtf8(bytes: Uint8Array): void {
  if (!isUtf8(bytes)) throw notUtf8()
}

/** Fault MALFORMED. */
export function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw notUtf8()
  }
}

function bodyOf(request: Request, encoding: string | null): ReadableStream<Uint8Array> | null {
  const { body } = request
  switch (encoding?.trim().toLowerCase() ?? 'identity') {
    case 'identity':
      return body
    case 'gzip':
    case 'x-gzip':
      return body?.pipeThrough(new DecompressionStream('gzip')) ?? null
    default:
      throw new Fault('UNSUPPORTED_MEDIA_TYPE', 'Send the body plain, or with Content-Encoding: gzip.')
  }
}

async function readStream(
  stream: ReadableStream<Uint8Array> | null,
  inFlight: InFlight,
  held: Held,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  const deadline = performance.now() + READ_MS
  let length = 0
  try {
    for await (const chunk of stream ?? []) {
      if (performance.now() > deadline) throw new Fault('MALFORMED', `The body took longer than ${READ_MS / 1000} s.`)
      length += chunk.byteLength
      if (length > MOST_BODY_BYTES) throw tooLarge()
      inFlight.hold(chunk.byteLength, held)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof Fault) throw error
    return endedEarly()
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}
