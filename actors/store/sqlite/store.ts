import { openSqlite } from '../../sqlite/open.ts'
import type { StateStore } from '../port.ts'
import { deliveryTable } from './deliveries.ts'
import { documentTables } from './documents.ts'
import { effectTable } from './effects.ts'
import { forgetting } from './forgetting.ts'
import { idTable } from './ids.ts'
import { logEnds } from './log-ends.ts'
import { STORE_FILE } from './schema.ts'
import { segmentTable } from './segments.ts'
import { snapshotTable } from './snapshots.ts'
import { summaryTable } from './summaries.ts'

/**
 * The store of the embedded edition: one SQLite file, open in the main thread and in each Worker at once. A call is one transaction,
 * durable before its promise is there; long deletions take several. Faults: SCHEMA_VERSION, DATA_CORRUPT, and STORE_UNAVAILABLE
 * (no room, read-only, device), which leaves nothing half-written.
 */
export function openSqliteStore(file: string, options: { readonly?: boolean; late?: boolean } = {}): StateStore {
  const sqlite = openSqlite(file, STORE_FILE, options)
  const ends = logEnds(sqlite)
  const summaries = summaryTable(sqlite)
  const segments = segmentTable(sqlite, summaries)
  const deliveries = deliveryTable(sqlite)
  const effects = effectTable(sqlite, ends.raise, deliveries.begin)
  const forgetRest = forgetting(sqlite)
  const barrier = sqlite.prepare<unknown, []>(
    "INSERT INTO sequences VALUES ('barrier', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1",
  )
  const ids = idTable(sqlite, ends.raise, () => Date.now())
  return {
    ...snapshotTable(sqlite, ends.raise),
    ...segments.methods,
    ...summaries.methods,
    ...effects.methods,
    ...deliveries.methods,
    ...ids.methods,
    ...documentTables(sqlite),
    bindLog: ends.bindLog,
    async sync() {
      sqlite.barrier(() => barrier.run())
    },
    async expire(before) {
      await segments.expire(before, ids.forget)
      await effects.expire(before.effects)
      await ids.expire(before.ids ?? 0, before.agedIds ?? [])
      await deliveries.expire(before.deliveries)
    },
    async forget(address) {
      await ids.forget({ address, first: 0, last: Number.MAX_SAFE_INTEGER })
      await forgetRest(address)
    },
    async close() {
      await ids.close()
      sqlite.close()
    },
  }
}
