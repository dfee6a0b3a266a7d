/**
 * Count, sum, extremes and spread of numbers, mergeable without loss. The sum is kept in two doubles (compensated summation), the spread
 * as the sum of squared deviations from the mean (Chan, Golub and LeVeque), so large numbers that differ little keep their difference.
 * Nothing there: 0, 0, 0, ∞, −∞, 0. What a double cannot hold is not finite.
 */
export interface Moments {
  readonly count: number
  readonly sum: number
  /** What the sum has lost to rounding. */
  readonly rest: number
  readonly min: number
  readonly max: number
  /** Σ (value − mean)². */
  readonly spread: number
}

/** Of the values `from` to `to` (exclusive); NaN is no value. */
export function momentsOf(values: Float64Array, from = 0, to = values.length): Moments {
  let count = 0
  let sum = 0
  let rest = 0
  let min = Infinity
  let max = -Infinity
  for (let i = from; i < to; i++) {
    const value = values[i]!
    if (value !== value) continue
    count++
    // What the addition loses, without asking which of the two is larger (Knuth): that question cost a third of the time.
    const next = sum + value
    const added = next - sum
    rest += sum - (next - added) + (value - added)
    sum = next
    if (value < min) min = value
    if (value > max) max = value
  }
  if (count === 0) return NO_MOMENTS
  const mean = (sum + rest) / count
  if (!Number.isFinite(mean)) return { count, sum, rest, min, max, spread: NaN }
  let spread = 0
  let drift = 0
  for (let i = from; i < to; i++) {
    const deviation = values[i]! - mean
    if (deviation !== deviation) continue
    spread += deviation * deviation
    drift += deviation
  }
  return { count, sum, rest, min, max, spread: Math.max(0, spread - (drift * drift) / count) }
}

const NO_MOMENTS: Moments = { count: 0, sum: 0, rest: 0, min: Infinity, max: -Infinity, spread: 0 }

/** A sum of moments that grows. */
export class MomentsSum implements Moments {
  count = 0
  sum = 0
  rest = 0
  min = Infinity
  max = -Infinity
  spread = 0

  add(part: Moments): void {
    this.addFigures(part.count, part.sum, part.rest, part.min, part.max, part.spread)
  }

  addFigures(count: number, sum: number, rest: number, min: number, max: number, spread: number): void {
    if (count === 0) return
    if (this.count > 0) {
      const apart = (sum + rest) / count - this.mean
      spread += apart * apart * ((this.count * count) / (this.count + count))
    }
    this.spread += spread
    this.count += count
    const next = this.sum + sum
    this.rest += rest + (Math.abs(this.sum) >= Math.abs(sum) ? this.sum - next + sum : sum - next + this.sum)
    this.sum = next
    if (min < this.min) this.min = min
    if (max > this.max) this.max = max
  }

  addValue(value: number): void {
    this.addFigures(1, value, 0, value, value, 0)
  }

  get total(): number {
    return this.sum + this.rest
  }

  /** Within the extremes, whatever rounding does. NaN of nothing. */
  get mean(): number {
    return this.count === 0 ? NaN : Math.min(this.max, Math.max(this.min, (this.sum + this.rest) / this.count))
  }

  /** Of the population: all values are there, they are no sample. NaN of nothing. */
  get deviation(): number {
    return this.count === 0 ? NaN : Math.sqrt(this.spread / this.count)
  }
}
