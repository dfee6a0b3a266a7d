import { columnOf } from './columns.ts'
import type { Exhauster } from './directory.ts'
import { hasValue, qualityOf } from './quality.ts'
import { scaleOf, type Signal } from './signals.ts'

/** History rows ascending by time; `columns[i]` goes with `names[i]`, NaN where there is no value. */
export interface Rows {
  readonly names: readonly string[]
  readonly times: Float64Array
  readonly columns: readonly Float64Array[]
}

/** `at` is the start of the step, epoch ms; the values are in the signal's unit. */
export type TrendPoint = [at: number, min: number, mean: number, max: number]

export interface TrendSeries {
  readonly signal: string
  readonly unit: string
  readonly points: TrendPoint[]
}

/**
 * Minimum, mean and maximum of each step (steps begin at whole multiples of themselves since 1970, UTC), of the rows with `from` ≤ time < `to`, epoch ms. A step that the range cuts is made of what
 * lies inside; one without a readable value is left out, so a gap stays a gap. Sentinel, absent and out-of-range values
 * do not count. `rows` needs the columns {@link columnOf} of the signals.
 */
export function trend(
  exhauster: Exhauster,
  signals: readonly Signal[],
  rows: Rows,
  { stepS, from, to }: { stepS: number; from: number; to: number },
): TrendSeries[] {
  return signals.map((signal) => {
    const column = rows.columns[rows.names.indexOf(columnOf(signal.key))]
    const points = column
      ? steps(rows.times, column, signal, scaleOf(exhauster.number, signal), stepS * 1000, from, to)
      : []
    return { signal: signal.key, unit: signal.quantity.unit, points }
  })
}

function steps(
  times: Float64Array,
  column: Float64Array,
  { quantity }: Signal,
  scale: number,
  stepMs: number,
  from: number,
  to: number,
): TrendPoint[] {
  const points: TrendPoint[] = []
  let at = NaN
  let count = 0
  let [min, sum, max] = [0, 0, 0]
  const close = () => {
    // A sum of tenths may leave the mean of equal values a rounding error outside them.
    if (count > 0) points.push([at, min, Math.min(max, Math.max(min, sum / count)), max])
  }
  for (let i = 0; i < times.length; i++) {
    const time = times[i]!
    const raw = column[i]!
    if (time < from || time >= to || !hasValue(qualityOf(raw, quantity, scale))) continue
    const value = raw * scale
    const start = Math.floor(time / stepMs) * stepMs
    if (start !== at) {
      close()
      ;[at, count, min, sum, max] = [start, 0, value, 0, value]
    }
    count++
    sum += value
    min = Math.min(min, value)
    max = Math.max(max, value)
  }
  close()
  return points
}
