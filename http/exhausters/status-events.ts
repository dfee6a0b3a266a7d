import type { ExhausterId, Status, StatusChange } from '../../actors/exhauster/schema.ts'
import type { StateStore } from '../../actors/store/port.ts'
import { fromCursor, page, toCursor } from '../paging.ts'

/** Read at once when only some statuses are wanted: the store does not know what is in an effect. */
const BATCH = 500
/** After this many the page ends where it stands; its cursor goes on from there. */
const MOST_READ = 20_000

/** Changes of an exhauster's status, newest first. Fault VALIDATION (cursor). */
export async function listStatusChanges(
  store: StateStore,
  id: ExhausterId,
  query: { from?: number; to?: number; status?: Status; limit: number; cursor?: string },
): Promise<{ items: StatusChange[]; next_cursor: string | null }> {
  const { from, to, status, limit, cursor } = query
  let after: { at: number; id: string } | undefined
  if (cursor !== undefined) {
    const [at, last] = fromCursor(cursor, ['number', 'string']) as [number, string]
    after = { at, id: last }
  }
  const found: { at: number; change: StatusChange }[] = []
  let read = 0
  for (;;) {
    const batch = await store.listEffects({
      collection: 'status_changes',
      address: `exhauster/${id}`,
      limit: status === undefined ? limit + 1 - found.length : BATCH,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(after === undefined ? {} : { after }),
    })
    for (const { id: effect, at, body } of batch) {
      const change: StatusChange = { id: effect, ...(JSON.parse(body) as Omit<StatusChange, 'id'>) }
      if (status === undefined || change.status === status) found.push({ at, change })
      after = { at, id: effect }
      if (found.length > limit) break
    }
    read += batch.length
    if (found.length > limit || status === undefined || batch.length < BATCH) break
    if (read >= MOST_READ && after) {
      return { items: found.map(({ change }) => change), next_cursor: toCursor([after.at, after.id]) }
    }
  }
  return page(
    found,
    limit,
    ({ change }) => change,
    ({ at, change }) => [at, change.id],
  )
}
