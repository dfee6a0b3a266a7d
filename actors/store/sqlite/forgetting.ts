import { DEAD_LETTERS } from '../../runtime/index.ts'
import type { SqliteFile } from '../../sqlite/open.ts'

/** Rows that a transaction deletes: the others' writes get in between. */
const STEP = 500

/** What is kept under an address, by table; each with a column `address` and, for steps, a rowid or its key. */
const STATEMENTS = [
  'DELETE FROM snapshots WHERE address = ?1 AND ?2 > 0',
  'DELETE FROM segment_texts WHERE rowid IN (SELECT rowid FROM segment_texts WHERE address = ?1 LIMIT ?2)',
  'DELETE FROM segment_summaries WHERE rowid IN (SELECT rowid FROM segment_summaries WHERE address = ?1 LIMIT ?2)',
  'DELETE FROM segments WHERE rowid IN (SELECT rowid FROM segments WHERE address = ?1 LIMIT ?2)',
  'DELETE FROM ids WHERE address = ?1 AND id IN (SELECT id FROM ids WHERE address = ?1 LIMIT ?2)',
  `DELETE FROM effects WHERE rowid IN
   (SELECT rowid FROM effects WHERE collection = '${DEAD_LETTERS}' AND address = ?1 LIMIT ?2)`,
]

/** Deletes all that is kept of an actor. */
export function forgetting(sqlite: SqliteFile): (address: string) => Promise<void> {
  const statements = STATEMENTS.map((sql) => sqlite.prepare<unknown, [string, number]>(sql))
  return async (address) => {
    for (const statement of statements) {
      while (sqlite.write(() => statement.run(address, STEP).changes) >= STEP) await new Promise(setImmediate)
    }
  }
}
