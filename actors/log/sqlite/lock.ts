import { Database, SQLiteError } from 'bun:sqlite'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Fault } from '../../runtime/index.ts'

/**
 * Makes this process the only one that has `dir` open, until the returned function is called or the process ends, however it ends:
 * the lock is the operating system's own, on `lock.sqlite`, held by a transaction that never commits. Who forgets the function may lose
 * the lock to the garbage collector. Faults: DATA_DIR_LOCKED.
 */
export function lockDataDir(dir: string): () => void {
  mkdirSync(dir, { recursive: true })
  const db = new Database(join(dir, 'lock.sqlite'), { create: true })
  try {
    db.run('PRAGMA busy_timeout = 0')
    db.run('BEGIN EXCLUSIVE')
  } catch (error) {
    db.close()
    if (!(error instanceof SQLiteError) || !error.code?.startsWith('SQLITE_BUSY')) throw error
    throw new Fault('DATA_DIR_LOCKED', `Another process has ${dir} open; stop it, or give this one another directory.`)
  }
  return () => db.close()
}
