import type { Segment, TurnStore } from '../ports.ts'
import { clipSegments } from './read.ts'
import { toSegment, type Sums, type SegmentLimits } from './row-buffer.ts'
import { openSegment, type Rows } from './segment.ts'
import { decodeTexts } from './texts.ts'

/** What the simulator switches off to prove that it is needed. */
interface Rules {
  readonly contiguous: boolean
  readonly clip: boolean
  readonly mergedFirst: boolean
}

const ALL_RULES: Rules = { contiguous: true, clip: true, mergedFirst: true }

/**
 * Merges the small segments of one actor, with a pause after each run of them. Returns how many fewer there are. Anybody may run it at any time, also two at once.
 *
 * Why it never loses or doubles a row. A segment holds all rows of its offsets, whoever wrote it and however late, so
 * - a run in which none begins past the end of those before it, put together, holds all rows of its offsets as well. A gap
 *   ends the run: between small segments there may lie a sealed one, and a merged segment over its place would clip it away;
 * - writing the merged one under the id of the first can only make that segment longer: the longer of one id wins;
 * - what the merged one covers may go, once it is durable. One that has grown meanwhile stays, and its head is clipped.
 */
export async function compactHistory(
  store: TurnStore,
  address: string,
  limits: SegmentLimits,
  rules: Rules = ALL_RULES,
  sums?: Sums,
  pause: () => Promise<void> = () => Promise.resolve(),
): Promise<number> {
  const segments = await store.readSegments(address, -Infinity, Infinity, limits.segmentRows)
  let fewer = 0
  for (const run of runsOf(segments, limits, rules.contiguous)) {
    const merged = merge(run, rules.clip, sums)
    const write = () => store.putSegments([merged])
    const sweep = async () => {
      for (const { first } of run.slice(1)) await store.deleteSegment(address, first, merged.last)
    }
    if (rules.mergedFirst) await write().then(sweep)
    else await Promise.all([write(), sweep()])
    fewer += run.length - 1
    await pause()
  }
  return fewer
}

/**
 * Of a merged segment, those that are missing included: it is decoded as a whole. Rows of ever new names, 64 a row, would come to 2 GB in one
 * segment of 2,048.
 */
const MOST_NUMBERS = 2 * 1024 * 1024

/** Runs of two or more that may become one, each closed as soon as it has the rows, or the text, of a sealed segment, or would become too wide. */
function runsOf(
  segments: readonly Segment[],
  { segmentRows, segmentText }: SegmentLimits,
  contiguous: boolean,
): Segment[][] {
  const sealed = (rows: number, text: number) => rows >= segmentRows || text >= segmentText
  const runs: Segment[][] = []
  let run: Segment[] = []
  let [covered, rows, text] = [-1, 0, 0]
  let names = new Set<string>()
  for (const segment of [...segments].sort((a, b) => a.first - b.first)) {
    const whole = sealed(segment.rows, segment.texts?.byteLength ?? 0)
    const own = whole ? [] : openSegment(segment.data).names
    const wide = () =>
      (rows + segment.rows) * (names.size + own.filter((name) => !names.has(name)).length) > MOST_NUMBERS
    if (whole || sealed(rows, text) || (contiguous && segment.first > covered + 1) || wide()) {
      runs.push(run)
      run = []
      ;[covered, rows, text] = [-1, 0, 0]
      names = new Set()
    }
    if (whole) continue
    run.push(segment)
    for (const name of own) names.add(name)
    covered = Math.max(covered, segment.last)
    rows += segment.rows
    text += segment.texts?.byteLength ?? 0
  }
  runs.push(run)
  return runs.filter(({ length }) => length > 1)
}

function merge(run: readonly Segment[], clip: boolean, sums: Sums | undefined): Segment {
  const parts = clipSegments(run, clip).map(({ segment, covered }) => {
    const open = openSegment(segment.data)
    const offsets = open.offsets()
    const from = offsets.findIndex((offset) => offset > covered)
    return { open, times: open.times(), offsets, from, texts: segment.texts && decodeTexts(segment.texts) }
  })
  const fresh = parts.filter(({ from }) => from >= 0)
  const joined = (pick: (part: (typeof parts)[number]) => Float64Array | undefined): Float64Array => {
    const total = fresh.reduce((sum, { offsets, from }) => sum + offsets.length - from, 0)
    const values = new Float64Array(total).fill(NaN)
    let at = 0
    for (const part of fresh) {
      const column = pick(part)
      if (column !== undefined) values.set(column.subarray(part.from), at)
      at += part.offsets.length - part.from
    }
    return values
  }
  const names = [...new Set(fresh.flatMap(({ open }) => open.names))]
  const rows: Rows = {
    names,
    times: joined(({ times }) => times),
    offsets: joined(({ offsets }) => offsets),
    columns: names.map((name) => joined(({ open }) => open.column(name))),
    ...(fresh.some(({ texts }) => texts) ? { texts: fresh.flatMap(textsOf) } : {}),
  }
  return toSegment(run[0]!.address, run[0]!.first, Math.max(...run.map(({ last }) => last)), rows, sums)
}

/** The texts of what a part gives; '' for each row where it has none. */
const textsOf = ({ texts, offsets, from }: { texts?: string[] | undefined; offsets: Float64Array; from: number }) =>
  texts?.slice(from) ?? Array<string>(offsets.length - from).fill('')
