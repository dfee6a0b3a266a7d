import type { ManipulatorPosition, StatusRun } from './schema.ts'

/** From when on a status was commanded, epoch ms. */
export interface StatusChange {
  readonly at: number
  readonly status: ManipulatorPosition
}

/**
 * The runs between `after` (inclusive) and `before` (exclusive), epoch ms: equal neighbours are one run, the first and the last are
 * cut at the ends of the range. `changes` ascend in time, and begin with the one that held at `after` where there is one: a loop
 * that began later has no run before its beginning.
 */
export function statusRuns(changes: readonly StatusChange[], after: number, before: number): StatusRun[] {
  const runs: { from: number; to: number; status: ManipulatorPosition }[] = []
  for (const [i, { at, status }] of changes.entries()) {
    const from = Math.max(at, after)
    const to = Math.min(changes[i + 1]?.at ?? Infinity, before)
    if (from >= to) continue
    const last = runs.at(-1)
    if (last?.status === status && last.to === from) last.to = to
    else runs.push({ from, to, status })
  }
  return runs.map(({ from, to, status }) => ({
    from_datetime: new Date(from).toISOString(),
    to_datetime: new Date(to).toISOString(),
    status,
  }))
}
