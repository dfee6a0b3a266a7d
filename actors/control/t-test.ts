import { varianceOf, type Moments } from './moments.ts'
import { twoSidedP } from './student.ts'

/** The outcome of a two-sided test on means. */
export interface TTest {
  readonly t: number
  /** Degrees of freedom; not whole for Welch's. */
  readonly df: number
  readonly p: number
}

/** What overflows is as significant as a number can say. */
const bounded = (t: number): number => Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, t))

/**
 * Whether the sample's mean is `expected`, taken as known exactly. t = (m − m₀) / (s / √n), df = n − 1. This is the replaced
 * controller's test. It forgets that the earlier mean was itself measured: with equal windows its rate of false alarms is
 * not α but about P(|Z| ≥ 1.96/√2) = 17 % at α = 0.05, so a loop that uses it flaps. Needs n ≥ 2 and a variance.
 */
export function oneSample(sample: Moments, expected: number): TTest {
  const t = bounded((sample.mean - expected) / Math.sqrt(varianceOf(sample) / sample.n))
  const df = sample.n - 1
  return { t, df, p: twoSidedP(t, df) }
}

/**
 * Whether two samples have one mean; neither size nor variance has to be the same. t = (m₂ − m₁) / √(v₁ + v₂) with vᵢ = sᵢ²/nᵢ,
 * degrees of freedom by Welch and Satterthwaite. Its rate of false alarms is α. Each sample needs n ≥ 2, one of them a variance.
 * Source: Welch 1947, Biometrika 34.
 */
export function welch(before: Moments, sample: Moments): TTest {
  const a = varianceOf(before) / before.n
  const b = varianceOf(sample) / sample.n
  const t = bounded((sample.mean - before.mean) / Math.sqrt(a + b))
  // As parts of the sum: the squares of very small variances would vanish.
  const [shareA, shareB] = [a / (a + b), b / (a + b)]
  const df = 1 / ((shareA * shareA) / (before.n - 1) + (shareB * shareB) / (sample.n - 1))
  return { t, df, p: twoSidedP(t, df) }
}
