import { Fault } from '../../actors/runtime/index.ts'
import type { InFlight } from './in-flight.ts'

/** Of a body, inflated. */
export const MOST_BODY_BYTES = 16 * 1024 * 1024
/** A body that says it is no longer than this is read in one go. */
const SHORT_BYTES = 64 * 1024
/** What a request weighs at least, besides its bytes. */
const REQUEST_BYTES = 1024

const tooLarge = () => new Fault('TOO_LARGE', `The body may have at most ${MOST_BODY_BYTES} bytes, inflated.`)
const utf8 = new TextDecoder('utf-8', { fatal: true })

/** What is held for one request, to be given back when it is answered. */
export interface Held {
  bytes: number
}

/**
 * The text of a body, plain or gzip, up to {@link MOST_BODY_BYTES}: it stops reading (and inflating) there, whatever `content-length`
 * says. What it takes is counted in `held`. Faults: TOO_LARGE, OVERLOADED, UNSUPPORTED_MEDIA_TYPE (encoding), MALFORMED (not gzip, not UTF-8).
 */
export async function readText(request: Request, inFlight: InFlight, held: Held): Promise<string> {
  const { headers } = request
  const encoding = headers.get('content-encoding')
  const said = headers.get('content-length')
  let bytes: Uint8Array
  if (encoding === null && said !== null && Number(said) <= SHORT_BYTES) {
    hold(REQUEST_BYTES + Number(said), inFlight, held)
    bytes = await request.bytes()
  } else {
    if (Number(said ?? 0) > MOST_BODY_BYTES) throw tooLarge()
    hold(REQUEST_BYTES, inFlight, held)
    bytes = await readStream(bodyOf(request, encoding), inFlight, held)
  }
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Fault('MALFORMED', 'The body is not UTF-8.')
  }
}

function hold(bytes: number, inFlight: InFlight, held: Held): void {
  inFlight.enter(bytes)
  held.bytes += bytes
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
  let length = 0
  try {
    for await (const chunk of stream ?? []) {
      length += chunk.byteLength
      if (length > MOST_BODY_BYTES) throw tooLarge()
      hold(chunk.byteLength, inFlight, held)
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('MALFORMED', 'The body ended early, or is not what its Content-Encoding says.')
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}
