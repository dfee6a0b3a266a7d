import { expect, test } from 'bun:test'
import { readEventSources } from './source-setting.ts'

const ORDERS = { brokers: ['broker-1:9092'], topic: 'orders' }

test('a source has brokers and a topic; what is not said has a default', () => {
  expect(readEventSources(JSON.stringify([ORDERS]))).toEqual([
    {
      name: 'orders',
      brokers: ['broker-1:9092'],
      topic: 'orders',
      username: undefined,
      password: undefined,
      caFile: undefined,
      start: 'earliest',
      fields: {},
    },
  ])
})

test('a source may have a log-in, an authority, a name, a start and other names of fields', () => {
  const all = {
    ...ORDERS,
    name: 'shop',
    username: 'windbox',
    password: 'secret',
    ca: 'ca.pem',
    start: '2026-11-22T10:00:00Z',
    fields: { id: 'order_no' },
  }
  expect(readEventSources(JSON.stringify([all]))).toMatchObject([
    {
      name: 'shop',
      username: 'windbox',
      password: 'secret',
      caFile: 'ca.pem',
      start: Date.UTC(2026, 10, 22, 10),
      fields: { id: 'order_no' },
    },
  ])
})

test.each([
  ['no JSON', 'must be JSON'],
  [{}, 'must be a JSON list'],
  [['orders'], 'must be a list of objects'],
  [[{ ...ORDERS, offset: 1 }], 'the field offset'],
  [[{ brokers: ['b:1'] }], 'must name the topic'],
  [[{ ...ORDERS, topic: 'a topic' }], 'must name the topic'],
  [[{ topic: 'orders' }], 'must have brokers like'],
  [[{ ...ORDERS, brokers: 'broker-1:9092' }], 'must have brokers like'],
  [[{ ...ORDERS, brokers: ['broker-1'] }], 'must have brokers like'],
  [[{ ...ORDERS, username: 'windbox' }], 'both username and password'],
  [[{ ...ORDERS, ca: 7 }], 'a text for ca'],
  [[{ ...ORDERS, name: 'a/b' }], 'a name of letters'],
  [[{ ...ORDERS, start: 'yesterday' }], 'earliest, latest or a time'],
  [[{ ...ORDERS, fields: { track: 'x' } }], 'fields like'],
  [[{ ...ORDERS, fields: [] }], 'fields like'],
  [[ORDERS, ORDERS], 'a name of its own'],
])('%j is refused with a sentence', (value, sentence) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  let said: unknown
  try {
    readEventSources(text)
  } catch (error) {
    said = error
  }
  expect(said).toContain(sentence)
})
