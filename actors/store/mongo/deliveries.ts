import type { Filter } from 'mongodb'
import { OUTBOX, targetOf, type Effect } from '../../runtime/index.ts'
import type { Deliveries, Delivery } from '../port.ts'
import { duplicatesOf, type MongoConnection } from './connection.ts'

type Stored = Delivery & { _id: string; partition: number }

const deliveryOf = ({ _id, partition: _, ...delivery }: Stored): Delivery => delivery
const outboxId = (id: string) => `${OUTBOX}\t${id}`

/** What has to leave, and how it stands. `begin` comes after the effect: who dies in between stores both again. */
export async function openDeliveries({ db, attempt }: MongoConnection): Promise<{
  methods: Deliveries
  begin(effects: readonly Effect[]): Promise<void>
  expire(beforeMs: number): Promise<void>
}> {
  const stored = db.collection<Stored>('deliveries')
  const effects = db.collection<Effect & { _id: string }>('effects')
  await stored.createIndexes([
    {
      key: { target: 1, nextAt: 1, id: 1, partition: 1 },
      name: 'unfinished',
      partialFilterExpression: { nextAt: { $gte: 0 } },
    },
    { key: { target: 1, at: -1, id: -1 }, name: 'time' },
    { key: { at: 1 }, name: 'age' },
  ])
  const openOf = (partitions: readonly number[] | undefined): Filter<Stored> => ({
    // Null is not compared with a number: these are the ones with something to do.
    nextAt: { $gte: 0 },
    ...(partitions ? { partition: { $in: [...partitions] } } : {}),
  })
  const methods: Deliveries = {
    openTargets: (partitions) =>
      attempt(async () => {
        const targets: { target: string; nextAt: number }[] = []
        // Each step jumps to the next target's first entry in the index: as many steps as targets, however much waits, or has ended.
        for (let after = ''; ;) {
          const first = await stored.findOne(
            { ...openOf(partitions), target: { $gt: after } },
            { sort: { target: 1, nextAt: 1, id: 1 }, projection: { _id: 0, target: 1, nextAt: 1 } },
          )
          if (first === null) return targets
          targets.push({ target: first.target, nextAt: first.nextAt! })
          after = first.target
        }
      }),
    dueDeliveries: ({ target, now, limit, partitions }) =>
      attempt(async () => {
        const wanted = { $and: [openOf(partitions), { target, nextAt: { $lte: now } }] } as Filter<Stored>
        const found = await stored.find(wanted, { sort: { nextAt: 1, id: 1 }, limit }).toArray()
        const bodies = await effects.find({ _id: { $in: found.map(({ id }) => outboxId(id)) } }).toArray()
        const bodyOf = new Map(bodies.map(({ id, body }) => [id, body]))
        return found.map((one) => ({ delivery: deliveryOf(one), outgoing: bodyOf.get(one.id) ?? null }))
      }),
    putDeliveries: (deliveries) =>
      attempt(async () => {
        if (deliveries.length === 0) return
        await stored.bulkWrite(
          deliveries.map(({ id, status, attempts, nextAt, triedAt, error, answer }) => ({
            updateOne: {
              filter: { _id: id, nextAt: { $gte: 0 } },
              update: { $set: { status, attempts, nextAt, triedAt, error, answer } },
            },
          })),
          { ordered: false },
        )
        const done = deliveries.filter(({ nextAt }) => nextAt === null).map(({ id }) => outboxId(id))
        if (done.length > 0) await effects.deleteMany({ _id: { $in: done } })
      }),
    getDelivery: (id) =>
      attempt(async () => {
        const found = await stored.findOne({ _id: id })
        return found ? deliveryOf(found) : undefined
      }),
    listDeliveries: ({ target, after, limit }) =>
      attempt(async () => {
        const behind: Filter<Stored> = after
          ? { at: { $lte: after.at }, $or: [{ at: { $lt: after.at } }, { id: { $lt: after.id } }] }
          : {}
        const found = await stored.find({ target, ...behind }, { sort: { at: -1, id: -1 }, limit }).toArray()
        return found.map(deliveryOf)
      }),
  }
  return {
    methods,
    async begin(given) {
      if (given.length === 0) return
      const rows = given.map(({ id, address, at, body }): Stored => {
        const partition = Number(id.split('-', 1)[0])
        const open = { status: 'waiting', attempts: 0, nextAt: at, triedAt: null, error: null, answer: null } as const
        return { _id: id, id, partition, target: targetOf(body), address, at, ...open }
      })
      await duplicatesOf(stored.insertMany(rows, { ordered: false }))
    },
    async expire(beforeMs) {
      await attempt(async () => {
        await stored.deleteMany({ at: { $lt: beforeMs } })
        await effects.deleteMany({ collection: OUTBOX, at: { $lt: beforeMs } })
      })
    },
  }
}
