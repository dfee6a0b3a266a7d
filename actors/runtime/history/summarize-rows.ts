import type { Segment } from '../ports.ts'
import { EMPTY, summarize, type Summary } from './column.ts'
import { clipSegments, selected, type Range } from './read.ts'
import { openSegment } from './segment.ts'

/** Count, sum, minimum, maximum and sum of squares over a range. Segments that lie in it whole answer by their heads. */
export function summarizeRows(
  segments: readonly Segment[],
  { name, ...range }: Range & { readonly name: string },
): Summary {
  return clipSegments(segments)
    .map((clipped) => {
      const { segment, covered } = clipped
      const open = openSegment(segment.data)
      if (segment.first > covered && segment.from >= range.from && segment.to < range.to) {
        return open.summary(name) ?? EMPTY
      }
      const values = open.column(name)
      if (values === undefined) return EMPTY
      return summarize(Float64Array.from(selected(open, clipped, range).rows, (row) => values[row]!))
    })
    .reduce(mergeSummaries, EMPTY)
}

/** Summary of two disjoint sets of values. */
const mergeSummaries = (a: Summary, b: Summary): Summary => ({
  count: a.count + b.count,
  sum: a.sum + b.sum,
  min: Math.min(a.min, b.min),
  max: Math.max(a.max, b.max),
  squares: a.squares + b.squares,
})
