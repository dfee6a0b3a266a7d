import { Database } from 'bun:sqlite'
import type { NewRecord } from '../../actors/runtime/index.ts'

/** The plainest durable log: a row a record, so many rows a transaction, each on the disk before the next begins. */
export function sqliteLoop(file: string, rows: number) {
  const db = new Database(file, { create: true })
  db.run('PRAGMA journal_mode = WAL')
  db.run('PRAGMA synchronous = FULL')
  db.run('CREATE TABLE records (id INTEGER PRIMARY KEY, key TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL)')
  const insert = db.prepare('INSERT INTO records (key, type, value) VALUES (?, ?, ?)')
  return {
    append(count: number, recordOf: (n: number) => NewRecord) {
      for (let done = 0; done < count;) {
        db.run('BEGIN IMMEDIATE')
        for (const end = Math.min(count, done + rows); done < end; done++) {
          const { key, type, value } = recordOf(done)
          insert.run(key, type, value)
        }
        db.run('COMMIT')
      }
    },
    close() {
      insert.finalize()
      db.close()
    },
  }
}
