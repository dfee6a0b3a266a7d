import { Database } from 'bun:sqlite'
import { join } from 'node:path'

/** The plainest durable log: one row a record, so many rows a transaction, each commit on the disk before the next begins. */
export function sqliteLoop(
  folder: string,
  rowsPerCommit: number,
): { append(rows: readonly string[]): void; close(): void } {
  const db = new Database(join(folder, 'yardstick.db'), { create: true, strict: true })
  db.run('PRAGMA journal_mode = WAL')
  db.run('PRAGMA synchronous = FULL')
  db.run('CREATE TABLE log (id INTEGER PRIMARY KEY, value TEXT NOT NULL)')
  const insert = db.prepare('INSERT INTO log (value) VALUES (?)')
  const commit = db.transaction((rows: readonly string[], from: number) => {
    for (let i = from; i < Math.min(from + rowsPerCommit, rows.length); i++) insert.run(rows[i]!)
  })
  return {
    append(rows) {
      for (let from = 0; from < rows.length; from += rowsPerCommit) commit(rows, from)
    },
    close: () => db.close(),
  }
}
