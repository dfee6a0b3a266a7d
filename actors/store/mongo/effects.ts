import type { Filter } from 'mongodb'
import { OUTBOX, type Effect } from '../../runtime/index.ts'
import type { StateStore } from '../port.ts'
import { duplicatesOf, type MongoConnection } from './connection.ts'
import type { RaiseEnds } from './log-ends.ts'

type Methods = Pick<StateStore, 'putEffects' | 'listEffects' | 'countEffects' | 'getEffect' | 'deleteEffect'>
type Stored = Effect & { _id: string }

const keyOf = (collection: string, id: string) => `${collection}\t${id}`
const effectOf = ({ _id, ...effect }: Stored): Effect => effect

/** What turns emitted: a document each, once. */
export async function openEffects(
  { db, attempt }: MongoConnection,
  raiseEnds: RaiseEnds,
  beginDeliveries: (effects: readonly Effect[]) => Promise<void>,
): Promise<{ methods: Methods; expire(beforeMs: number): Promise<void> }> {
  const effects = db.collection<Stored>('effects')
  await effects.createIndexes([
    { key: { collection: 1, at: -1, id: -1 }, name: 'time' },
    { key: { collection: 1, address: 1, at: -1, id: -1 }, name: 'address' },
  ])
  const methods: Methods = {
    putEffects: (given) =>
      attempt(async () => {
        if (given.length === 0) return
        await raiseEnds(given.map(({ id }) => positionOf(id)))
        const rows = given.map((effect) => ({ _id: keyOf(effect.collection, effect.id), ...effect }))
        await duplicatesOf(effects.insertMany(rows, { ordered: false }))
        await beginDeliveries(given.filter(({ collection }) => collection === OUTBOX))
      }),
    listEffects: ({ collection, address, from, to, oldestFirst, after, limit }) =>
      attempt(async () => {
        const wanted: Filter<Stored>[] = [{ collection }]
        if (address !== undefined) wanted.push({ address })
        if (from !== undefined) wanted.push({ at: { $gte: from } })
        if (to !== undefined) wanted.push({ at: { $lt: to } })
        if (after && oldestFirst) {
          wanted.push({ at: { $gte: after.at } }, { $or: [{ at: { $gt: after.at } }, { id: { $gt: after.id } }] })
        } else if (after) {
          wanted.push({ at: { $lte: after.at } }, { $or: [{ at: { $lt: after.at } }, { id: { $lt: after.id } }] })
        }
        const order = oldestFirst ? 1 : -1
        const found = await effects.find({ $and: wanted }, { sort: { at: order, id: order }, limit }).toArray()
        return found.map(effectOf)
      }),
    countEffects: (collection, most) => attempt(() => effects.countDocuments({ collection }, { limit: most })),
    getEffect: (collection, id) =>
      attempt(async () => {
        const found = await effects.findOne({ _id: keyOf(collection, id) })
        return found ? effectOf(found) : undefined
      }),
    deleteEffect: (collection, id) =>
      attempt(async () => (await effects.deleteOne({ _id: keyOf(collection, id) })).deletedCount > 0),
  }
  return {
    methods,
    async expire(beforeMs) {
      await attempt(async () => {
        for (const collection of await effects.distinct('collection')) {
          await effects.deleteMany({ collection, at: { $lt: beforeMs } })
        }
      })
    },
  }
}

/** `partition-offset-n` */
function positionOf(id: string): { partition: number; offset: number } {
  const [partition, offset] = id.split('-')
  return { partition: Number(partition), offset: Number(offset) }
}
