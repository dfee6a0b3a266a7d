import { Fault } from '../../actors/runtime/index.ts'

/** How long a key is remembered. */
export const RETRY_KEY_MS = 24 * 3_600_000
const LONGEST = 128

/** The header `Idempotency-Key`: who sends a write again with the same key does not do it twice. Fault VALIDATION. */
export function retryKeyOf(headers: Headers): string | undefined {
  const key = headers.get('idempotency-key')
  if (key === null) return undefined
  if (key.length > 0 && key.length <= LONGEST) return key
  const message = `Expected 1 to ${LONGEST} characters`
  throw new Fault('VALIDATION', `Idempotency-Key: ${message}.`, { errors: [{ path: 'idempotency-key', message }] })
}
