import { Database } from 'bun:sqlite'
import { statSync } from 'node:fs'
import { LOG_FILE } from '../log/sqlite/schema.ts'
import { Fault, type FaultCode } from '../runtime/index.ts'
import { pragma } from '../sqlite/pragma.ts'
import type { FileKind } from '../sqlite/schema.ts'
import { STORE_FILE } from '../store/sqlite/schema.ts'
import type { FileName } from './manifest.ts'

const KINDS: Record<FileName, FileKind> = { 'store.sqlite': STORE_FILE, 'log.sqlite': LOG_FILE }

/** What a look at a file found. */
export interface Examined {
  readonly version: number
  /** The version that this program writes; an older file is brought to it at the next start. */
  readonly newest: number
  readonly bytes: number
}

/**
 * Looks at a whole file without changing it: whose it is, of which version, and each of its pages. Works beside a running server.
 * Faults: DATA_CORRUPT, SCHEMA_VERSION.
 */
export function examine(file: string, name: FileName): Examined {
  const kind = KINDS[name]
  return reading(file, (db) => {
    if (pragma(db, 'application_id') !== kind.applicationId) {
      throw new Fault('SCHEMA_VERSION', `${file} is not a ${kind.name} of Windbox.`)
    }
    const [version, newest] = [pragma(db, 'user_version'), kind.migrations.length]
    if (version < 1 || version > newest) {
      const known = `this program knows 1 to ${newest}`
      throw new Fault('SCHEMA_VERSION', `${file} has version ${version} of the ${kind.name}'s schema, ${known}.`)
    }
    const [first] = db.query<{ integrity_check: string }, []>('PRAGMA integrity_check(1)').all()
    if (first?.integrity_check !== 'ok') {
      throw new Fault('DATA_CORRUPT', `${file} is damaged: ${first?.integrity_check ?? 'no answer'}.`)
    }
    return { version, newest, bytes: statSync(file).size }
  })
}

/** Looks at a file as it is at one moment, while others write to it. */
export const reading = <T>(file: string, look: (db: Database) => T): T =>
  opened(file, (db) => {
    db.run('BEGIN')
    return look(db)
  })

/** Opens a file for reading only. What SQLite cannot read becomes the fault DATA_CORRUPT. */
export function opened<T>(file: string, use: (db: Database) => T): T {
  let db: Database | undefined
  try {
    db = new Database(file, { readonly: true })
    db.run('PRAGMA busy_timeout = 10000')
    return use(db)
  } catch (error) {
    if (error instanceof Fault) throw error
    throw new Fault('DATA_CORRUPT', `${file} cannot be read: ${(error as Error).message}.`, { cause: error })
  } finally {
    db?.close()
  }
}

/** What the disk refused, as a fault of this code; anything else as it is. */
export function refusal(error: unknown, path: string, code: FaultCode): unknown {
  const fromDisk = error instanceof Error && !(error instanceof Fault) && 'syscall' in error
  return fromDisk ? new Fault(code, `${path} cannot be written: ${error.message}.`, { cause: error }) : error
}
