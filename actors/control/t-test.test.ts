import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { add, noMoments, varianceOf, type Moments } from './moments.ts'
import { twoSidedP } from './student.ts'
import { oneSample, welch } from './t-test.ts'

const momentsOf = (values: readonly number[]): Moments => {
  const moments = noMoments()
  for (const value of values) add(moments, value)
  return moments
}
/** A sample known by its figures: n, mean, standard deviation. */
const sampleOf = (n: number, mean: number, stddev: number): Moments => ({ n, mean, m2: stddev * stddev * (n - 1) })
const relative = (got: number, want: number) => Math.abs(got - want) / Math.abs(want)

/**
 * The distribution function for whole degrees of freedom as a finite sum. Source: Abramowitz and Stegun 26.7.3 and 26.7.4: another
 * way than the one under test.
 */
function wholeP(t: number, df: number): number {
  const theta = Math.atan(Math.abs(t) / Math.sqrt(df))
  const cos2 = Math.cos(theta) ** 2
  let sum = 1
  let term = 1
  if (df % 2 === 0) {
    for (let k = 2; k <= df - 2; k += 2) sum += term *= (cos2 * (k - 1)) / k
    return 1 - Math.sin(theta) * sum
  }
  if (df === 1) return 1 - (2 / Math.PI) * theta
  for (let k = 3; k <= df - 2; k += 2) sum += term *= (cos2 * (k - 1)) / k
  return 1 - (2 / Math.PI) * (theta + Math.sin(theta) * Math.cos(theta) * sum)
}

/**
 * For any degrees of freedom: the density integrated by Simpson's rule, after t = √df · tan φ, which makes the range finite: p is
 * the share of ∫ cos^(df − 1) φ dφ beyond the angle of |t|.
 */
function integratedP(t: number, df: number): number {
  const simpson = (from: number, to: number, steps = 20_000) => {
    const h = (to - from) / steps
    let sum = 0
    for (let i = 0; i <= steps; i++) {
      const weight = i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2
      sum += weight * Math.max(0, Math.cos(from + i * h)) ** (df - 1)
    }
    return (sum * h) / 3
  }
  const angle = Math.atan(Math.abs(t) / Math.sqrt(df))
  return simpson(angle, Math.PI / 2) / simpson(0, Math.PI / 2)
}

test('p is that of the closed form wherever the degrees of freedom are whole', () => {
  for (const df of [1, 2, 3, 4, 5, 9, 10, 29, 30, 99, 100, 499, 500]) {
    for (const t of [0.01, 0.5, 1, 1.5, 2, 2.5, 3]) {
      expect(relative(twoSidedP(t, df), wholeP(t, df))).toBeLessThan(1e-10)
    }
  }
})

test('p is that of the integrated density where they are not', () => {
  for (const df of [2.5, 3.7, 17.776, 63.25, 250.5]) {
    for (const t of [0.1, 0.7, 1.3, 1.96, 2.8, 4]) {
      expect(relative(twoSidedP(t, df), integratedP(t, df))).toBeLessThan(1e-7)
    }
  }
})

test.each([
  // Critical values of every table of Student's distribution.
  [12.7062047, 1, 0.05],
  [2.77644511, 4, 0.05],
  [2.22813885, 10, 0.05],
  [3.16927267, 10, 0.01],
  [1.98421695, 99, 0.05],
  [1.96234146, 999, 0.05],
])('P(|T| ≥ %d) with %d degrees of freedom is %d', (t, df, p) => {
  expect(relative(twoSidedP(t, df), p)).toBeLessThan(1e-4)
})

test('far out in the tail p is small, not 0 and not noise', () => {
  // With two degrees of freedom p = 1 − t/√(2 + t²) = 2 / (s (s + t)), s = √(2 + t²).
  for (const t of [1e3, 1e6, 1e9]) {
    const s = Math.sqrt(2 + t * t)
    expect(relative(twoSidedP(t, 2), 2 / (s * (s + t)))).toBeLessThan(1e-12)
  }
  expect(twoSidedP(30, 1e5)).toBeGreaterThan(0)
  expect(twoSidedP(30, 1e5)).toBeLessThan(1e-180)
})

test('with very many degrees of freedom it is the normal distribution', () => {
  expect(twoSidedP(1.959963984540054, 1e8)).toBeCloseTo(0.05, 8)
  expect(twoSidedP(3.290526731491895, 1e8)).toBeCloseTo(0.001, 9)
})

test('p falls as |t| grows, is 1 at 0, and takes no side', () => {
  const t = fc.double({ min: 0, max: 50, noNaN: true })
  const df = fc.double({ min: 1, max: 20_000, noNaN: true })
  fc.assert(
    fc.property(t, t, df, (a, b, df) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)]
      const [near, far] = [twoSidedP(low, df), twoSidedP(high, df)]
      // Where the two forms of the fraction meet they may differ in the last digits.
      expect(far).toBeLessThanOrEqual(near * (1 + 1e-11))
      expect(near).toBeLessThanOrEqual(1)
      expect(far).toBeGreaterThanOrEqual(0)
      expect(twoSidedP(-high, df)).toBe(far)
    }),
  )
  expect(twoSidedP(0, 7)).toBe(1)
})

test.each([
  ['mean 20 against 10', sampleOf(100, 20, 2), 10, true],
  ['mean −10 against 10', sampleOf(100, -10, 2), 10, true],
  ['mean 10 against 10', sampleOf(100, 10, 2), 10, false],
  ['mean 12 against 10', sampleOf(100, 12, 2), 10, true],
])("the replaced controller's vector: %s", (_, sample, expected, rejects) => {
  expect(oneSample(sample, expected).p < 0.05).toBe(rejects)
})

// Student's sleep data, the example of R's t.test: extra hours under two drugs.
const FIRST = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
const SECOND = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

test("Welch's test gives what R says of Student's sleep data", () => {
  const { t, df, p } = welch(momentsOf(SECOND), momentsOf(FIRST))
  expect(t).toBeCloseTo(-1.8608, 4)
  expect(df).toBeCloseTo(17.776, 3)
  expect(p).toBeCloseTo(0.07939, 5)
})

test('the one-sample test gives what R says of the differences', () => {
  const { t, df, p } = oneSample(momentsOf(FIRST.map((value, i) => value - SECOND[i]!)), 0)
  expect(t).toBeCloseTo(-4.0621, 4)
  expect(df).toBe(9)
  expect(p).toBeCloseTo(0.002833, 6)
})

test('of equal windows Welch rejects about 5 %, the one-sample test three times as many', () => {
  // A fixed sequence of normal numbers: the share is what it is, on every machine.
  let seed = 42
  const uniform = () => (seed = (seed * 48271) % 2147483647) / 2147483647
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  const windows = Array.from({ length: 3000 }, () => momentsOf(Array.from({ length: 50 }, normal)))
  const share = (rejects: (before: Moments, now: Moments) => boolean) =>
    windows.slice(1).filter((now, i) => rejects(windows[i]!, now)).length / (windows.length - 1)
  expect(share((before, now) => welch(before, now).p < 0.05)).toBeWithin(0.035, 0.065)
  expect(share((before, now) => oneSample(now, before.mean).p < 0.05)).toBeWithin(0.14, 0.2)
})

test('running moments are those of the two-pass formula, also around a large mean', () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 200 })
  fc.assert(
    fc.property(values, fc.constantFrom(0, 1e6, 1e12), (spread, centre) => {
      const moments = momentsOf(spread.map((value) => value + centre))
      const mean = spread.reduce((a, b) => a + b) / spread.length
      const variance = spread.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (spread.length - 1)
      expect(Math.abs(moments.mean - centre - mean)).toBeLessThan(1e-3)
      expect(Math.abs(varianceOf(moments) - variance)).toBeLessThanOrEqual(1e-3 * (1 + variance))
    }),
  )
})

test('equal values have a variance of exactly 0', () => {
  fc.assert(
    fc.property(fc.double({ min: -1e100, max: 1e100, noNaN: true }), fc.integer({ min: 2, max: 50 }), (value, n) => {
      expect(varianceOf(momentsOf(new Array<number>(n).fill(value)))).toBe(0)
    }),
  )
})
