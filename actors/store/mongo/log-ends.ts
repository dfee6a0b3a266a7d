import { Fault } from '../../runtime/index.ts'
import type { StateStore } from '../port.ts'
import type { MongoConnection } from './connection.ts'

/** Remembers that the log reached at least these offsets. */
export type RaiseEnds = (items: readonly { partition: number; offset: number }[]) => Promise<void>

/** Which log the store belongs to, and how long it was: as in the SQLite store. */
export function openLogEnds({ db, attempt }: MongoConnection): { raise: RaiseEnds; bindLog: StateStore['bindLog'] } {
  const bound = db.collection<{ _id: 'bound'; id: string; partitions: number }>('log')
  const ends = db.collection<{ _id: number; end: number }>('log_ends')
  const raiseTo = async (highest: ReadonlyMap<number, number>) => {
    const updates = [...highest].map(([partition, end]) => ({
      updateOne: { filter: { _id: partition }, update: { $max: { end } }, upsert: true },
    }))
    if (updates.length > 0) await ends.bulkWrite(updates, { ordered: false })
  }
  return {
    raise(items) {
      const highest = new Map<number, number>()
      for (const { partition, offset } of items) {
        if (offset >= (highest.get(partition) ?? 0)) highest.set(partition, offset + 1)
      }
      return raiseTo(highest)
    },
    bindLog: (log) =>
      attempt(async () => {
        const seen = await ends.find().toArray()
        const now = await log.ends()
        const binding = { id: log.id, partitions: now.length }
        await bound.updateOne({ _id: 'bound' }, { $setOnInsert: binding }, { upsert: true })
        const before = (await bound.findOne({ _id: 'bound' }))!
        if (before.id !== log.id) throw mismatch(`belongs to log ${before.id}, not to ${log.id}`)
        if (before.partitions !== now.length) {
          throw mismatch(`belongs to a log of ${before.partitions} partitions, this one has ${now.length}`)
        }
        for (const { _id: partition, end } of seen) {
          const here = now[partition] ?? 0
          if (here < end) throw mismatch(`has seen partition ${partition} up to offset ${end}, the log ends at ${here}`)
        }
        await raiseTo(new Map(now.map((end, partition) => [partition, end])))
      }),
  }
}

const mismatch = (why: string) => new Fault('LOG_MISMATCH', `The store ${why}.`)
