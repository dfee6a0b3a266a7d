import { Database } from 'bun:sqlite'
import { chmodSync } from 'node:fs'
import { Fault } from '../runtime/index.ts'
import { opened, reading } from './files.ts'
import { earliestOf, walk, type LogMark } from './journal-end.ts'

/** One file as it was at one moment, while others write to it. */
export function copy(source: string, target: string): void {
  opened(source, (db) => {
    try {
      db.query('VACUUM INTO ?').run(target)
    } catch (error) {
      throw new Fault('STORE_UNAVAILABLE', `${target} cannot be written: ${(error as Error).message}.`, {
        cause: error,
      })
    }
  })
  chmodSync(target, 0o600)
}

/** Takes the log's copy back to the moment of the store's. False when records that the store's copy lacks are gone from it. */
export function cut(logCopy: string, storeCopy: string, { partitions, lastRow, committed }: LogMark): boolean {
  const reaching = Array<number>(partitions).fill(0)
  reading(storeCopy, (store) => {
    const ends = store.query<{ partition: number; end: number }, []>('SELECT partition, "end" FROM log_ends').all()
    for (const { partition, end } of ends) reaching[partition] = end
  })
  const db = new Database(logCopy)
  try {
    if (earliestOf(db, partitions).some((first, partition) => first > (committed.get(partition) ?? 0))) return false
    const { row } = walk(db, partitions, { atLeast: lastRow, reaching })
    db.transaction(() => {
      db.query('DELETE FROM journal WHERE seq > ?').run(row)
      db.query('DELETE FROM marks WHERE seq > ?').run(row)
      db.query('DELETE FROM committed').run()
      const insert = db.query('INSERT INTO committed VALUES (?, ?)')
      for (const [partition, offset] of committed) insert.run(partition, offset)
    })()
    return true
  } finally {
    db.close()
  }
}
