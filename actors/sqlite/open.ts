import { basename } from 'node:path'
import { Database, SQLiteError, type Statement, type SQLQueryBindings } from 'bun:sqlite'
import { Fault, type FaultCode } from '../runtime/index.ts'
import { type FileKind, migrate } from './schema.ts'

/** An open database file of ours: durable at each commit, shared with other threads and with readers of other processes. */
export interface SqliteFile {
  readonly db: Database
  /** Compiles a statement that lives as long as the file is open. */
  prepare<Row, Params extends SQLQueryBindings[]>(sql: string): Statement<Row, Params>
  /** One write transaction: all of `work` or nothing, durable when it returns; if `fleeting`, only against the end of the program. */
  write<T>(work: () => T, fleeting?: boolean): T
  /** All that `work` reads is of one moment. */
  read<T>(work: () => T): T
  /**
   * One write transaction that is durable when it returns, and with it all that was written to the file before, by whomever. For one
   * who opened it `late`: to others each `write` is that.
   */
  barrier(work: () => void): void
  /** A single statement; only its faults are translated. */
  attempt<T>(work: () => T): T
  close(): void
}

/** How long a writer waits for another thread's transaction. */
const BUSY_TIMEOUT_MS = 10_000

/**
 * Opens (and, unless `readonly`, creates and migrates) a file in WAL mode with `synchronous = FULL`. Call it in each thread: a
 * connection does not travel. `late`: what is written is there for everybody at once and in its order, also after the process was killed,
 * but after a power cut only up to the last `barrier`. Faults: SCHEMA_VERSION, DATA_CORRUPT, and the kind's `unavailable`, here and at each use.
 */
export function openSqlite(file: string, kind: FileKind, { readonly = false, late = false } = {}): SqliteFile {
  let closed = false
  const attempt = <T>(work: () => T): T => {
    if (closed) throw new Fault(kind.unavailable, `The ${kind.name} is closed.`)
    try {
      return work()
    } catch (error) {
      throw translate(error, file, kind.unavailable)
    }
  }
  const db = attempt(() => new Database(file, readonly ? { readonly } : { create: true }))
  const statements: { finalize(): void }[] = []
  const close = () => {
    closed = true
    // A connection with a living statement would stay open, with its locks, until the garbage collector came.
    for (const statement of statements) statement.finalize()
    db.close()
  }
  const prepare = <Row, Params extends SQLQueryBindings[]>(sql: string): Statement<Row, Params> => {
    const statement = attempt(() => db.prepare(sql)) as Statement<Row, Params>
    statements.push(statement)
    return statement
  }
  try {
    attempt(() => {
      db.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
      if (!readonly) {
        kind.atCreation?.(db)
        db.run('PRAGMA journal_mode = WAL')
      }
      db.run(`PRAGMA synchronous = ${late ? 'NORMAL' : 'FULL'}`)
      db.run('PRAGMA journal_size_limit = 67108864')
    })
    attempt(() => migrate(db, file, kind, readonly))
    const begin = { write: prepare<unknown, []>('BEGIN IMMEDIATE'), read: prepare<unknown, []>('BEGIN') }
    const commit = prepare<unknown, []>('COMMIT')
    const rollback = prepare<unknown, []>('ROLLBACK')
    const transaction = <T>(start: Statement<unknown, []>, work: () => T): T =>
      attempt(() => {
        start.run()
        try {
          const result = work()
          commit.run()
          return result
        } catch (error) {
          if (db.inTransaction) rollback.run()
          throw error
        }
      })
    return {
      db,
      prepare,
      write(work, fleeting = false) {
        if (!fleeting) return transaction(begin.write, work)
        db.run('PRAGMA synchronous = NORMAL')
        try {
          return transaction(begin.write, work)
        } finally {
          db.run('PRAGMA synchronous = FULL')
        }
      },
      read: (work) => transaction(begin.read, work),
      barrier(work) {
        attempt(() => db.run('PRAGMA synchronous = FULL'))
        try {
          transaction(begin.write, work)
        } finally {
          if (late) attempt(() => db.run('PRAGMA synchronous = NORMAL'))
        }
      },
      attempt,
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}

/** SQLite's result codes that may be better at the next try: room, permissions, locks, the device. */
const PASSING = /^SQLITE_(FULL|IOERR|READONLY|BUSY|LOCKED|CANTOPEN|PERM|AUTH|NOMEM|PROTOCOL)/
const DAMAGED = /^SQLITE_(CORRUPT|NOTADB)/

function translate(error: unknown, file: string, unavailable: FaultCode): unknown {
  if (!(error instanceof SQLiteError)) return error
  const code = error.code ?? ''
  if (DAMAGED.test(code)) return new Fault('DATA_CORRUPT', `${file} is damaged: ${error.message}.`, { cause: error })
  if (PASSING.test(code)) {
    return new Fault(unavailable, `${basename(file)} cannot be used now: ${error.message}.`, {
      cause: error,
      retryAfterS: 1,
    })
  }
  return error
}
