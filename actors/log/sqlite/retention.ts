import type { SqliteFile } from '../../sqlite/open.ts'
import { pragma } from '../../sqlite/pragma.ts'

/** What a log keeps: records younger than `ageMs`, and the newest `bytes` of the file. Absent: without limit. */
export interface Retention {
  readonly ageMs?: number
  readonly bytes?: number
}

interface Mark {
  readonly seq: number
  readonly at: number
  readonly ends: string
}

/**
 * Deletes the oldest rows, from mark to mark, while they are older or more than the retention allows and everything in them lies
 * below the low watermark of its partition. Between two marks other work gets in. The file keeps its size, and the next records fill
 * the room: a file that can shrink has a page more to write at each commit, 12 % of an append.
 */
export function retentionOf(sqlite: SqliteFile, retention: Retention) {
  const firstMarks = sqlite.prepare<Mark, []>('SELECT seq, at, ends FROM marks ORDER BY seq LIMIT 2')
  const dropRows = sqlite.prepare<unknown, [number]>('DELETE FROM journal WHERE seq < ?')
  const dropMarks = sqlite.prepare<unknown, [number]>('DELETE FROM marks WHERE seq < ?')
  const usedBytes = () =>
    (pragma(sqlite.db, 'page_count') - pragma(sqlite.db, 'freelist_count')) * pragma(sqlite.db, 'page_size')

  const tooMuch = (next: Mark, nowMs: number): boolean =>
    next.at < nowMs - (retention.ageMs ?? Infinity) || usedBytes() > (retention.bytes ?? Infinity)

  return {
    /** First offset still there, per partition. */
    earliest(partitions: number): number[] {
      const first = sqlite.attempt(() => firstMarks.get())
      return first ? first.ends.split(',').map(Number) : Array(partitions).fill(0)
    },
    async retain(nowMs: number, watermarks: readonly (number | null)[], dropped: (earliest: number[]) => void) {
      for (;;) {
        const [, next] = sqlite.attempt(() => firstMarks.all())
        if (!next || !tooMuch(next, nowMs)) break
        const ends = next.ends.split(',').map(Number)
        if (ends.some((end, partition) => end > (watermarks[partition] ?? 0))) break
        sqlite.write(() => {
          dropRows.run(next.seq)
          dropMarks.run(next.seq)
        })
        dropped(ends)
        await new Promise(setImmediate)
      }
    },
  }
}
