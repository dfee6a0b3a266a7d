import type { SqliteFile } from '../../sqlite/open.ts'
import { Fault } from '../../runtime/index.ts'
import type { StateStore } from '../port.ts'

/** Remembers that the log reached at least `offset`, within the transaction that stores what came of it. */
export type RaiseEnds = (items: readonly { partition: number; offset: number }[]) => void

/**
 * Which log the store belongs to, and how long it was. Everything stored raises the ends, so that a log which lost its tail
 * (an older copy put back) is found out: its new records would look like ones already applied.
 */
export function logEnds(sqlite: SqliteFile): { raise: RaiseEnds; bindLog: StateStore['bindLog'] } {
  const bound = sqlite.prepare<{ id: string; partitions: number }, []>('SELECT id, partitions FROM bound_log')
  const bind = sqlite.prepare<unknown, [string, number]>('INSERT INTO bound_log VALUES (1, ?, ?)')
  const known = sqlite.prepare<{ partition: number; end: number }, []>('SELECT partition, "end" FROM log_ends')
  const set = sqlite.prepare<unknown, [number, number]>(
    `INSERT INTO log_ends VALUES (?, ?) ON CONFLICT (partition) DO UPDATE SET "end" = excluded."end"
     WHERE excluded."end" > log_ends."end"`,
  )
  const raise: RaiseEnds = (items) => {
    const highest = new Map<number, number>()
    for (const { partition, offset } of items) {
      if (offset > (highest.get(partition) ?? -1)) highest.set(partition, offset)
    }
    for (const [partition, offset] of highest) set.run(partition, offset + 1)
  }
  return {
    raise,
    async bindLog({ id, ends: endsOf }) {
      const seen = sqlite.attempt(() => known.all())
      const ends = await endsOf()
      sqlite.write(() => {
        const before = bound.get()
        if (!before) bind.run(id, ends.length)
        else if (before.id !== id) throw mismatch(`belongs to log ${before.id}, not to ${id}`)
        else if (before.partitions !== ends.length) {
          throw mismatch(`belongs to a log of ${before.partitions} partitions, this one has ${ends.length}`)
        }
        for (const { partition, end } of seen) {
          const here = ends[partition] ?? 0
          if (here < end) throw mismatch(`has seen partition ${partition} up to offset ${end}, the log ends at ${here}`)
        }
        ends.forEach((end, partition) => set.run(partition, end))
      })
    },
  }
}

const mismatch = (why: string) => new Fault('LOG_MISMATCH', `The store ${why}.`)
