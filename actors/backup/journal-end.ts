import type { Database } from 'bun:sqlite'
import { parseRow, splitBlock } from '../log/sqlite/journal.ts'
import { Fault, type LogRecord } from '../runtime/index.ts'

/** How far a log was at one moment. */
export interface LogMark {
  readonly id: string
  readonly partitions: number
  /** Sequence of the last row of the journal; 0: there is none. */
  readonly lastRow: number
  /** Low watermarks: what lies before them is in the store. */
  readonly committed: ReadonlyMap<number, number>
}

export function markOf(db: Database): LogMark {
  const log = db.query<{ id: string; partitions: number }, []>('SELECT id, partitions FROM log').get()
  if (!log) throw new Fault('DATA_CORRUPT', `${db.filename} has no identity.`)
  const last = db.query<{ seq: number | null }, []>('SELECT max(seq) AS seq FROM journal').get()!
  const committed = db.query<{ partition: number; offset: number }, []>('SELECT partition, offset FROM committed').all()
  return {
    ...log,
    lastRow: last.seq ?? 0,
    committed: new Map(committed.map(({ partition, offset }) => [partition, offset])),
  }
}

/** First offset that the journal still has, of each partition. */
export function earliestOf(db: Database, partitions: number): number[] {
  const first = db.query<{ ends: string }, []>('SELECT ends FROM marks ORDER BY seq LIMIT 1').get()
  return first ? first.ends.split(',').map(Number) : Array<number>(partitions).fill(0)
}

/**
 * Reads the whole journal, row after row, and answers where each partition ends after row `atLeast`, or after the first row behind it
 * with which every partition is as far as `reaching`, and which row that is. Fault DATA_CORRUPT for a gap, or when it is never so far.
 */
export function walk(
  db: Database,
  partitions: number,
  { atLeast, reaching }: { atLeast: number; reaching: readonly number[] },
): { row: number; ends: number[] } {
  const ends = earliestOf(db, partitions)
  const far = () => reaching.every((end, partition) => ends[partition]! >= end)
  let row = 0
  for (const { seq, text } of db
    .query<{ seq: number; text: string }, []>('SELECT seq, text FROM journal ORDER BY seq')
    .iterate()) {
    if (row >= atLeast && far()) break
    const parsed = parseRow(text)
    if (parsed?.seq !== seq || (row > 0 && seq !== row + 1)) throw broken(db, seq)
    for (const { partition, first, count } of parsed.blocks) {
      if (ends[partition] !== first) throw broken(db, seq)
      ends[partition] = first + count
    }
    row = seq
  }
  if (!far()) throw new Fault('DATA_CORRUPT', `${db.filename} ends before what the store has seen.`)
  return { row, ends }
}

/**
 * The last row behind `after` with a message of a turn that the store knows of, else `after`. Who sent it does not send it again: it must
 * not be cut off, though nothing of its receiver may be in the store yet.
 */
export function lastMessage(db: Database, after: number, reaching: readonly number[]): number {
  let last = after
  for (const { seq, text } of db
    .query<{ seq: number; text: string }, [number]>('SELECT seq, text FROM journal WHERE seq > ? ORDER BY seq')
    .iterate(after)) {
    const records: LogRecord[] = []
    for (const block of parseRow(text)?.blocks ?? []) splitBlock(block, block.first, records)
    const isSent = records.some(({ source }) => {
      if (source === '') return false
      const [partition, offset] = source.split('-').map(Number)
      return offset! < (reaching[partition!] ?? 0)
    })
    if (isSent) last = seq
  }
  return last
}

const broken = (db: Database, seq: number) =>
  new Fault('DATA_CORRUPT', `${db.filename} does not go on at row ${seq} of its journal.`)
