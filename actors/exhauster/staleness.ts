/** Data older than this on its own clock says nothing of now: three frames that did not come. */
export const STALE_MS = 180_000

/** When a live machine falls silent if no further frame comes, epoch ms; a replay has no clock that could run on. */
export const silentAt = (moment: number): number => moment + STALE_MS

/**
 * The moment, epoch ms, from which a document says something else although its actor did not change; null when it never will. An answer
 * may be kept with its actor's version until then (its `data_age_ms` is the last key, so that the age can be spliced in).
 */
export function changesAt({
  clock,
  updated_at,
}: {
  clock: 'live' | 'replay'
  updated_at: string | null
}): number | null {
  return clock === 'live' && updated_at !== null ? silentAt(Date.parse(updated_at)) + 1 : null
}
