import { expect, test } from 'bun:test'
import { isSigned, mayBeSigned, sign } from './signature.ts'

const SECRET = 's'.repeat(32)
const NOW = 1_800_000_000_000
const body = Buffer.from('{"address":"device/1"}')

const signed = (changes: { method?: string; path?: string; secret?: string } = {}) => {
  const { method = 'POST', path = '/.node/ask', secret = SECRET } = changes
  return new Request(`http://a${path}`, { method, headers: sign(secret, { method, path }, body, NOW) })
}

test('what was signed with the secret is taken, as long as the clocks are less than five minutes apart', () => {
  const request = signed()
  expect(isSigned(SECRET, request, '/.node/ask', body)).toBe(true)
  for (const apart of [0, 299_999, -299_999]) expect(mayBeSigned(request.headers, NOW + apart)).toBe(true)
  for (const apart of [300_001, -300_001]) expect(mayBeSigned(request.headers, NOW + apart)).toBe(false)
})

test('another secret, body, path, method or time is refused', () => {
  expect(isSigned(SECRET, signed({ secret: 't'.repeat(32) }), '/.node/ask', body)).toBe(false)
  expect(isSigned(SECRET, signed(), '/.node/ask', Buffer.from('{"address":"device/2"}'))).toBe(false)
  expect(isSigned(SECRET, signed(), '/.node/tail', body)).toBe(false)
  expect(
    isSigned(SECRET, new Request('http://a', { method: 'PUT', headers: signed().headers }), '/.node/ask', body),
  ).toBe(false)
  const later = signed()
  later.headers.set('x-windbox-time', String(NOW + 1))
  expect(isSigned(SECRET, later, '/.node/ask', body)).toBe(false)
})

test.each([
  ['no signature', (headers: Headers) => headers.delete('x-windbox-signature')],
  ['no time', (headers: Headers) => headers.delete('x-windbox-time')],
  ['a time that is none', (headers: Headers) => headers.set('x-windbox-time', 'now')],
])('%s is looked at no further', (_, change) => {
  const { headers } = signed()
  change(headers)
  expect(mayBeSigned(headers, NOW)).toBe(false)
})
