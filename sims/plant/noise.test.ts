import { expect, test } from 'bun:test'
import { channelOf, drift, unit, white } from './noise.ts'

const moments = Array.from({ length: 20_000 }, (_, i) => i)

function describe(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
  const next = values.slice(1).reduce((sum, value, i) => sum + (value - mean) * (values[i]! - mean), 0) / values.length
  return { mean, deviation: Math.sqrt(variance), correlation: next / variance }
}

test('white noise has mean 0, deviation 1 and no memory', () => {
  const { mean, deviation, correlation } = describe(moments.map((n) => white(channelOf(3, 'a'), n)))
  expect(Math.abs(mean)).toBeLessThan(0.03)
  expect(deviation).toBeCloseTo(1, 1)
  expect(Math.abs(correlation)).toBeLessThan(0.03)
})

test('drift has deviation 1 and hardly moves from one minute to the next', () => {
  const { mean, deviation, correlation } = describe(moments.map((n) => drift(channelOf(3, 'a'), n, 20)))
  expect(Math.abs(mean)).toBeLessThan(0.1)
  expect(deviation).toBeCloseTo(1, 1)
  expect(correlation).toBeGreaterThan(0.98)
})

test('drift goes through its knots without a jump', () => {
  const channel = channelOf(1, 'b')
  for (let knot = -5; knot < 5; knot++) {
    expect(drift(channel, knot * 100 - 1e-6, 100)).toBeCloseTo(drift(channel, knot * 100, 100), 6)
  }
})

test('two names, and two seeds, have noise that has nothing to do with each other', () => {
  const product = (a: number, b: number) =>
    moments.reduce((sum, n) => sum + white(a, n) * white(b, n), 0) / moments.length
  expect(Math.abs(product(channelOf(1, '0:10'), channelOf(1, '0:11')))).toBeLessThan(0.03)
  expect(Math.abs(product(channelOf(1, '0:10'), channelOf(2, '0:10')))).toBeLessThan(0.03)
})

test('even numbers fill 0 … 1', () => {
  const tenths = new Set(moments.map((n) => Math.floor(unit(channelOf(9, 'c'), n) * 10)))
  expect([...tenths].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})
