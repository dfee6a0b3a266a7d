import type { Cluster } from '../../actors/cluster/port.ts'
import { STATUS_COLUMN } from '../../actors/control/actor.ts'
import { statusRuns, type StatusChange } from '../../actors/control/runs.ts'
import type { StatusRun } from '../../actors/control/schema.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { addressOf } from './loops.ts'

/** In one answer: a loop that toggles at each decision of 5 s makes them in six days. */
const MOST_RUNS = 100_000
const DAY_MS = 86_400_000
/** How far back the status that held at the beginning of the range is looked for, until it is found. */
const LOOK_BACK_MS = [DAY_MS / 24, DAY_MS, 30 * DAY_MS, Infinity]

/** The changes before `before`, and of those before `after` at least the last one. Epoch ms. */
async function changesOf(cluster: Cluster, loop: string, after: number, before: number): Promise<StatusChange[]> {
  for (const span of LOOK_BACK_MS) {
    const from = Math.max(0, after - span)
    const { times, columns } = await cluster.history(addressOf(loop), { from, to: before, names: [STATUS_COLUMN] })
    if (from > 0 && (times.length === 0 || times[0]! > after)) continue
    if (times.length > MOST_RUNS) {
      throw new Fault('TOO_MANY_POINTS', `More than ${MOST_RUNS} changes: ask for a shorter range.`)
    }
    return Array.from(times, (at, i) => ({ at, status: columns[0]![i] === 1 ? 'up' : 'down' }))
  }
  return []
}

/**
 * What was commanded between `after` (absent: from the beginning) and `before` (absent: now), epoch ms. It ends now at the latest. Fault
 * TOO_MANY_POINTS.
 */
export async function readHistory(
  cluster: Cluster,
  loop: string,
  range: { after?: number; before?: number; now: number },
): Promise<StatusRun[]> {
  const after = range.after ?? 0
  const before = Math.min(range.before ?? range.now, range.now)
  if (after >= before) return []
  return statusRuns(await changesOf(cluster, loop, after, before), after, before)
}
