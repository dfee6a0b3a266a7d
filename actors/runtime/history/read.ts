import type { Segment } from '../ports.ts'
import { openSegment, type OpenSegment, type Rows } from './segment.ts'
import { decodeTexts } from './texts.ts'

export interface Range {
  /** Epoch ms, inclusive. */
  readonly from: number
  /** Epoch ms, exclusive. */
  readonly to: number
}

/** A segment, and the last offset of those before it: its rows up to there stand in them already. */
interface Clipped<S = Segment> {
  readonly segment: S
  readonly covered: number
}

/**
 * Every segment holds all rows of its offsets, so of two that overlap the later one needs to give only what lies past the
 * earlier one's end. `clip` is switched off by the simulator alone.
 */
export function clipSegments<S extends Pick<Segment, 'first' | 'last'>>(
  segments: readonly S[],
  clip = true,
): Clipped<S>[] {
  const ordered = [...segments].sort((a, b) => a.first - b.first)
  let covered = -1
  return ordered.map((segment) => {
    const clipped = { segment, covered: clip ? covered : -1 }
    covered = Math.max(covered, segment.last)
    return clipped
  })
}

/** Which rows of a segment count: past `covered`, and in the range. */
function selected(
  open: OpenSegment,
  { segment, covered }: Clipped,
  { from, to }: Range,
): { rows: Uint32Array; times: Float64Array } {
  const times = open.times()
  const offsets = segment.first <= covered ? open.offsets() : undefined
  const rows = new Uint32Array(times.length)
  let count = 0
  for (let i = 0; i < times.length; i++) {
    if (times[i]! >= from && times[i]! < to && (offsets === undefined || offsets[i]! > covered)) rows[count++] = i
  }
  return { rows: rows.subarray(0, count), times }
}

/**
 * Rows of an actor with `from` ≤ time < `to`, ascending by time (equal times by offset). `segments`: all that overlap the
 * range, read at one moment, and the tail of what is not flushed yet, taken before that moment. Decodes only the
 * columns asked for; a name that no row has gives NaN. `texts` come when they are asked for.
 */
export function readRows(
  segments: readonly Segment[],
  {
    names,
    texts: withTexts = false,
    ...range
  }: Range & { readonly names: readonly string[]; readonly texts?: boolean },
  clip = true,
): Omit<Rows, 'offsets'> {
  const parts = clipSegments(segments, clip).flatMap((clipped) => {
    const open = openSegment(clipped.segment.data)
    const { rows, times } = selected(open, clipped, range)
    if (rows.length === 0) return []
    const texts = withTexts && clipped.segment.texts ? decodeTexts(clipped.segment.texts) : undefined
    return [{ rows, times, columns: names.map((name) => open.column(name)), texts }]
  })
  const total = parts.reduce((sum, { rows }) => sum + rows.length, 0)
  const times = new Float64Array(total)
  const columns = names.map(() => new Float64Array(total).fill(NaN))
  const texts: string[] = withTexts ? Array(total).fill('') : []
  let at = 0
  for (const part of parts) {
    for (const row of part.rows) {
      times[at] = part.times[row]!
      for (let c = 0; c < columns.length; c++) columns[c]![at] = part.columns[c]?.[row] ?? NaN
      if (part.texts) texts[at] = part.texts[row]!
      at++
    }
  }
  return byTime({ names, times, columns, ...(withTexts ? { texts } : {}) })
}

function byTime(rows: Omit<Rows, 'offsets'>): Omit<Rows, 'offsets'> {
  const { names, times, columns, texts } = rows
  if (times.every((time, i) => i === 0 || times[i - 1]! <= time)) return rows
  const order = Uint32Array.from(times, (_, i) => i).sort((a, b) => times[a]! - times[b]! || a - b)
  const pick = (values: Float64Array) => Float64Array.from(order, (i) => values[i]!)
  return {
    names,
    times: pick(times),
    columns: columns.map(pick),
    ...(texts ? { texts: Array.from(order, (i) => texts[i]!) } : {}),
  }
}
