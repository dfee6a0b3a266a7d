import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { columnOf } from './columns.ts'
import { EXHAUSTERS } from './directory.ts'
import { signalOf } from './signals.ts'
import { trend } from './trends.ts'

const [first, , third] = EXHAUSTERS
const vibration = signalOf('bearing_8.vibration_axial')!
const current = signalOf('drive.stator_current')!
const START = Date.parse('2023-02-18T10:00:00Z')
const at = (seconds: number) => START + seconds * 1000

const rows = (key: string, pairs: [seconds: number, value: number][]) => ({
  names: [columnOf(key)],
  times: Float64Array.from(pairs, ([seconds]) => at(seconds)),
  columns: [Float64Array.from(pairs, ([, value]) => value)],
})
const day = { from: at(-86_400), to: at(86_400) }

test('a step has the minimum, the mean and the maximum of its values, and stands at its start', () => {
  const [series] = trend(
    first!,
    [vibration],
    rows(vibration.key, [
      [25, 1],
      [85, 2],
      [145, 6],
      [625, 4],
    ]),
    { stepS: 600, ...day },
  )
  expect(series).toEqual({
    signal: 'bearing_8.vibration_axial',
    unit: 'mm/s',
    points: [
      [at(0), 1, 3, 6],
      [at(600), 4, 4, 4],
    ],
  })
})

test('a gap is a gap: steps without a readable value are left out', () => {
  const [series] = trend(
    first!,
    [vibration],
    rows(vibration.key, [
      [0, 1],
      [60, NaN],
      [120, -3276.8],
      [180, 3276.7],
      [240, 2],
    ]),
    { stepS: 60, ...day },
  )
  expect(series!.points.map(([start]) => start)).toEqual([at(0), at(240)])
})

test('what is out of range does not count, what is uncertain does', () => {
  const pressure = signalOf('oil.oil_pressure')!
  const [series] = trend(
    first!,
    [pressure],
    rows(pressure.key, [
      [0, 749],
      [1, -0.5],
      [2, 1.5],
    ]),
    { stepS: 60, ...day },
  )
  expect(series!.points).toEqual([[at(0), -0.5, 0.5, 1.5]])
})

test('from is inclusive, to exclusive, to the millisecond; a cut step is made of what lies inside', () => {
  const values = rows(vibration.key, [
    [0, 1],
    [10, 2],
    [20, 3],
    [30, 4],
  ])
  const [series] = trend(first!, [vibration], values, { stepS: 60, from: at(10), to: at(30) })
  expect(series!.points).toEqual([[at(0), 2, 2.5, 3]])
  expect(trend(first!, [vibration], values, { stepS: 60, from: at(10) + 1, to: at(30) + 1 })[0]!.points).toEqual([
    [at(0), 3, 3.5, 4],
  ])
})

test('values stand in their unit: tenths of exhausters 3 to 6 are scaled', () => {
  const values = rows(current.key, [
    [0, 1850],
    [10, 2000],
  ])
  const [min, mean, max] = trend(third!, [current], values, { stepS: 60, ...day })[0]!.points[0]!.slice(1)
  expect(min).toBeCloseTo(185, 9)
  expect(mean).toBeCloseTo(192.5, 9)
  expect(max).toBeCloseTo(200, 9)
  expect(trend(first!, [current], values, { stepS: 60, ...day })[0]!.points).toEqual([[at(0), 1850, 1925, 2000]])
})

test('the mean of equal values is that value, also in tenths that no float has', () => {
  const values = rows(current.key, [
    [0, 1],
    [10, 1],
    [20, 1],
  ])
  expect(trend(third!, [current], values, { stepS: 60, ...day })[0]!.points).toEqual([[at(0), 0.1, 0.1, 0.1]])
})

test('days begin at midnight UTC', () => {
  const [series] = trend(first!, [vibration], rows(vibration.key, [[0, 1]]), { stepS: 86_400, ...day })
  expect(series!.points[0]![0]).toBe(Date.parse('2023-02-18T00:00:00Z'))
})

test('a signal that the rows do not have gives an empty series', () => {
  expect(trend(first!, [current], rows(vibration.key, [[0, 1]]), { stepS: 60, ...day })[0]!.points).toEqual([])
})

test('each value counts in one step, whatever the step', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 80_000 }), fc.integer({ min: 0, max: 100 })), { maxLength: 50 }),
      fc.constantFrom(60, 600, 1800, 3600, 43_200, 86_400),
      (pairs, stepS) => {
        pairs.sort((a, b) => a[0] - b[0])
        const { points } = trend(first!, [vibration], rows(vibration.key, pairs), { stepS, ...day })[0]!
        const groups = Map.groupBy(pairs, ([seconds]) => Math.floor(at(seconds) / (stepS * 1000)) * stepS * 1000)
        expect(points.map(([start]) => start)).toEqual([...groups.keys()])
        for (const [start, min, mean, max] of points) {
          const values = groups.get(start)!.map(([, value]) => value)
          expect([min, max]).toEqual([Math.min(...values), Math.max(...values)])
          expect(mean).toBeCloseTo(values.reduce((a, b) => a + b) / values.length, 9)
        }
      },
    ),
  )
})
