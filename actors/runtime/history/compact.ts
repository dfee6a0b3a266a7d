import type { Segment, TurnStore } from '../ports.ts'
import { clipSegments } from './read.ts'
import { toSegment } from './row-buffer.ts'
import { openSegment, type Rows } from './segment.ts'

/** What the simulator switches off to prove that it is needed. */
interface Rules {
  readonly contiguous: boolean
  readonly clip: boolean
  readonly mergedFirst: boolean
}

const ALL_RULES: Rules = { contiguous: true, clip: true, mergedFirst: true }

/**
 * Merges the small segments of one actor. Returns how many fewer there are. Anybody may run it at any time, also two at once.
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
  sealedRows: number,
  rules: Rules = ALL_RULES,
): Promise<number> {
  const segments = await store.readSegments(address, -Infinity, Infinity, sealedRows)
  let fewer = 0
  for (const run of runsOf(segments, sealedRows, rules.contiguous)) {
    const merged = merge(run, rules.clip)
    const write = () => store.putSegments([merged])
    const sweep = async () => {
      for (const { first } of run.slice(1)) await store.deleteSegment(address, first, merged.last)
    }
    if (rules.mergedFirst) await write().then(sweep)
    else await Promise.all([write(), sweep()])
    fewer += run.length - 1
  }
  return fewer
}

/** Runs of two or more that may become one, each closed as soon as it has the rows of a sealed segment. */
function runsOf(segments: readonly Segment[], sealedRows: number, contiguous: boolean): Segment[][] {
  const runs: Segment[][] = []
  let run: Segment[] = []
  let [covered, rows] = [-1, 0]
  for (const segment of [...segments].sort((a, b) => a.first - b.first)) {
    if (segment.rows >= sealedRows || rows >= sealedRows || (contiguous && segment.first > covered + 1)) {
      runs.push(run)
      run = []
      ;[covered, rows] = [-1, 0]
    }
    if (segment.rows >= sealedRows) continue
    run.push(segment)
    covered = Math.max(covered, segment.last)
    rows += segment.rows
  }
  runs.push(run)
  return runs.filter(({ length }) => length > 1)
}

function merge(run: readonly Segment[], clip: boolean): Segment {
  const parts = clipSegments(run, clip).map(({ segment, covered }) => {
    const open = openSegment(segment.data)
    const offsets = open.offsets()
    return { open, times: open.times(), offsets, from: offsets.findIndex((offset) => offset > covered) }
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
  }
  return toSegment(run[0]!.address, run[0]!.first, Math.max(...run.map(({ last }) => last)), rows)
}
