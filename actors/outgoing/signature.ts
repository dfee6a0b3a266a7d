import { createHmac, randomBytes } from 'node:crypto'

/** A secret as Standard Webhooks writes it: 24 to 64 bytes in base64. */
const SECRET = /^whsec_([A-Za-z0-9+/]{32,86}={0,2})$/
const [LEAST_BYTES, MOST_BYTES] = [24, 64]

/** The bytes that sign, or null for a text that is no such secret. */
export function signingKeyOf(secret: string): Buffer | null {
  const text = SECRET.exec(secret)?.[1]
  if (text === undefined || text.length % 4 !== 0) return null
  const key = Buffer.from(text, 'base64')
  return key.length >= LEAST_BYTES && key.length <= MOST_BYTES ? key : null
}

export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/**
 * The three headers by which a receiver knows who sent a message, and when. Source: Standard Webhooks, "signature scheme": HMAC-SHA256 of
 * `id.timestamp.body`, the timestamp in seconds.
 */
export function signedHeaders(key: Buffer, id: string, nowMs: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000))
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
}
