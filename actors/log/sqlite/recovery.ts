import type { SqliteFile } from '../../sqlite/open.ts'
import { pragma } from '../../sqlite/pragma.ts'
import { Fault } from '../../runtime/index.ts'
import { parseRow } from './journal.ts'

/** How far the journal is: what the next commit goes on from. */
export interface JournalEnd {
  /** Sequence of the next row. */
  seq: number
  /** Time of the last row. */
  at: number
  /** Offset after the last record, per partition. */
  ends: number[]
  rowsSinceMark: number
  lengthSinceMark: number
}

/** A file up to this size is checked as a whole, a larger one only in its small tables and its tail: a start stays short. */
const WHOLE_CHECK_BYTES = 256 * 1024 * 1024
const ROWS_AT_ONCE = 64

/** Makes the log's identity, or reads it and checks the number of partitions. Faults: LOG_MISMATCH. */
export function identify(sqlite: SqliteFile, partitions: number): string {
  const select = sqlite.prepare<{ id: string; partitions: number }, []>('SELECT id, partitions FROM log')
  const insert = sqlite.prepare<unknown, [string, number]>('INSERT INTO log VALUES (1, ?, ?)')
  const log = sqlite.attempt(() => select.get())
  if (!log) {
    const id = crypto.randomUUID()
    sqlite.write(() => insert.run(id, partitions))
    return id
  }
  if (log.partitions !== partitions) {
    throw new Fault(
      'LOG_MISMATCH',
      `The log was made with ${log.partitions} partitions and cannot be opened with ${partitions}.`,
    )
  }
  return log.id
}

/** Checks the file, and the rows since the last mark for continuity. Faults: DATA_CORRUPT; nothing is repaired. */
export function recover(sqlite: SqliteFile, partitions: number): JournalEnd {
  checkPages(sqlite)
  const lastMark = sqlite.prepare<{ seq: number; at: number; ends: string }, []>(
    'SELECT seq, at, ends FROM marks ORDER BY seq DESC LIMIT 1',
  )
  const rowsFrom = sqlite.prepare<{ seq: number; text: string }, [number, number]>(
    'SELECT seq, text FROM journal WHERE seq >= ? ORDER BY seq LIMIT ?',
  )
  const mark = sqlite.attempt(() => lastMark.get()) ?? { seq: 1, at: 0, ends: Array(partitions).fill(0).join(',') }
  const ends = mark.ends.split(',').map(Number)
  const journal: JournalEnd = { seq: mark.seq, at: mark.at, ends, rowsSinceMark: 0, lengthSinceMark: 0 }
  for (let rows = ROWS_AT_ONCE; rows === ROWS_AT_ONCE;) {
    const chunk = sqlite.attempt(() => rowsFrom.all(journal.seq, ROWS_AT_ONCE))
    for (const row of chunk) take(journal, row)
    rows = chunk.length
  }
  return journal
}

function checkPages(sqlite: SqliteFile) {
  const whole = pragma(sqlite.db, 'page_count') * pragma(sqlite.db, 'page_size') <= WHOLE_CHECK_BYTES
  for (const check of whole
    ? ['quick_check(1)']
    : ['quick_check(log)', 'quick_check(marks)', 'quick_check(committed)']) {
    const [answer] = sqlite.attempt(() => sqlite.db.query<Record<string, string>, []>(`PRAGMA ${check}`).all())
    const problem = Object.values(answer ?? {})[0]
    if (problem !== 'ok') throw damaged(sqlite, `SQLite's check says: ${problem}`)
  }
}

function take(journal: JournalEnd, { seq, text }: { seq: number; text: string }) {
  const row = parseRow(text)
  if (row?.seq !== journal.seq || seq !== journal.seq || row.at < journal.at) throw broken(journal.seq)
  for (const { partition, first, count } of row.blocks) {
    if (journal.ends[partition] !== first) throw broken(journal.seq)
    journal.ends[partition] = first + count
  }
  journal.seq++
  journal.at = row.at
  journal.rowsSinceMark++
  journal.lengthSinceMark += text.length
}

const broken = (seq: number) => new Fault('DATA_CORRUPT', `The log's journal does not go on at row ${seq}.`)
const damaged = (sqlite: SqliteFile, why: string) =>
  new Fault('DATA_CORRUPT', `${sqlite.db.filename} is damaged: ${why}.`)
