import { Fault } from '../../actors/runtime/index.ts'
import { SMALL_BODY_BYTES } from '../config.ts'
import { flawOf } from './flaw.ts'

const tooLarge = (limit: number) => new Fault('TOO_LARGE', `The body may have at most ${limit} bytes.`)

/** The bytes of a body, up to the limit: it stops reading there, whatever `content-length` says. Fault TOO_LARGE. */
async function readBytes(request: Request, limit: number): Promise<Uint8Array> {
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge(limit)
  if (request.body === null) return new Uint8Array(0)
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

async function readText(request: Request, limit: number): Promise<string> {
  const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity'
  if (encoding !== 'identity') throw new Fault('UNSUPPORTED_MEDIA_TYPE', 'Send the body without a Content-Encoding.')
  const bytes = await readBytes(request, limit)
  try {
    return utf8.decode(bytes)
  } catch {
    throw new Fault('MALFORMED', 'The body is not UTF-8.')
  }
}

/** The media type, '' without one. Fault UNSUPPORTED_MEDIA_TYPE for a text in another encoding than UTF-8. */
function typeOf(request: Request): string {
  const [type = '', ...parameters] = (request.headers.get('content-type') ?? '').toLowerCase().split(';')
  for (const parameter of parameters) {
    const [, charset = 'utf-8'] = /^\s*charset="?([^"\s]*)"?\s*$/.exec(parameter) ?? []
    if (!/^utf-?8$/.test(charset)) throw new Fault('UNSUPPORTED_MEDIA_TYPE', `Send UTF-8, not ${charset.slice(0, 80)}.`)
  }
  return type.trim()
}

/** Parser of a route that takes one JSON document. Faults: UNSUPPORTED_MEDIA_TYPE, TOO_LARGE, MALFORMED, VALIDATION ({@link flawOf}). */
export async function json({ request }: { request: Request }): Promise<unknown> {
  const type = typeOf(request)
  if (type !== '' && type !== 'application/json' && !/^application\/[\w.-]+\+json$/.test(type)) {
    throw new Fault('UNSUPPORTED_MEDIA_TYPE', `Send application/json, not ${type.slice(0, 80)}.`)
  }
  const text = await readText(request, SMALL_BODY_BYTES)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Fault('MALFORMED', text.trim() === '' ? 'The body is empty.' : 'The body is not JSON.')
  }
  const flaw = flawOf(value)
  if (flaw !== undefined) throw new Fault('VALIDATION', `${flaw}.`, { errors: [{ path: '', message: flaw }] })
  return value
}

/** Parser of a route that takes the fields of a form; of a field that comes twice the last counts. */
export async function form({ request }: { request: Request }): Promise<Record<string, string>> {
  const type = typeOf(request)
  if (type !== '' && type !== 'application/x-www-form-urlencoded') {
    throw new Fault('UNSUPPORTED_MEDIA_TYPE', `Send application/x-www-form-urlencoded, not ${type.slice(0, 80)}.`)
  }
  return Object.fromEntries(new URLSearchParams(await readText(request, SMALL_BODY_BYTES)))
}
