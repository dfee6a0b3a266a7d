import { Database } from 'bun:sqlite'
import { chmodSync } from 'node:fs'
import { Fault, partitionOf } from '../runtime/index.ts'
import { opened, reading } from './files.ts'
import { earliestOf, lastMessage, walk, type LogMark } from './journal-end.ts'

/** One file as it was at one moment, while others write to it. */
export function copy(source: string, target: string): void {
  opened(source, (db) => {
    try {
      db.query('VACUUM INTO ?').run(target)
    } catch (error) {
      throw new Fault('BACKUP_UNAVAILABLE', `${target} cannot be written: ${(error as Error).message}.`, {
        cause: error,
      })
    }
  })
  chmodSync(target, 0o600)
}

/**
 * The offset after the last one that the store knows of, for each partition. Segments are asked themselves: between them and their
 * snapshots a flush has not said how far it is, and rows of offsets that the log gives anew would hide those that come there.
 */
function reachOf(store: Database, partitions: number): number[] {
  const reach = Array<number>(partitions).fill(0)
  const raise = (partition: number, end: number) => (reach[partition] = Math.max(reach[partition] ?? 0, end))
  const ends = store.query<{ partition: number; end: number }, []>('SELECT partition, "end" FROM log_ends')
  for (const { partition, end } of ends.iterate()) raise(partition, end)
  const lasts = store.query<{ address: string; last: number }, []>(
    'SELECT address, max(last) AS last FROM segments GROUP BY address',
  )
  for (const { address, last } of lasts.iterate()) raise(partitionOf(address, partitions), last + 1)
  return reach
}

/** Takes the log's copy back to the moment of the store's. False when records that the store's copy lacks are gone from it. */
export function cut(logCopy: string, storeCopy: string, { partitions, lastRow, committed }: LogMark): boolean {
  const reaching = reading(storeCopy, (store) => reachOf(store, partitions))
  const db = new Database(logCopy)
  try {
    if (earliestOf(db, partitions).some((first, partition) => first > (committed.get(partition) ?? 0))) return false
    const { row: reached } = walk(db, partitions, { atLeast: lastRow, reaching })
    const row = lastMessage(db, reached, reaching)
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
