import { join } from 'node:path'
import { Fault } from '../runtime/index.ts'
import { examine, reading } from './files.ts'
import { earliestOf, markOf, walk } from './journal-end.ts'
import { FILES } from './manifest.ts'

/**
 * Whether the two files of a folder are whole and belong together: every page, every row of the journal, the identity of the log, and
 * that the log is as long as the store has seen it. Answers where each partition ends. Faults: DATA_CORRUPT, SCHEMA_VERSION, LOG_MISMATCH.
 */
export function verify(dir: string): number[] {
  const [store, log] = FILES.map((name) => {
    const file = join(dir, name)
    examine(file, name)
    return file
  }) as [string, string]
  const seen = reading(store, (db) => ({
    log: db.query<{ id: string; partitions: number }, []>('SELECT id, partitions FROM bound_log').get(),
    ends: db.query<{ partition: number; end: number }, []>('SELECT partition, "end" FROM log_ends').all(),
  }))
  return reading(log, (db) => {
    const { id, partitions, lastRow, committed } = markOf(db)
    if (seen.log?.id !== id || seen.log.partitions !== partitions) {
      throw new Fault('LOG_MISMATCH', `${store} belongs to log ${seen.log?.id ?? 'none'}, not to ${id}.`)
    }
    const reaching = Array<number>(partitions).fill(0)
    for (const { partition, end } of seen.ends) reaching[partition] = end
    if (earliestOf(db, partitions).some((first, partition) => first > (committed.get(partition) ?? 0))) {
      throw new Fault('DATA_CORRUPT', `${log} lacks records that the store does not have.`)
    }
    return walk(db, partitions, { atLeast: lastRow, reaching }).ends
  })
}
