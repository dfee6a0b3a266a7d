import { isAddress } from './addresses.ts'
import { addressesOf, destinationOf, RefusedDestination, type Resolve } from './destination.ts'
import { signedHeaders, signingKeyOf } from './signature.ts'
import type { Attempt, Message, TargetKind } from './target.ts'

const TIMEOUT_MS = 15_000
const RESOLVE_MS = 5_000
/** Of an answer's body nobody wants to read more. */
const MOST_ANSWER_BYTES = 1024
const GONE = 410

export interface Destination {
  readonly url: string
  /** What signs. */
  readonly secret: string
  /** Begins the ids of messages: it makes those of this system different from those of any other. */
  readonly origin: string
}

export interface WebhookParts {
  /** Where a relay sends to; undefined for one that is not there any more. */
  readonly destination: (key: string) => Promise<Destination | undefined>
  readonly isPaused?: (key: string) => Promise<boolean>
  readonly allowPrivate: boolean
  readonly resolve: Resolve
  /** Epoch ms. */
  readonly now: () => number
}

/**
 * Webhooks by Standard Webhooks: one POST of JSON an attempt, signed; anything but 2xx is a failure, and no redirect is followed. The payload
 * is the body.
 */
export function webhookTarget(parts: WebhookParts): TargetKind {
  const { destination, isPaused, allowPrivate, resolve, now } = parts
  return {
    atOnce: 4,
    ...(isPaused && { isPaused }),
    async send({ id, key, payload }: Message, signal): Promise<Attempt> {
      const found = await destination(key)
      if (found === undefined) return { taken: false, error: `relay ${key} is deleted`, code: 'RELAY_NO_TARGET' }
      const signingKey = signingKeyOf(found.secret)
      if (signingKey === null) return { taken: false, error: `relay ${key} has no secret`, code: 'RELAY_NO_TARGET' }
      const body = JSON.stringify(payload)
      const within = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
      try {
        const url = destinationOf(found.url, allowPrivate)
        const addresses = await inTime(addressesOf(url, allowPrivate, resolve), RESOLVE_MS)
        const headers = {
          ...signedHeaders(signingKey, `${found.origin}-${id}`, now(), body),
          'content-type': 'application/json',
        }
        return await postToOne(url, addresses, { headers, body, signal: within })
      } catch (error) {
        if (error instanceof RefusedDestination) {
          return { taken: false, error: error.message, code: 'RELAY_ADDRESS_REFUSED' }
        }
        const timedOut = error instanceof Error && error.name === 'TimeoutError'
        return { taken: false, error: timedOut ? `no answer within ${TIMEOUT_MS / 1000} s` : sentenceOf(error) }
      }
    },
  }
}

/** What a name has more of is not tried. */
const MOST_ADDRESSES = 3
/** Nothing has been sent: a name has addresses of two families, and this machine may reach one of them only. */
const NEVER_CONNECTED = new Set([
  'ConnectionRefused',
  'ECONNREFUSED',
  'FailedToOpenSocket',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

interface Post {
  readonly headers: Record<string, string>
  readonly body: string
  readonly signal: AbortSignal
}

async function postToOne(url: URL, addresses: readonly string[], message: Post): Promise<Attempt> {
  const tried = addresses.slice(0, MOST_ADDRESSES)
  for (const address of tried.slice(0, -1)) {
    try {
      return await post(url, address, message)
    } catch (error) {
      if (!NEVER_CONNECTED.has((error as { code?: string }).code ?? '')) throw error
    }
  }
  return await post(url, tried.at(-1)!, message)
}

/** To the address that was looked at, under the name that the URL has: in the header `Host`, and for the certificate. */
async function post(url: URL, address: string, { headers, body, signal }: Post): Promise<Attempt> {
  const there = new URL(url)
  there.hostname = address.includes(':') ? `[${address}]` : address
  const response = await fetch(there, {
    method: 'POST',
    headers: { ...headers, host: url.host, 'user-agent': 'windbox', 'accept-encoding': 'identity' },
    body,
    redirect: 'manual',
    signal,
    // An encrypted connection belongs to one name, and would be kept under an address that several may have.
    ...(url.protocol === 'https:' && !isAddress(url.hostname)
      ? { keepalive: false, tls: { serverName: url.hostname } }
      : {}),
  })
  const text = await beginningOf(response)
  const answer = `HTTP ${response.status}${text === '' ? '' : `: ${text}`}`
  if (response.ok) return { taken: true, answer }
  return { taken: false, error: answer, ...(response.status === GONE ? { code: 'RELAY_GONE' as const } : {}) }
}

async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader()
  if (!reader) return ''
  const chunks: Uint8Array[] = []
  try {
    for (let length = 0; length < MOST_ANSWER_BYTES;) {
      const { done, value } = await reader.read()
      if (done) break
      chunks.push(value)
      length += value.byteLength
    }
  } catch {
    // The status has come: what is said besides is for people.
  }
  void reader.cancel().catch(() => {})
  const text = Buffer.concat(chunks).subarray(0, MOST_ANSWER_BYTES).toString()
  return text.replace(/[\x00-\x1f\x7f\ufffd]+/g, ' ').trim()
}

async function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`the name was not resolved within ${ms / 1000} s`)), ms)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 500)
