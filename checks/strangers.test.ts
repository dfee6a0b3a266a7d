import { expect, test } from 'bun:test'
import { strangers } from './strangers.ts'
import { readTree } from './tree.ts'

test('no path of a machine, no address of a person and no secret stands in the tree', () => {
  expect(strangers(readTree())).toEqual([])
})

// In two halves, so that this file itself is clean.
test.each([
  ['path of a machine', '/ho' + 'me/anna/notes'],
  ['path of a machine', 'C:\\Use' + 'rs\\anna'],
  ['path of a machine', "'/tm" + "p/store'"],
  ['e-mail address', 'anna@' + 'plant.ru'],
  ['private key', '-----BEGIN EC ' + 'PRIVATE KEY-----'],
  ['token', 'ghp_' + 'a1'.repeat(18)],
  ['key of a cloud', 'AKIA' + 'ABCDEFGHIJKLMNOP'],
  ['token', `${'eyJhbGciOiJFZERTQSJ9'}.${'eyJzdWIiOiIxMjM0NTY3'}.${'c2lnbmF0dXJlLWJ5dGVz'}`],
  ['device key', 'wbk_' + 'A'.repeat(43)],
  ['password in an address', 'mongodb://app:hunter2' + '@db:27017'],
])('a %s is found: %s', (name, text) => {
  const found = strangers(new Map([['a.ts', `\n${text}`]]))
  expect(found).toHaveLength(1)
  expect(found[0]).toStartWith(`a.ts:2 ${name}: `)
})

test.each([
  'anna@plant.example',
  'admin@example.com',
  'elysia@1.4.30',
  'mongodb://user:password@db',
  '/api/v1/home/x',
  'join(tmpdir(), x)',
])('%s is fine', (text) => {
  expect(strangers(new Map([['a.ts', text]]))).toEqual([])
})
