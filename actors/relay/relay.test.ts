import { expect, test } from 'bun:test'
import { carries, relayed, resent, type RelayedEvent, type RelayFilter } from './schema.ts'

const told: RelayedEvent = {
  id: '1',
  type: 'exhauster.status.changed',
  source: 'windbox/exhauster/x-171',
  subject: 'x-171',
}
const sent: RelayedEvent = { id: '2', type: 'order.paid', source: 'shop', subject: 'orders/7' }
const bare: RelayedEvent = { id: '3' }

test.each<[RelayFilter, string[]]>([
  [{}, ['1', '2', '3']],
  [{ type: 'order.paid' }, ['2']],
  [{ type: 'order.*' }, ['2']],
  [{ type: 'order' }, []],
  [{ type: '*' }, ['1', '2']],
  [{ subject: 'orders/*' }, ['2']],
  [{ subject: 'x-171' }, ['1']],
  [{ kind: 'exhauster' }, ['1']],
  [{ kind: 'event' }, ['2', '3']],
  [{ kind: 'exhauster', type: 'order.*' }, []],
  [{ kind: 'event', type: 'order.*', subject: 'orders/7' }, ['2']],
])('%j carries %j', (filter, ids) => {
  expect([told, sent, bare].filter((event) => carries(filter, event)).map(({ id }) => id)).toEqual(ids)
})

test('an event leaves whole, with its type and the time at which it came', () => {
  const route = { id: 7, kind: 'webhook', filter: {} } as const
  expect(relayed(route, sent, Date.UTC(2026, 10, 22))).toEqual({
    target: { kind: 'webhook', key: '7' },
    payload: {
      type: 'order.paid',
      timestamp: '2026-11-22T00:00:00.000Z',
      data: { ...sent, ingest_time: '2026-11-22T00:00:00.000Z' },
    },
  })
  expect(relayed(route, bare, 0).payload).toMatchObject({ type: 'event' })
})

test('what is sent again is the same message to its receiver, however often', () => {
  const outgoing = { target: { kind: 'tcp', key: 'a:1' }, payload: 1, not_after: 5, report: true }
  const again = resent(outgoing, '0-1-0')
  expect(again).toEqual({ target: outgoing.target, payload: 1, not_after: 5, message_id: '0-1-0' })
  expect(resent(again, '0-9-0').message_id).toBe('0-1-0')
})
