import type { SegmentSummary } from '../../ports.ts'
import type { Rows } from '../segment.ts'
import { encodeBuckets } from './buckets.ts'
import { encodeTotals } from './totals.ts'

/** Segments of fewer rows have no summary: to decode them costs as little. */
export const SUMMARY_FROM_ROWS = 256

/** What statistics need to know of a segment without its rows; undefined when it has too few. */
export const summaryOf = ({ names, times, columns }: Rows): SegmentSummary | undefined =>
  times.length < SUMMARY_FROM_ROWS
    ? undefined
    : { totals: encodeTotals(names, columns), buckets: encodeBuckets(times, names, columns) }
