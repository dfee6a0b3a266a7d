import type { Clock } from '../../runtime/index.ts'
import type { SqliteFile } from '../../sqlite/open.ts'
import { formatRow } from './journal.ts'
import type { JournalEnd } from './recovery.ts'
import { type PlacedRow, rowBuilder } from './row-builder.ts'

/** A row is closed when its lines reach this many characters, so that readers can take the journal in bounded pieces. */
const ROW_LENGTH = 256 * 1024
/** A mark stands at least every so many rows, or characters: how much a reader scans at most to find an offset. */
const MARK_ROWS = 256
const MARK_LENGTH = 1024 * 1024

/** How long a commit waits at most for those who are likely to come. */
const GATHER_MS = 2
/** What is left of the expected number of writers after a commit that had fewer. */
const DECAY = 0.9

/**
 * Group commit. What is placed gets its offset at once and waits for the next commit, which begins when the thread comes to rest
 * (`setImmediate`), and everything that arrived while the last one ran goes into one transaction. A commit alone costs as much as a hundred
 * records (0.14 ms of CPU where this was measured): where several writers came lately it waits until as many are there again, or
 * {@link GATHER_MS}. One writer alone never waits.
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
  const open = rowBuilder(journal.ends.length)
  /** Rows of the next commit that are full. */
  let full: PlacedRow[] = []
  /** Of all who wait for the next commit; undefined while none does. */
  let next: PromiseWithResolvers<void> | undefined
  /** How many wait, and how many did lately. */
  let waiting = 0
  let expected = 1
  let gathering: ReturnType<typeof setTimeout> | undefined
  let watermarks = new Map<number, number>()

  const write = (): string[] => {
    const at = Math.max(clock.now(), journal.at)
    const ends = [...journal.ends]
    let before = journal.at
    let { seq, rowsSinceMark, lengthSinceMark } = journal
    const texts = sqlite.write(() => {
      const rows = open.length > 0 ? [...full, open.build()] : full
      const texts = rows.map(({ head, lines, ends: endsOfRow }) => {
        if (rowsSinceMark >= MARK_ROWS || lengthSinceMark >= MARK_LENGTH) rowsSinceMark = lengthSinceMark = 0
        if (rowsSinceMark === 0) insertMark.run(seq, before, ends.join(','))
        before = at
        const text = formatRow(seq, at, head, lines)
        insertRow.run(seq, text)
        for (const [partition, end] of endsOfRow) ends[partition] = end
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

  const begin = () => {
    clearTimeout(gathering)
    gathering = undefined
    setImmediate(commit)
  }

  const commit = () => {
    clearTimeout(gathering)
    gathering = undefined
    const done = next
    if (!done) return
    expected = Math.max(waiting, expected * DECAY)
    waiting = 0
    let texts: readonly string[]
    try {
      texts = write()
    } catch (error) {
      placed = [...journal.ends]
      done.reject(error)
      return
    } finally {
      open.clear()
      full = []
      watermarks = new Map()
      next = undefined
    }
    done.resolve()
    written(texts)
  }

  return {
    /** Gives the lines of `count` records their place; answers the first one's offset. Valid once the commit is through. */
    place(partition: number, count: number, lines: string): number {
      const first = placed[partition]!
      placed[partition] = first + count
      open.add(partition, first, count, lines)
      if (open.length >= ROW_LENGTH) full.push(open.build())
      return first
    },
    setWatermark(partition: number, offset: number) {
      watermarks.set(partition, offset)
    },
    /** Resolves when everything that was placed up to now is durable. One promise for all: a pair of resolvers each costs more. */
    wait(): Promise<void> {
      waiting++
      if (!next) {
        next = Promise.withResolvers()
        if (waiting < Math.floor(expected)) gathering = setTimeout(begin, GATHER_MS)
        else setImmediate(commit)
      } else if (gathering !== undefined && waiting >= Math.floor(expected)) begin()
      return next.promise
    },
    /** Commits at once what waits. */
    commit,
  }
}
