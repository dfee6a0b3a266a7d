import { expect, test } from 'bun:test'
import { recordedPace } from './pace.ts'

const MINUTE = 60_000
const waits = (...moments: (number | null)[]) => moments.map(recordedPace())

test('the first frame comes at once, the others after the differences of their moments', () => {
  expect(waits(5000, 6000, 66_000, 66_000 + 5 * MINUTE)).toEqual([0, 1000, MINUTE, 5 * MINUTE])
})

test('a gap over five minutes is cut to the median difference, a minute before there is one', () => {
  expect(waits(0, 7 * MINUTE)).toEqual([0, MINUTE])
  expect(waits(0, 10_000, 20_000, 100_000, 100_000 + 5 * MINUTE + 1)).toEqual([0, 10_000, 10_000, 80_000, 10_000])
})

test('a moment that goes back waits nothing, and the next counts from there', () => {
  expect(waits(100_000, 40_000, 100_000)).toEqual([0, 0, MINUTE])
})

test('a frame without a moment waits nothing and changes nothing', () => {
  expect(waits(null, 0, null, MINUTE)).toEqual([0, 0, 0, MINUTE])
})
