import { timingSafeEqual } from 'node:crypto'

/**
 * The clocks of two nodes may differ by so much. Who recorded a request can repeat it for as long and gets the same answer again: no
 * request between nodes changes anything.
 */
const WINDOW_MS = 300_000

const TIME = 'x-windbox-time'
const SIGNATURE = 'x-windbox-signature'

/** What a signature stands for; the body goes beside it. */
interface Said {
  readonly method: string
  readonly path: string
}

/** HMAC-SHA256 of all of it, hexadecimal. */
function signatureOf(secret: string, { method, path }: Said, time: string, body: Uint8Array): string {
  const hasher = new Bun.CryptoHasher('sha256', secret)
  hasher.update(`${method}\n${path}\n${time}\n`)
  return hasher.update(body).digest('hex')
}

/** The headers that prove to another node that one who knows the secret says this. */
export function sign(secret: string, said: Said, body: Uint8Array, nowMs: number): Record<string, string> {
  const time = String(Math.round(nowMs))
  return { [TIME]: time, [SIGNATURE]: signatureOf(secret, said, time, body) }
}

/** Whether the headers can be those of a node: what is asked before the body is read. */
export function mayBeSigned(headers: Headers, nowMs: number): boolean {
  const time = headers.get(TIME)
  return time !== null && headers.has(SIGNATURE) && Math.abs(nowMs - Number(time)) <= WINDOW_MS
}

/** Whether one who knows the secret said this, with this body. */
export function isSigned(secret: string, request: Request, path: string, body: Uint8Array): boolean {
  const { headers, method } = request
  const expected = Buffer.from(signatureOf(secret, { method, path }, headers.get(TIME) ?? '', body))
  const given = Buffer.from(headers.get(SIGNATURE) ?? '')
  return given.length === expected.length && timingSafeEqual(given, expected)
}
