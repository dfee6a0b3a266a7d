import { expect, test } from 'bun:test'
import { isForeign, networkOf } from './address.ts'

test.each([
  ['10.0.0.7', '10.0.0.7'],
  ['10.0.0.7:51234', '10.0.0.7'],
  ['::ffff:10.0.0.7', '10.0.0.7'],
  ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2:ffff:ffff:ffff:fffe', '2001:db8:1:2::/64'],
  ['[2001:db8:1:2::7]:443', '2001:db8:1:2::/64'],
  ['2001:db8::7', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['unknown', 'unknown'],
  ['a:b', 'a:b'],
])('tries from %s count for %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test.each([
  [{}, false],
  [{ origin: 'http://windbox.example' }, false],
  [{ origin: 'https://windbox.example' }, false],
  [{ origin: 'http://friend.example', 'sec-fetch-site': 'cross-site' }, false],
  [{ 'sec-fetch-site': 'same-origin' }, false],
  [{ 'sec-fetch-site': 'none' }, false],
  [{ origin: 'http://evil.example' }, true],
  [{ origin: 'http://windbox.example:81', 'sec-fetch-site': 'same-site' }, true],
  [{ origin: 'null' }, true],
  [{ origin: '' }, true],
  [{ 'sec-fetch-site': 'cross-site' }, true],
  [{ 'sec-fetch-site': 'same-site' }, true],
] as const)('a request with %p is of a foreign page: %p', (headers, foreign) => {
  const request = new Request('http://windbox.example/api/v1/events', { headers })
  expect(isForeign(request, { trustProxy: false, corsOrigins: ['http://friend.example'] })).toBe(foreign)
})

test('with a public address nothing else is our own origin', () => {
  const config = { publicUrl: 'https://windbox.example', trustProxy: false, corsOrigins: [] }
  const from = (origin: string) => new Request('http://rebound.example/users', { headers: { origin } })
  expect(isForeign(from('https://windbox.example'), config)).toBe(false)
  expect(isForeign(from('http://rebound.example'), config)).toBe(true)
})
