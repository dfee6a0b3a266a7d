import { SUMMARY_FROM_ROWS, type Rows } from '../../actors/runtime/index.ts'
import type { SegmentKey, SegmentSpan } from '../../actors/store/port.ts'

export interface Wanted {
  readonly addresses: readonly string[]
  readonly name: string
  /** Epoch ms, inclusive; −∞: from the first one. */
  readonly from: number
  /** Epoch ms, exclusive; ∞: to the last one. */
  readonly to: number
  /** Milliseconds: a sum for each step, which begins at a whole multiple of itself; Infinity: one for the whole range. */
  readonly step: number
}

/** A segment, and the last offset of those before it: its rows up to there stand in them already. */
export interface Place extends SegmentKey {
  readonly covered: number
  readonly rows: number
}

/** Which parts of the histories answer for a range. */
export interface Plan {
  /** All rows lie in one step of the range. */
  readonly whole: (Place & { readonly step: number })[]
  /** The range, or a step, begins or ends among the rows. */
  readonly cut: Place[]
  /** So small that they have no summary, or overlapping others: row by row. */
  readonly plain: Place[]
  /** What the owners have in memory. */
  readonly tails: { readonly rows: Rows; readonly covered: number }[]
}

/** The number of the step that a time lies in. */
export const stepOf = (time: number, step: number): number => (step === Infinity ? 0 : Math.floor(time / step))

/** `spans[i]` and the tail belong to `addresses[i]`; the spans by first offset, all that overlap the range, read after the tails. */
export function planOf(
  { addresses, from, to, step }: Wanted,
  spans: readonly (readonly SegmentSpan[])[],
  tails: ReadonlyMap<string, Rows>,
): Plan {
  const plan: Plan = { whole: [], cut: [], plain: [], tails: [] }
  for (const [i, address] of addresses.entries()) {
    let covered = -1
    for (const span of spans[i]!) {
      const { first, last, rows } = span
      const place = { address, first, last, covered, rows }
      if (span.from < to && span.to >= from) {
        const first = stepOf(span.from, step)
        if (place.first <= covered || rows < SUMMARY_FROM_ROWS) plan.plain.push(place)
        else if (span.from >= from && span.to < to && first === stepOf(span.to, step)) {
          plan.whole.push({ ...place, step: first })
        } else plan.cut.push(place)
      }
      if (last > covered) covered = last
    }
    const rows = tails.get(address)
    if (rows !== undefined) plan.tails.push({ rows, covered })
  }
  return plan
}
