import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { addBucket, addClasses, bucketOrder, bucketsOf, encodeBuckets } from './buckets.ts'
import { MomentsSum, momentsOf } from './moments.ts'
import { classesOf, classOf, middleOf, SketchSum, sketchOf } from './sketch.ts'
import { encodeTotals, totalsOf } from './totals.ts'

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const moderate = fc.double({ noNaN: true, min: -1e12, max: 1e12 })
const NORMAL = 2 ** -1022

test('the middle of a class is within 1 % of every value in it', () => {
  fc.assert(
    fc.property(finite, (value) => {
      const error = Math.abs(middleOf(classOf(value)) - value)
      expect(error).toBeLessThanOrEqual(Math.abs(value) < NORMAL ? NORMAL : Math.abs(value) * 0.01)
    }),
    { numRuns: 2000 },
  )
})

test('classes ascend with the values', () => {
  fc.assert(
    fc.property(finite, finite, (a, b) => {
      if (a <= b) expect(classOf(a)).toBeLessThanOrEqual(classOf(b))
    }),
    { numRuns: 2000 },
  )
})

test('a merged sketch gives each value in the order within 1 %, however it was cut', () => {
  fc.assert(
    fc.property(fc.array(fc.array(moderate, { maxLength: 30 }), { minLength: 1, maxLength: 6 }), (parts) => {
      const sum = new SketchSum()
      for (const part of parts) sum.add(sketchOf(classesOf(Float64Array.from(part))))
      const sorted = parts.flat().sort((a, b) => a - b)
      const estimates = sum.at(sorted.map((_, i) => i))
      estimates.forEach((estimate, i) => {
        expect(Math.abs(estimate - sorted[i]!)).toBeLessThanOrEqual(Math.abs(sorted[i]!) * 0.01 + NORMAL)
      })
      sum.clear()
      expect(sum.at([0])).toEqual([NaN])
    }),
  )
})

test('moments of parts merge to the moments of all', () => {
  fc.assert(
    fc.property(fc.array(fc.array(moderate, { maxLength: 20 }), { maxLength: 8 }), (parts) => {
      const merged = new MomentsSum()
      for (const part of parts) merged.add(momentsOf(Float64Array.from(part)))
      const all = momentsOf(Float64Array.from(parts.flat()))
      expect([merged.count, merged.min, merged.max]).toEqual([all.count, all.min, all.max])
      const scale = parts.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      expect(Math.abs(merged.total - (all.sum + all.rest))).toBeLessThanOrEqual(scale * 1e-12)
      expect(Math.abs(merged.spread - all.spread)).toBeLessThanOrEqual((all.spread + scale * scale * 1e-9) * 1e-9)
    }),
  )
})

test('a sum of tenths has no rounding error, and large numbers keep their small differences', () => {
  const tenths = momentsOf(new Float64Array(1_000_000).fill(0.1))
  expect(tenths.sum + tenths.rest).toBe(100_000)
  const merged = new MomentsSum()
  for (let i = 0; i < 1000; i++) merged.add(momentsOf(Float64Array.of(1e9 + 1, 1e9 - 1)))
  expect(merged.deviation).toBe(1)
})

test('what a double cannot hold is no number, and no zero', () => {
  const sum = new MomentsSum()
  sum.add(momentsOf(Float64Array.of(1.7e308, 1.7e308, -1e308)))
  expect([sum.count, sum.min, sum.max]).toEqual([3, -1e308, 1.7e308])
  expect([sum.total, sum.mean, sum.deviation].filter(Number.isFinite)).toEqual([])
})

const sumsOf = (name: string, parts: readonly Float64Array[]) => ({
  name,
  moments: parts.map((part) => momentsOf(part)),
  classes: classesOf(Float64Array.from(parts.flatMap((part) => [...part]))),
})

test('totals come back by name, gaps do not count', () => {
  const columns = [Float64Array.of(1, NaN, 2.5), Float64Array.of(-7, -7, -7)]
  const bytes = encodeTotals(['x', '\ufeffтемпература'].map((name, i) => sumsOf(name, [columns[i]!])))
  expect(totalsOf(bytes, 'x')).toMatchObject({ count: 2, sum: 3.5, rest: 0, min: 1, max: 2.5, spread: 1.125 })
  expect(totalsOf(bytes, '\ufeffтемпература')!.sketch).toEqual(sketchOf(classesOf(Float64Array.of(-7, -7, -7))))
  expect(totalsOf(bytes, 'z')).toBeUndefined()
  expect(() => totalsOf(Uint8Array.of(9, ...bytes.subarray(1)), 'x')).toThrow(RangeError)
})

const anyRows = fc.array(
  fc.record({
    time: fc.oneof(fc.integer({ min: -5000, max: 5000 }), fc.integer({ min: -1e9, max: 1e9 })).map(Number),
    x: fc.oneof(moderate, fc.integer({ min: -3, max: 3 }).map(Number), fc.constant(NaN)),
    y: fc.constant(NaN),
  }),
  { minLength: 1, maxLength: 60 },
)

test('every value stands in the bucket of its time, and all of them together are the segment', () => {
  fc.assert(
    fc.property(anyRows, (rows) => {
      const column = (pick: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, pick)
      const order = bucketOrder(column(({ time }) => time))
      const inBuckets = (values: Float64Array) =>
        Array.from(order.ends, (end, b) => order.sort(values).subarray(order.ends[b - 1] ?? 0, end))
      const bytes = encodeBuckets(order, [
        sumsOf('x', inBuckets(column(({ x }) => x))),
        sumsOf('y', inBuckets(column(({ y }) => y))),
      ])
      const buckets = bucketsOf(bytes, 'x')!
      expect(bucketsOf(bytes, 'z')).toBeUndefined()
      for (const [b, first] of buckets.firsts.entries()) {
        const start = Math.floor(first / buckets.width) * buckets.width
        const own = rows.filter(({ time }) => time >= start && time < start + buckets.width)
        const times = own.map(({ time }) => time)
        expect([first, first + buckets.lengths[b]!]).toEqual([Math.min(...times), Math.max(...times)])
        const values = own.map(({ x }) => x).filter((x) => !Number.isNaN(x))
        const found = new MomentsSum()
        addBucket(found, buckets, b)
        const expected = momentsOf(Float64Array.from(values))
        expect([found.count, found.min, found.max]).toEqual([expected.count, expected.min, expected.max])
        expect(found.spread).toBe(expected.spread)
        const sketch = new SketchSum()
        const wanted = new Uint8Array(buckets.firsts.length)
        wanted[b] = 1
        addClasses(sketch, buckets, wanted)
        const ranks = values.map((_, i) => i)
        const whole = new SketchSum()
        whole.add(sketchOf(classesOf(Float64Array.from(values))))
        expect(sketch.at(ranks)).toEqual(whole.at(ranks))
      }
      const total = buckets.counts.reduce((sum, count) => sum + count, 0)
      expect(total).toBe(rows.filter(({ x }) => !Number.isNaN(x)).length)
    }),
    { numRuns: 100 },
  )
})
