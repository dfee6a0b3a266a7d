/**
 * What is kept of a sample: how many, their mean, and the sum of squared deviations from it. One value more costs three
 * multiplications, whatever came before, and nothing of the sample itself is kept.
 */
export interface Moments {
  n: number
  mean: number
  /** Σ (x − mean)². */
  m2: number
}

export const noMoments = (): Moments => ({ n: 0, mean: 0, m2: 0 })

/**
 * Adds one value by Welford's recurrence: no difference of two large sums, so a small spread around a large mean stays exact to
 * the last digits. Equal values keep `m2` at exactly 0. Source: Welford 1962, Technometrics 4; Knuth, TAOCP 2, 4.2.2.
 */
export function add(moments: Moments, value: number): void {
  moments.n++
  const delta = value - moments.mean
  moments.mean += delta / moments.n
  moments.m2 += delta * (value - moments.mean)
}

/** Of the sample, with n − 1; NaN for fewer than two values. */
export const varianceOf = ({ n, m2 }: Moments): number => (n < 2 ? NaN : m2 / (n - 1))
