import type { Database } from 'bun:sqlite'
import { Fault } from '../runtime/index.ts'
import { pragma } from './pragma.ts'

/** What kind of database a file is. */
export interface FileKind {
  /** For sentences: `store`. */
  readonly name: string
  /** Marks a file as this kind (`PRAGMA application_id`, 32 bits). */
  readonly applicationId: number
  /** Step n leads from schema version n to n + 1: SQL alone. A published step never changes. */
  readonly migrations: readonly string[]
  readonly unavailable: 'LOG_UNAVAILABLE' | 'STORE_UNAVAILABLE'
  /** Settings that only an empty file takes. */
  readonly atCreation?: (db: Database) => void
}

/**
 * Brings the file to the newest version of its schema, in one transaction, so that of several threads that open a fresh file
 * one migrates and the others find it done. A file of a newer version, or one that is not ours, is left as it is.
 */
export function migrate(db: Database, file: string, kind: FileKind, readonly: boolean) {
  const newest = kind.migrations.length
  if (version(db, file, kind) === newest) return
  if (readonly) throw refused(file, `is of an older version than ${newest}; open it for writing once`)
  db.transaction(() => {
    const from = version(db, file, kind)
    for (const step of kind.migrations.slice(from)) db.run(step)
    db.run(`PRAGMA application_id = ${kind.applicationId}`)
    db.run(`PRAGMA user_version = ${newest}`)
  }).immediate()
}

function version(db: Database, file: string, kind: FileKind): number {
  const stored = pragma(db, 'user_version')
  const owner = pragma(db, 'application_id')
  const tables = db.query<{ n: number }, []>('SELECT count(*) AS n FROM sqlite_master').get()!.n
  if (stored === 0 && owner === 0 && tables === 0) return 0
  if (owner !== kind.applicationId) throw refused(file, `is not a ${kind.name} of Windbox`)
  if (stored < 1 || stored > kind.migrations.length) {
    const known = kind.migrations.length
    throw refused(file, `has version ${stored} of the ${kind.name}'s schema, this program knows 1 to ${known}`)
  }
  return stored
}

const refused = (file: string, why: string) => new Fault('SCHEMA_VERSION', `${file} ${why}.`)
