import type { Clock } from '../../runtime/index.ts'
import type { SqliteFile } from '../../sqlite/open.ts'
import { type Block, formatRow } from './journal.ts'
import type { JournalEnd } from './recovery.ts'

/** A row is closed when its lines reach this many characters, so that readers can take the journal in bounded pieces. */
const ROW_LENGTH = 256 * 1024
/** A mark stands at least every so many rows, or characters: how much a reader scans at most to find an offset. */
const MARK_ROWS = 256
const MARK_LENGTH = 1024 * 1024

interface OpenRow {
  length: number
  /** By partition, in the order of their first record; `lines` is a rope until the row is written. */
  readonly blocks: Map<number, { first: number; count: number; lines: string }>
}

interface Waiting {
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit. What is placed gets its offset at once and waits for the next commit, which begins when the thread comes to rest
 * (`setImmediate`): no delay when idle, and everything that arrived while the last one ran goes into one transaction.
 */
export function commitQueue(
  sqlite: SqliteFile,
  clock: Pick<Clock, 'now'>,
  journal: JournalEnd,
  written: (texts: readonly string[]) => void,
) {
  const insertRow = sqlite.prepare<unknown, [number, string]>('INSERT INTO journal VALUES (?, ?)')
  const insertMark = sqlite.prepare<unknown, [number, number, string]>('INSERT INTO marks VALUES (?, ?, ?)')
  const setCommitted = sqlite.prepare<unknown, [number, number]>(
    'INSERT INTO committed VALUES (?, ?) ON CONFLICT (partition) DO UPDATE SET offset = excluded.offset',
  )
  /** The offset after the last record placed; ahead of `journal.ends` while a commit waits. */
  let placed = [...journal.ends]
  let rows: OpenRow[] = []
  let waiting: Waiting[] = []
  let watermarks = new Map<number, number>()
  let scheduled = false

  const openRow = (): OpenRow => {
    const last = rows.at(-1)
    if (last && last.length < ROW_LENGTH) return last
    const row: OpenRow = { length: 0, blocks: new Map() }
    rows.push(row)
    return row
  }

  const write = (): string[] => {
    const at = Math.max(clock.now(), journal.at)
    const ends = [...journal.ends]
    let { seq, rowsSinceMark, lengthSinceMark } = journal
    const texts = sqlite.write(() => {
      const texts = rows.map((row) => {
        if (rowsSinceMark >= MARK_ROWS || lengthSinceMark >= MARK_LENGTH) rowsSinceMark = lengthSinceMark = 0
        if (rowsSinceMark === 0) insertMark.run(seq, at, ends.join(','))
        const blocks: Block[] = []
        for (const [partition, { first, count, lines }] of row.blocks) {
          blocks.push({ partition, first, count, at, lines })
          ends[partition] = first + count
        }
        const text = formatRow({ seq, at, blocks })
        insertRow.run(seq, text)
        seq++
        rowsSinceMark++
        lengthSinceMark += text.length
        return text
      })
      for (const [partition, offset] of watermarks) setCommitted.run(partition, offset)
      return texts
    })
    Object.assign(journal, { seq, at, ends, rowsSinceMark, lengthSinceMark })
    return texts
  }

  const commit = () => {
    scheduled = false
    if (waiting.length === 0) return
    const done = waiting
    let texts: readonly string[]
    try {
      texts = write()
    } catch (error) {
      placed = [...journal.ends]
      for (const { reject } of done) reject(error)
      return
    } finally {
      rows = []
      waiting = []
      watermarks = new Map()
    }
    for (const { resolve } of done) resolve()
    written(texts)
  }

  return {
    /** Gives the lines of `count` records their place; answers the first one's offset. Valid once the commit is through. */
    place(partition: number, count: number, lines: string): number {
      const first = placed[partition]!
      placed[partition] = first + count
      const row = openRow()
      row.length += lines.length
      const block = row.blocks.get(partition)
      if (block) {
        block.count += count
        block.lines += lines
      } else row.blocks.set(partition, { first, count, lines })
      return first
    },
    setWatermark(partition: number, offset: number) {
      watermarks.set(partition, offset)
    },
    /** Calls `resolve` when everything that was placed up to now is durable. */
    wait(resolve: () => void, reject: (error: unknown) => void) {
      waiting.push({ resolve, reject })
      if (scheduled) return
      scheduled = true
      setImmediate(commit)
    },
    /** Commits at once what waits. */
    commit,
  }
}

export type CommitQueue = ReturnType<typeof commitQueue>
