import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { ID_PARTS, murmur2, partitionOf, type Rows } from '../runtime/index.ts'
import { eventAddresses, partitionOfEvent } from './address.ts'
import { Bloom } from './bloom.ts'
import { digestOf, mayHold, type Digest } from './digest.ts'
import { addLag, addLags, lagQuantile, type Lags } from './lags.ts'
import { COLUMNS, eventOf, labelOf, textOf } from './row.ts'
import { eventIdOf, eventRecord } from './schema.ts'

test('an event lives where its id says, on the partition that its address names', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 64 }), (id, partitions) => {
      const partition = partitionOfEvent(id, partitions)
      expect(partitionOf(eventAddresses(partitions)[partition]!, partitions)).toBe(partition)
    }),
  )
})

test('the record of an event is told apart by id, sender and source, and begins with the id', () => {
  const ids = [
    eventRecord('event/#0', 'user/1', 5, { id: 'x' }),
    eventRecord('event/#0', 'user/2', 5, { id: 'x' }),
    eventRecord('event/#0', 'user/1', 5, { id: 'x', source: '/a' }),
    eventRecord('event/#0', 'user/1', 5, { id: 'xy' }),
  ].map(({ id }) => id!)
  expect(new Set(ids).size).toBe(4)
  expect(ids.map(eventIdOf)).toEqual(['x', 'x', 'x', 'xy'])
  expect(ids.every((id) => id.includes(ID_PARTS))).toBe(true)
})

test('a row gives back the event as it was sent, and what it is chosen by', () => {
  const anyEvent = fc.record(
    {
      id: fc.constant('1'),
      type: fc.constantFrom('a', 'б.в'),
      user_id: fc.constantFrom('u', '7'),
      subject: fc.constant('s'),
      data: fc.jsonValue(),
    },
    { requiredKeys: ['id'] },
  )
  fc.assert(
    fc.property(anyEvent, (sent) => {
      const { value } = eventRecord('event/#0', 'user/1', 1_700_000_000_000, sent)
      const text = textOf(sent, value)
      expect(text).not.toContain('\n')
      const { type = '', user_id = '', subject = '' } = sent
      expect([labelOf(text, 'type'), labelOf(text, 'user_id'), labelOf(text, 'subject')]).toEqual([
        type,
        user_id,
        subject,
      ])
      const { ingest_time, store_time, ...back } = eventOf(text, 7)
      expect(JSON.stringify(back)).toBe(JSON.stringify(sent))
      expect(Date.parse(store_time) - Date.parse(ingest_time)).toBe(7)
    }),
  )
})

const MINUTE = 60_000

function rowsOf(events: readonly { at: number; type: string; user: string; lag: number; again?: boolean }[]): Rows {
  return {
    names: COLUMNS,
    times: Float64Array.from(events, ({ at }) => at),
    offsets: Float64Array.from(events, (_, i) => i),
    columns: [
      Float64Array.from(events, ({ lag }) => lag),
      Float64Array.from(events, ({ again }) => (again ? 1 : NaN)),
      Float64Array.from(events, () => NaN),
    ],
    texts: events.map(({ type, user }) => textOf({ type, user_id: user }, '')),
  }
}

test('a digest has events and repeats by type, user and minute, and lags of events alone', () => {
  const digest = JSON.parse(
    digestOf(
      rowsOf([
        { at: 1, type: 'a', user: 'u', lag: 3 },
        { at: 2, type: 'b', user: 'u', lag: 5 },
        { at: MINUTE, type: 'a', user: 'v', lag: 900, again: true },
      ]),
    ),
  ) as Digest
  expect(digest).toEqual({
    counts: [2, 1],
    lags: [
      [3, 1],
      [5, 1],
    ],
    minutes: [
      [0, 2, 0],
      [1, 0, 1],
    ],
    tracks: 0,
    types: {
      a: {
        counts: [1, 1],
        lags: [[3, 1]],
        minutes: [
          [0, 1, 0],
          [1, 0, 1],
        ],
      },
      b: { counts: [1, 0], lags: [[5, 1]], minutes: [[0, 1, 0]] },
    },
    users: { u: [2, 0], v: [0, 1] },
    subjects: { '': [2, 1] },
  })
})

test('a digest counts as a plain pass over the rows does, however many types and labels there are', () => {
  const anyRow = fc.record({
    at: fc.nat(5 * MINUTE),
    lag: fc.integer({ min: -5, max: 500_000 }),
    again: fc.boolean(),
    type: fc.nat(200),
    user: fc.nat(200),
  })
  const mostOf = fc.constantFrom(1, 5, 9, 64, 65, 200)
  fc.assert(
    fc.property(fc.array(anyRow, { minLength: 1, maxLength: 400 }), mostOf, mostOf, (given, types, users) => {
      // Some begin like others.
      const rows = given.map((row) => ({ ...row, type: `t${row.type % types}`, user: `u${row.user % users}` }))
      const digest = JSON.parse(digestOf(rowsOf(rows))) as Digest
      const countsOf = (some: typeof rows) => [
        some.filter(({ again }) => !again).length,
        some.filter(({ again }) => again).length,
      ]
      const lagsOf = (some: typeof rows) => {
        const lags: Lags = new Map()
        for (const { lag, again } of some) if (!again) addLag(lags, lag)
        return [...lags].sort(([a], [b]) => a - b)
      }
      const by = (name: 'type' | 'user') =>
        Object.fromEntries([...Map.groupBy(rows, (row) => row[name])].map(([value, some]) => [value, countsOf(some)]))
      expect(digest.counts).toEqual(countsOf(rows) as never)
      expect(digest.lags.toSorted(([a], [b]) => a - b)).toEqual(lagsOf(rows) as never)
      if (digest.types !== undefined) {
        const own = Object.entries(digest.types).map(([type, { counts }]) => [type, counts])
        expect(Object.fromEntries(own)).toEqual(by('type'))
      }
      if (digest.users !== undefined) expect(digest.users).toEqual(by('user') as never)
      expect([digest.types === undefined, digest.users === undefined]).toEqual([
        Object.keys(by('type')).length > 64,
        Object.keys(by('user')).length > 64,
      ])
      for (const { type, user } of rows) expect(mayHold(digest, { type, user })).toBe(true)
    }),
  )
})

test('a digest of many users stays small and still knows who is not there', () => {
  const events = Array.from({ length: 2000 }, (_, i) => ({ at: i, type: 'a', user: `user ${i}`, lag: 1 }))
  const text = digestOf(rowsOf(events))
  expect(text.length).toBeLessThan(4000)
  const digest = JSON.parse(text) as Digest
  for (const { user } of events) expect(mayHold(digest, { user })).toBe(true)
  const strangers = Array.from({ length: 2000 }, (_, i) => `stranger ${i}`).filter((user) => mayHold(digest, { user }))
  expect(strangers.length).toBeLessThan(200)
  expect(mayHold(digest, { type: 'b' })).toBe(false)
  expect(mayHold(digest, { type: '__proto__' })).toBe(false)
  expect(mayHold(digest, { type: 'a', track: true })).toBe(false)
})

test('a filter has all its members', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (values) => {
      const bloom = Bloom.from(Bloom.of(new Set(values.map((value) => murmur2(value)))).toText())
      for (const value of values) expect(bloom.has(value)).toBe(true)
    }),
  )
})

test('a filter of before is read as it was written', () => {
  const bloom = Bloom.from('cUUK')
  for (const value of ['ann', 'Борис', 'x'.repeat(300)]) expect(bloom.has(value)).toBe(true)
  expect(bloom.has('carol')).toBe(false)
})

test('each lag alone is told exactly below 128 ms, and within 1 % above', () => {
  for (let lag = 0; lag < 20_000; lag++) {
    const lags: Lags = new Map()
    addLag(lags, lag)
    expect(Math.abs(lagQuantile(lags, 0.5)! - lag)).toBeLessThanOrEqual(lag < 128 ? 0 : lag * 0.01)
  }
})

test('quantiles of lags are within 1 % of the ranks of the plain list, also after adding two', () => {
  const anyLags = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(anyLags, anyLags, (a, b) => {
      const [left, right] = [a, b].map((values) => {
        const lags: Lags = new Map()
        for (const value of values) addLag(lags, value)
        return lags
      })
      addLags(left!, right!)
      const sorted = [...a, ...b].sort((x, y) => x - y)
      for (const q of [0.5, 0.95, 0.99]) {
        const exact = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!
        expect(Math.abs(lagQuantile(left!, q)! - exact)).toBeLessThanOrEqual(exact * 0.01)
      }
    }),
  )
  expect(lagQuantile(new Map(), 0.5)).toBeNull()
})
