import type { Cluster } from '../../actors/cluster/port.ts'
import { STATUS_COLUMN, type Past } from '../../actors/control/actor.ts'
import { statusRuns, type StatusChange } from '../../actors/control/runs.ts'
import type { ManipulatorPosition, StatusRun } from '../../actors/control/schema.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { addressOf } from './loops.ts'

/** In one answer: a loop that toggles at each decision of 5 s makes them in six days. */
const MOST_RUNS = 100_000
const DAY_MS = 86_400_000
/** How far the first change after a range is looked for, step by step. */
const REACH_MS = [DAY_MS / 24, DAY_MS, 30 * DAY_MS, Infinity]

const otherThan = (status: ManipulatorPosition): ManipulatorPosition => (status === 'up' ? 'down' : 'up')

/** Changes of status from `from` to before `to`, epoch ms. */
async function changesOf(cluster: Cluster, loop: string, from: number, to: number): Promise<StatusChange[]> {
  const { times, columns } = await cluster.history(addressOf(loop), { from, to, names: [STATUS_COLUMN] })
  return Array.from(times, (at, i) => ({ at, status: columns[0]![i] === 1 ? 'up' : 'down' }))
}

/** The first change at or after a moment. There is one: the present status has begun after it. */
async function changeAfter(
  cluster: Cluster,
  loop: string,
  at: number,
  since: number,
): Promise<StatusChange | undefined> {
  for (const reach of REACH_MS) {
    const [first] = await changesOf(cluster, loop, at, Math.min(at + reach, since + 1))
    if (first) return first
  }
  return undefined
}

/**
 * What was commanded between `after` (absent: from the beginning, as far as it is kept) and `before` (absent: now), epoch ms. It ends now at
 * the latest. Only changes are stored, and there are two positions: before a change it was the other one, so nothing before the range
 * has to be read. Fault TOO_MANY_POINTS.
 */
export async function readHistory(
  cluster: Cluster,
  loop: string,
  range: { after?: number; before?: number; now: number },
): Promise<StatusRun[]> {
  const before = Math.min(range.before ?? range.now, range.now)
  const { began, status, since } = JSON.parse((await cluster.ask(addressOf(loop), 'past')).body) as Past
  if (began === null || since === null) return []
  const from = Math.max(range.after ?? began, began)
  if (from >= before) return []
  if (since <= from) return statusRuns([{ at: since, status }], from, before)
  const changes = await changesOf(cluster, loop, from, before)
  if (changes.length > MOST_RUNS) {
    throw new Fault('TOO_MANY_POINTS', `More than ${MOST_RUNS} changes: ask for a shorter range.`)
  }
  const next = changes[0] ?? (await changeAfter(cluster, loop, before, since))
  const isKept = range.after !== undefined || changes[0]?.at === began
  if (next && next.at > from && isKept) changes.unshift({ at: from, status: otherThan(next.status) })
  return statusRuns(changes, from, before)
}
