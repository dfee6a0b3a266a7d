import { expect, test } from 'bun:test'
import { lag } from './state.ts'

const stops = [
  [100, 200],
  [300, 310],
] as const

test('before the first stop everything is at work', () => {
  expect(lag(stops, 0, 10)).toBe(1)
  expect(lag(stops, 100, 10)).toBe(1)
})

test('after one time constant a third of the warmth is left, after ten nothing', () => {
  expect(lag(stops, 110, 10)).toBeCloseTo(Math.exp(-1), 9)
  expect(lag(stops, 200, 10)).toBeCloseTo(0, 4)
})

test('a start warms up with the same time constant, also out of an unfinished run-down', () => {
  expect(lag(stops, 210, 10)).toBeCloseTo(1 - Math.exp(-1), 4)
  const low = lag(stops, 310, 10)
  expect(low).toBeCloseTo(Math.exp(-1), 4)
  expect(lag(stops, 320, 10)).toBeCloseTo(1 - (1 - low) * Math.exp(-1), 9)
})

test('it never jumps', () => {
  for (let at = 90; at < 330; at += 0.5) {
    expect(Math.abs(lag(stops, at + 0.5, 10) - lag(stops, at, 10))).toBeLessThan(0.051)
  }
})
