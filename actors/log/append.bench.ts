import { Database } from 'bun:sqlite'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NewRecord } from '../runtime/index.ts'
import { openSqliteLog } from './sqlite/log.ts'

/** Rows of the yardstick's transaction: what 64 concurrent writers give. */
const ROWS = 64

const reading = (n: number): NewRecord => ({
  key: `device/${n % 1000}`,
  type: 'reading',
  value: `{"at":${1_760_000_000_000 + n},"values":{"x":${n % 97},"y":${n % 89},"z":${n % 83}},"sender":"device/${n % 1000}"}`,
})

/**
 * The durable append against a synchronous loop that inserts the same records as rows of a plain table, 64 a transaction, with the same
 * durability. Compare the CPU time of the process, all threads, for the same `n`, both sides by turns.
 */
export function prepare(writers: number) {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-append-'))
  const log = openSqliteLog({ file: join(dir, 'log.sqlite'), partitions: 16, clock: Date })
  const db = new Database(join(dir, 'yardstick.sqlite'), { create: true })
  db.run('PRAGMA journal_mode = WAL')
  db.run('PRAGMA synchronous = FULL')
  db.run('CREATE TABLE records (id INTEGER PRIMARY KEY, key TEXT NOT NULL, type TEXT NOT NULL, value TEXT NOT NULL)')
  const insert = db.prepare('INSERT INTO records (key, type, value) VALUES (?, ?, ?)')
  return {
    /** `writers` at once, each awaiting every record before the next. */
    async ours(n: number) {
      let next = 0
      const writer = async () => {
        while (next < n) await log.append([reading(next++)])
      }
      await Promise.all(Array.from({ length: writers }, writer))
    },
    async yardstick(n: number) {
      for (let done = 0; done < n;) {
        db.run('BEGIN IMMEDIATE')
        for (const end = Math.min(n, done + ROWS); done < end; done++) {
          const { key, type, value } = reading(done)
          insert.run(key, type, value)
        }
        db.run('COMMIT')
      }
    },
    async close() {
      await log.close()
      insert.finalize()
      db.close()
      rmSync(dir, { recursive: true })
    },
  }
}
