import { FRAME_GAP_MS } from './quality.ts'

/** When a machine has run, from its work bit. Plain JSON. */
export interface Work {
  /** Runs, `[from, to, from, to, …]` in epoch ms, ascending, never touching. */
  runs: number[]
  /** What was folded away of the oldest runs: running time of a span, spread evenly over it. */
  earlier: { from: number; to: number; ms: number } | null
  running: boolean | null
  /** Since when it has run or stood. */
  since: number | null
  /** Moment of the last frame that carried the bit. */
  seen: number | null
}

/** Several years of a plant's starts and stops; beyond it the oldest runs are folded together. */
const MAX_RUNS = 512

export const noWork = (): Work => ({ runs: [], earlier: null, running: null, since: null, seen: null })

/**
 * The work after a frame with this bit. The time between two frames counts as the first of them says, and not at all when more than
 * 5 min lie between: nobody saw it.
 */
export function withBit(work: Work, moment: number, running: boolean): Work {
  const { seen, since } = work
  let { runs, earlier } = work
  if (work.running && seen !== null && moment - seen <= FRAME_GAP_MS) {
    runs = runs.at(-1) === seen ? [...runs.slice(0, -1), moment] : [...runs, seen, moment]
    if (runs.length > 2 * MAX_RUNS) {
      const [from, to] = [runs[0]!, runs[1]!]
      earlier = { from: earlier?.from ?? from, to, ms: (earlier?.ms ?? 0) + to - from }
      runs = runs.slice(2)
    }
  }
  return { runs, earlier, running, since: work.running === running ? since : moment, seen: moment }
}

/** Running time since `from`, ms. Exact as long as `from` lies after what was folded away. */
export function workedSince(work: Work, from: number): number {
  let sum = 0
  const { earlier, runs } = work
  if (earlier && from < earlier.to) {
    const span = earlier.to - earlier.from
    sum += earlier.ms * Math.min(1, (earlier.to - from) / span)
  }
  for (let i = 0; i < runs.length; i += 2) sum += Math.max(0, runs[i + 1]! - Math.max(from, runs[i]!))
  return sum
}
