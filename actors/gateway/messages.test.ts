import { expect, test } from 'bun:test'
import { createTake } from '../../http/events/take.ts'
import { eventIdOf } from '../event/schema.ts'
import { ID_PARTS } from '../runtime/index.ts'
import { recordOfMessage } from './messages.ts'
import type { EventSource } from './source-setting.ts'

const source = { name: 'shop', topic: 'orders' }
const using = { recordOf: createTake(4).recordOfMessage, nowMs: 1000 }

const taken = (value: string | Uint8Array | null, fields: EventSource['fields'] = {}) =>
  recordOfMessage({ ...source, fields }, 2, { offset: '7', value: value === null ? null : Buffer.from(value) }, using)

const eventOf = (value: object, fields?: EventSource['fields']) =>
  (JSON.parse(taken(JSON.stringify(value), fields)!.value) as { event: Record<string, unknown> }).event

test('a message is an event of its source, known by its id', () => {
  const record = taken('{"id":"o-1","type":"order.paid","source":"berlin","total":9}')!
  expect(record).toMatchObject({ type: 'event', id: ['o-1', 'source/shop', 'berlin'].join(ID_PARTS) })
  expect(JSON.parse(record.value)).toEqual({
    at: 1000,
    event: { id: 'o-1', type: 'order.paid', source: 'berlin', total: 9 },
  })
})

test('one without an id is known by its place', () => {
  for (const value of ['{}', '{"id":null}']) expect(eventIdOf(taken(value)!.id!)).toBe('orders-2-7')
})

test('an id that is a number is its text', () => {
  expect(eventOf({ id: 17 })).toEqual({ id: '17' })
})

test('fields of other names are found, and stay; an own name goes before', () => {
  const fields = { id: 'order_no', type: 'kind', time: 'created' }
  const order = { order_no: 5, kind: 'paid', created: '2026-11-22T10:00:00Z' }
  expect(eventOf(order, fields)).toEqual({ ...order, id: '5', type: 'paid', time: order.created })
  expect(eventOf({ id: 'own', order_no: 5 }, fields)).toEqual({ id: 'own', order_no: 5 })
})

test('a message that only deletes its key is no event and no fault', () => {
  expect(taken(null)).toBeUndefined()
})

test.each([
  ['', 'MESSAGE_NOT_JSON'],
  ['not json', 'MESSAGE_NOT_JSON'],
  [Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d), 'MESSAGE_NOT_JSON'],
  ['[1]', 'VALIDATION'],
  ['7', 'VALIDATION'],
  ['{"id":true}', 'VALIDATION'],
  [`{"id":"${'x'.repeat(300)}"}`, 'VALIDATION'],
  ['{"id":"a\\tb"}', 'VALIDATION'],
  ['{"time":"yesterday"}', 'VALIDATION'],
  ['{"source":"windbox/exhauster/x-171"}', 'VALIDATION'],
  ['{"text":"\\ud800"}', 'VALIDATION'],
  ['{"__proto__":{}}', 'VALIDATION'],
  [`{"text":"${'x'.repeat(70_000)}"}`, 'TOO_LARGE'],
  [`{"text":"${'x'.repeat(2_000_000)}"}`, 'TOO_LARGE'],
])('%p is no event: a dead letter says why', (value, code) => {
  const record = taken(value)!
  expect(record).toMatchObject({ key: 'source/shop', type: 'rejected', id: 'orders-2-7' })
  const rejected = JSON.parse(record.value) as { size: number; payload: string }
  expect(rejected).toMatchObject({ code, topic: 'orders', partition: 2, offset: 7, size: Buffer.byteLength(value) })
  expect(rejected.payload.length).toBeLessThanOrEqual(64 * 1024)
})
