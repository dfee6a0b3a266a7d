import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Segment } from '../ports.ts'
import { MemoryStore } from '../sim/memory-store.ts'
import { decodeColumn, encodeColumn, summarize } from './column.ts'
import { compactHistory } from './compact.ts'
import { readRows } from './read.ts'
import { RowBuffer, toSegment } from './row-buffer.ts'
import { encodeSegment, openSegment } from './segment.ts'

const anyValue = fc.oneof(
  fc.integer({ min: -10, max: 300 }).map(Number),
  fc.integer().map(Number),
  fc.maxSafeInteger(),
  fc.float(),
  fc.double(),
  fc.constantFrom(NaN, -0, 0, Infinity, -Infinity),
)
const anyColumn = fc.oneof(
  fc.array(anyValue, { minLength: 1, maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 254 }).map(Number), { minLength: 1 }),
  fc.array(fc.oneof(fc.integer({ min: 1e12, max: 1e12 + 65_534 }).map(Number), fc.constant(NaN)), { minLength: 1 }),
)

test('every column comes back exactly, bit for bit', () => {
  fc.assert(
    fc.property(anyColumn, (given) => {
      const values = Float64Array.from(given)
      const { count } = summarize(values)
      const back = decodeColumn(encodeColumn(values), values.length, count < values.length)
      expect(back.length).toBe(values.length)
      for (let i = 0; i < values.length; i++) expect(Object.is(back[i], values[i])).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['constant', [21.5, 21.5, 21.5], 0],
  ['small whole numbers with a gap', [1000, NaN, 1254], 3],
  ['whole numbers', [0, 65_000, 3], 6],
  ['single precision', [0.5, 1.25, -3], 12],
  ['large whole numbers', [1.7e12, 1.7e12 + 3e9, 1.7e12 + 1], 12],
  ['double precision', [0.1, 0.2, 0.3], 24],
  ['a negative zero among whole numbers', [-0, 1, 2], 12],
])('%s: the smallest form that is exact', (_, values, bytes) => {
  expect(encodeColumn(Float64Array.from(values)).bytes.length).toBe(bytes)
})

test('a name that begins with a byte order mark is another name', () => {
  const one = Float64Array.of(1)
  const names = ['temp', '\ufefftemp']
  const open = openSegment(encodeSegment({ names, times: one, offsets: one, columns: [one, Float64Array.of(100)] }))
  expect(open.names).toEqual(names)
  expect(names.map((name) => open.column(name)![0])).toEqual([1, 100])
})

test('a segment gives each column and its summary by name, and leaves out what has no value', () => {
  const data = encodeSegment({
    names: ['x', 'пустой', 'температура'],
    times: Float64Array.of(3, 1, 2),
    offsets: Float64Array.of(5, 6, 6),
    columns: [Float64Array.of(1, NaN, 2.5), Float64Array.of(NaN, NaN, NaN), Float64Array.of(7, 7, 7)],
  })
  const open = openSegment(data)
  expect(open.names).toEqual(['x', 'температура'])
  expect([open.times(), open.offsets()]).toEqual([Float64Array.of(3, 1, 2), Float64Array.of(5, 6, 6)])
  expect([...open.column('x')!]).toEqual([1, NaN, 2.5])
  expect(open.column('пустой')).toBeUndefined()
  expect(open.summary('x')).toEqual({ count: 2, sum: 3.5, min: 1, max: 2.5, squares: 7.25 })
  expect(open.summary('температура')).toEqual({ count: 3, sum: 21, min: 7, max: 7, squares: 147 })
})

test('bytes of another format or cut short are refused', () => {
  const data = encodeSegment({
    names: [],
    times: Float64Array.of(0.1, 0.2),
    offsets: Float64Array.of(0, 1),
    columns: [],
  })
  expect(() => openSegment(data.subarray(0, data.length - 1))).toThrow(RangeError)
  expect(() => openSegment(Uint8Array.of(9, ...data.subarray(1)))).toThrow(RangeError)
})

interface Row {
  readonly offset: number
  readonly time: number
  readonly names: readonly string[]
  readonly values: readonly number[]
}

const NAMES = ['x', 'y', 'z']
const WHOLE = { segmentRows: Infinity, segmentText: Infinity }
const LAST = 60

/** A history as turns make it: some offsets have no row, some have several, columns come and go. */
const anyHistory: fc.Arbitrary<Row[]> = fc
  .array(
    fc.record({
      offset: fc.integer({ min: 0, max: LAST }),
      time: fc.integer({ min: 0, max: 30 }),
      names: fc.subarray(NAMES, { minLength: 1 }),
      value: fc.integer({ min: -5, max: 5 }),
    }),
    { maxLength: 40 },
  )
  .map((rows) =>
    rows
      .sort((a, b) => a.offset - b.offset)
      .map(({ value, ...row }) => ({ ...row, values: row.names.map((_, i) => value / (i + 1)) })),
  )

function segmentsOf(history: readonly Row[], first: number, last: number, rows = Infinity): Segment[] {
  const buffer = new RowBuffer()
  for (const { names, time, offset, values } of history) {
    if (offset >= first && offset <= last) buffer.add(names, time, offset, values)
  }
  return buffer.segments('kind/a', first, last, { segmentRows: rows, segmentText: Infinity })
}

const plain = (history: readonly Row[]): string[] =>
  history.map(({ time, names, values }) => `${time} ${NAMES.map((name) => values[names.indexOf(name)] ?? NaN)}`).sort()

function read(segments: readonly Segment[], from = -Infinity, to = Infinity): string[] {
  const { times, columns } = readRows(segments, { from, to, names: NAMES })
  expect([...times]).toEqual([...times].sort((a, b) => a - b))
  return [...times].map((time, i) => `${time} ${columns.map((values) => values[i])}`).sort()
}

/** Segments as owners that crash, come back and overlap leave them: each complete, together without a gap. */
const anyFlushes = fc.array(fc.tuple(fc.integer({ min: 0, max: LAST }), fc.integer({ min: 0, max: 20 })), {
  maxLength: 12,
})

function flushed(history: readonly Row[], flushes: readonly [number, number][]): Segment[] {
  const byFirst = new Map<number, Segment>()
  let covered = -1
  for (const [back, length] of [...flushes, [0, LAST]] as const) {
    const first = Math.max(0, covered + 1 - (back % 15))
    const last = Math.min(LAST, first + length)
    for (const segment of segmentsOf(history, first, last, 5)) {
      if ((byFirst.get(segment.first)?.last ?? -1) < segment.last) byFirst.set(segment.first, segment)
      covered = Math.max(covered, segment.last)
    }
  }
  return [...byFirst.values()]
}

test('however segments overlap, each row is read once, in any range', () => {
  const range = fc.tuple(fc.integer({ min: -1, max: 31 }), fc.integer({ min: -1, max: 31 }))
  fc.assert(
    fc.property(anyHistory, anyFlushes, range, (history, flushes, [from, to]) => {
      const segments = flushed(history, flushes)
      const overlapping = segments.filter((segment) => segment.to >= from && segment.from <= to)
      expect(read(overlapping, from, to)).toEqual(plain(history.filter(({ time }) => time >= from && time < to)))
    }),
    { numRuns: 300 },
  )
})

test('compaction changes no answer, and comes to an end', async () => {
  await fc.assert(
    fc.asyncProperty(anyHistory, anyFlushes, fc.integer({ min: 2, max: 20 }), async (history, flushes, sealed) => {
      const store = new MemoryStore()
      await store.putSegments(flushed(history, flushes))
      const before = store.segments.get('kind/a')?.size ?? 0
      let removed = 0
      for (let fewer = -1; fewer !== 0; removed += fewer) {
        fewer = await compactHistory(store, 'kind/a', { segmentRows: sealed, segmentText: Infinity })
        expect(read([...(store.segments.get('kind/a')?.values() ?? [])])).toEqual(plain(history))
      }
      expect(store.segments.get('kind/a')?.size ?? 0).toBe(before - removed)
    }),
    { numRuns: 300 },
  )
})

test('compaction never merges over a gap', async () => {
  const history = [0, 1, 2].map((offset) => ({ offset, time: offset, names: ['x'], values: [offset] }))
  const store = new MemoryStore()
  const [left, , right] = [0, 1, 2].flatMap((offset) => segmentsOf(history, offset, offset))
  await store.putSegments([left!, right!])
  expect(await compactHistory(store, 'kind/a', { segmentRows: 10, segmentText: Infinity })).toBe(0)
})

test('a flush of many rows is cut, but not within one offset', () => {
  const rows = Array.from({ length: 10 }, (_, i) => ({ offset: i >> 2, time: i, names: ['x'], values: [i] }))
  const segments = segmentsOf(rows, 0, 9, 3)
  expect(segments.map(({ first, last, rows: count }) => [first, last, count])).toEqual([
    [0, 0, 4],
    [1, 1, 4],
    [2, 9, 2],
  ])
})

test('rows that a turn took back, or that are durable, are gone', () => {
  const buffer = new RowBuffer()
  buffer.add(['x'], 1, 1, [1])
  buffer.add(['x'], 2, 2, [2])
  buffer.add(['x', 'y'], 3, 3, [3, 4])
  buffer.truncate(2)
  buffer.add(['y'], 4, 4, [5])
  buffer.drop(1)
  expect(read(buffer.segments('kind/a', 2, 4, WHOLE))).toEqual(['2 2,NaN,NaN', '4 NaN,5,NaN'])
})

test('a segment knows its earliest and latest time', () => {
  const rows = { names: [], times: Float64Array.of(5, 2, 9), offsets: Float64Array.of(0, 1, 2), columns: [] }
  expect(toSegment('kind/a', 0, 2, rows)).toMatchObject({ from: 2, to: 9, rows: 3 })
})

test('each row keeps its text through cuts, merging and clipping; rows without one have none', async () => {
  const texts = ['a', '', 'ёж 🦔', '{"b":[1,2]}', '', 'f']
  const buffer = new RowBuffer()
  texts.forEach((text, i) => buffer.add(['x'], i, i, [i], text))
  const cut = buffer.segments('kind/a', 0, 5, { segmentRows: 2, segmentText: Infinity })
  const longer = new RowBuffer()
  texts.slice(0, 4).forEach((text, i) => longer.add(['x'], i, i, [i], text))
  const store = new MemoryStore()
  await store.putSegments([...cut, ...longer.segments('kind/a', 0, 3, WHOLE)])
  const read = () => {
    const segments = [...store.segments.get('kind/a')!.values()]
    return readRows(segments, { from: 1, to: 9, names: [], texts: true }).texts
  }
  expect(read()).toEqual(texts.slice(1))
  await compactHistory(store, 'kind/a', WHOLE)
  expect(store.segments.get('kind/a')!.size).toBe(1)
  expect(read()).toEqual(texts.slice(1))
})

test('a segment is also cut and sealed by its text', async () => {
  const buffer = new RowBuffer()
  for (let i = 0; i < 6; i++) buffer.add([], i, i, [], 'x'.repeat(40))
  const limits = { segmentRows: 100, segmentText: 100 }
  const segments = buffer.segments('kind/a', 0, 5, limits)
  expect(segments.map(({ rows }) => rows)).toEqual([2, 2, 2])
  const store = new MemoryStore()
  await store.putSegments(segments)
  expect(await compactHistory(store, 'kind/a', limits)).toBe(1)
  expect([...store.segments.get('kind/a')!.values()].map(({ rows }) => rows)).toEqual([4, 2])
  expect(await compactHistory(store, 'kind/a', limits)).toBe(0)
})

test('text weighs in memory until it is durable', () => {
  const buffer = new RowBuffer()
  buffer.add(['x'], 1, 1, [1], 'x'.repeat(2048))
  buffer.add(['x'], 2, 2, [2], 'x'.repeat(1024))
  expect(buffer.weight).toBe(5)
  buffer.truncate(1)
  expect(buffer.weight).toBe(3)
  buffer.drop(1)
  expect(buffer.weight).toBe(0)
})

test('rows of ever new names do not become one segment that is too wide to be read', async () => {
  const store = new MemoryStore()
  for (let i = 0; i < 16; i++) {
    const buffer = new RowBuffer()
    const names = Array.from({ length: 600 }, (_, n) => `${i} ${n}`)
    for (let row = 0; row < 64; row++) buffer.add(names, i, i, Array(600).fill(row))
    await store.putSegments(buffer.segments('kind/a', i, i, WHOLE))
  }
  const all = () => [...store.segments.get('kind/a')!.values()]
  expect(await compactHistory(store, 'kind/a', WHOLE)).toBeGreaterThan(0)
  for (const { data } of all()) {
    const { rows, names } = openSegment(data)
    expect(rows * names.length).toBeLessThanOrEqual(2 * 1024 * 1024)
  }
  expect(all().reduce((sum, { rows }) => sum + rows, 0)).toBe(16 * 64)
  // What is left does not fit together, and is left alone.
  expect(await compactHistory(store, 'kind/a', WHOLE)).toBe(0)
})
