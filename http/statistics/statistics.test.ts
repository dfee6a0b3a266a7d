import { afterEach, beforeEach, expect, test } from 'bun:test'
import fc from 'fast-check'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compactHistory } from '../../actors/runtime/history/compact.ts'
import { RowBuffer } from '../../actors/runtime/history/row-buffer.ts'
import type { Rows, Segment } from '../../actors/runtime/index.ts'
import type { StateStore } from '../../actors/store/port.ts'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { StatisticsReader, type Statistics } from './statistics.ts'

let dir: string
let store: StateStore
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'windbox-statistics-'))
  store = openSqliteStore(join(dir, 'store.sqlite'))
})
afterEach(async () => {
  await store.close()
  rmSync(dir, { recursive: true })
})

interface Row {
  readonly time: number
  readonly x: number
}

const NAMES = ['x', 'other']
const DAY = 86_400_000
const START = Date.parse('2026-02-01T00:00:00Z')

function bufferOf(rows: readonly Row[], firstOffset: number): RowBuffer {
  const buffer = new RowBuffer()
  rows.forEach(({ time, x }, i) => buffer.add(NAMES, time, firstOffset + i, [x, 1]))
  return buffer
}

/** Rows from one offset on as segments of at most so many rows. */
function segmentsOf(
  address: string,
  rows: readonly Row[],
  first: number,
  segmentRows = 2048,
  summaries = true,
): Segment[] {
  const limits = { segmentRows, segmentText: Infinity }
  const sums = summaries ? ({ summaries: true } as const) : {}
  return bufferOf(rows, first).segments(address, first, first + rows.length - 1, limits, sums)
}

const reader = (tails: Record<string, Rows> = {}) =>
  new StatisticsReader({ store, tails: () => Promise.resolve(new Map(Object.entries(tails))) })

const ALL = { name: 'x', from: -Infinity, to: Infinity }

/** The plain fold: what a spreadsheet would say. */
function plain(values: readonly number[]): Omit<Statistics, 'median_exact'> {
  const sorted = [...values].sort((a, b) => a - b)
  const n = sorted.length
  if (n === 0) {
    return { count: 0, min: null, max: null, sum: null, mean: null, stddev: null, median: null, p05: null, p95: null }
  }
  const sum = sorted.reduce((a, b) => a + b, 0)
  const mean = sum / n
  const stddev = Math.sqrt(sorted.reduce((a, b) => a + (b - mean) ** 2, 0) / n)
  const quantile = (q: number) => {
    const place = (n - 1) * q
    const low = sorted[Math.floor(place)]!
    return low + (sorted[Math.ceil(place)]! - low) * (place - Math.floor(place))
  }
  return {
    count: n,
    min: sorted[0]!,
    max: sorted[n - 1]!,
    sum,
    mean,
    stddev,
    median: quantile(0.5),
    p05: quantile(0.05),
    p95: quantile(0.95),
  }
}

function expectSame(found: Statistics, values: readonly number[]): void {
  const { median_exact, ...figures } = found
  const expected = plain(values)
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  expect([figures.count, figures.min, figures.max]).toEqual([expected.count, expected.min, expected.max])
  for (const name of ['sum', 'mean', 'stddev', 'median', 'p05', 'p95'] as const) {
    if (expected[name] === null) {
      expect(figures[name]).toBeNull()
      continue
    }
    const isEstimate = !median_exact && ['median', 'p05', 'p95'].includes(name)
    const tolerance = isEstimate ? 0.01 * scale : 1e-9 * scale * (name === 'sum' ? values.length : 1)
    expect(Math.abs(figures[name]! - expected[name]!)).toBeLessThanOrEqual(tolerance)
  }
}

/** A device's day: in order, some of them late by up to a day, a few at one moment. */
const anyRows = fc
  .record({ seed: fc.integer(), count: fc.integer({ min: 1, max: 3000 }), everyMs: fc.constantFrom(7, 1000, 61_000) })
  .map(({ seed, count, everyMs }) => {
    const random = randomOf(seed)
    return Array.from({ length: count }, (_, i): Row => {
      const late = random() < 0.05 ? random() * DAY : 0
      return { time: START + Math.floor(i * everyMs - late), x: Math.round((random() - 0.3) * 1e6) / 1000 }
    })
  })

function randomOf(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const anyHistory = fc.record({
  rows: anyRows,
  /** Where flushes end, and how far the next one goes back: another owner wrote again. */
  flushes: fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 0, max: 300 })), { maxLength: 8 }),
  segmentRows: fc.constantFrom(300, 700, 2048),
  compact: fc.boolean(),
  summaries: fc.boolean(),
  range: fc.tuple(fc.double({ min: -0.3, max: 1.2, noNaN: true }), fc.double({ min: -0.3, max: 1.2, noNaN: true })),
  step: fc.constantFrom(1000, 60_000, 3_600_000, 300_000),
})

test('statistics are those of a plain fold, however late rows are, segments overlap and are merged', async () => {
  let runs = 0
  await fc.assert(
    fc.asyncProperty(anyHistory, async ({ rows, flushes, segmentRows, compact, summaries, range, step }) => {
      const address = `device/${++runs}`
      const end = rows.length
      let flushed = 0
      for (const [length, back] of flushes) {
        const first = Math.max(0, flushed - back)
        const last = Math.min(end, flushed + length)
        if (last > first) {
          await store.putSegments(segmentsOf(address, rows.slice(first, last), first, segmentRows, summaries))
          flushed = last
        }
      }
      if (compact) {
        const limits = { segmentRows, segmentText: Infinity }
        while ((await compactHistory(store, address, limits, undefined, { summaries: true })) > 0);
      }
      // What memory has reaches back behind what is stored.
      const tailFrom = Math.max(0, flushed - 50)
      const tails = tailFrom < end ? { [address]: bufferOf(rows.slice(tailFrom), tailFrom).rows() } : {}
      const times = rows.map(({ time }) => time)
      const [least, most] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))]
      const [from, to] = [...range]
        .sort((a, b) => a - b)
        .map((share) => Math.floor(least + share * (most - least))) as [number, number]
      const inRange = rows.filter(({ time }) => time >= from && time < to)
      const wanted = { addresses: [address], name: 'x', from, to }
      const statistics = reader(tails)
      expectSame(
        await statistics.statistics(wanted),
        inRange.map(({ x }) => x),
      )
      expectSame(
        await statistics.statistics({ ...ALL, addresses: [address] }),
        rows.map(({ x }) => x),
      )
      const bySteps = Map.groupBy(inRange, ({ time }) => Math.floor(time / step) * step)
      const points = await statistics.series(wanted, step)
      expect(points.map(({ at, count }) => [at, count])).toEqual(
        [...bySteps].map(([at, some]) => [at, some.length] as [number, number]).sort(([a], [b]) => a - b),
      )
      for (const { at, ...point } of points) {
        const expected = plain(bySteps.get(at)!.map(({ x }) => x))
        expect([point.min, point.max]).toEqual([expected.min!, expected.max!])
        expect(point.mean).toBeCloseTo(expected.mean!, 6)
      }
    }),
    { numRuns: 40 },
  )
}, 120_000)

test('more values than are sorted have estimates within 1 %, and say so', async () => {
  const random = randomOf(7)
  const rows = Array.from({ length: 120_000 }, (_, i): Row => ({
    time: START + i * 1000,
    x: Math.exp(random() * 8) - 20,
  }))
  await store.putSegments(segmentsOf('device/1', rows, 0))
  const statistics = reader()
  const all = await statistics.statistics({ ...ALL, addresses: ['device/1'] })
  expect(all.median_exact).toBe(false)
  const expected = plain(rows.map(({ x }) => x))
  for (const name of ['median', 'p05', 'p95'] as const) {
    expect(Math.abs(all[name]! - expected[name]!)).toBeLessThanOrEqual(Math.abs(expected[name]!) * 0.01)
  }
  const some = await statistics.statistics({ ...ALL, addresses: ['device/1'], to: START + 90_000_000 })
  expect([some.count, some.median_exact]).toEqual([90_000, true])
  expect(some.median).toBe(plain(rows.slice(0, 90_000).map(({ x }) => x)).median)
  expectSame(
    all,
    rows.map(({ x }) => x),
  )
})

test('a segment that is merged while it is read is looked up anew', async () => {
  const rows = Array.from({ length: 900 }, (_, i): Row => ({ time: START + i, x: i }))
  for (const first of [0, 300, 600])
    await store.putSegments(segmentsOf('device/1', rows.slice(first, first + 300), first))
  let merged = false
  const merging = Object.create(store) as StateStore
  merging.spansOf = async (...given) => {
    const spans = await store.spansOf(...given)
    if (!merged)
      await compactHistory(store, 'device/1', { segmentRows: 2048, segmentText: Infinity }, undefined, {
        summaries: true,
      })
    merged = true
    return spans
  }
  const statistics = new StatisticsReader({ store: merging, tails: () => Promise.resolve(new Map()) })
  const found = await statistics.statistics({ ...ALL, addresses: ['device/1'], from: START + 10, to: START + 890 })
  expect(merged).toBe(true)
  expectSame(
    found,
    rows.slice(10, 890).map(({ x }) => x),
  )
})

test('histories of many devices add up; a name that none of them has is nothing', async () => {
  const addresses = Array.from({ length: 50 }, (_, n) => `device/${n}`)
  const rows = (n: number) => Array.from({ length: 10 * n }, (_, i): Row => ({ time: START + i * 60_000, x: n + i }))
  await store.putSegments(addresses.flatMap((address, n) => (n === 0 ? [] : segmentsOf(address, rows(n), 0))))
  const statistics = reader()
  const values = addresses.flatMap((_, n) => rows(n).map(({ x }) => x))
  expectSame(await statistics.statistics({ ...ALL, addresses }), values)
  expectSame(await statistics.statistics({ ...ALL, addresses: addresses.slice(0, 1) }), [])
  expectSame(await statistics.statistics({ ...ALL, addresses, name: '__proto__' }), [])
  expectSame(await statistics.statistics({ ...ALL, addresses: [] }), [])
})
