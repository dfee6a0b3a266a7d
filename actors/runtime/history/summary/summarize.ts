import type { SegmentSummary } from '../../ports.ts'
import type { Rows } from '../segment.ts'
import { bucketOrder, encodeBuckets } from './buckets.ts'
import { momentsOf, type Moments } from './moments.ts'
import { classesOf } from './sketch.ts'
import { encodeTotals } from './totals.ts'

/** Segments of fewer rows have no summary: to decode them costs as little. */
export const SUMMARY_FROM_ROWS = 256

/** Of one column, bucket by bucket: `moments[b]`, and the sketch classes of all its values. */
export interface ColumnSums {
  readonly name: string
  readonly moments: readonly Moments[]
  readonly classes: Int32Array
}

/** What statistics need to know of a segment without its rows; undefined when it has too few. */
export function summaryOf({ names, times, columns }: Rows): SegmentSummary | undefined {
  if (times.length < SUMMARY_FROM_ROWS) return undefined
  const order = bucketOrder(times)
  const sums = names.map((name, i): ColumnSums => {
    const values = order.sort(columns[i]!)
    const moments = Array.from(order.ends, (end, b) => momentsOf(values, order.ends[b - 1] ?? 0, end))
    return { name, moments, classes: classesOf(values) }
  })
  return { totals: encodeTotals(sums), buckets: encodeBuckets(order, sums) }
}
