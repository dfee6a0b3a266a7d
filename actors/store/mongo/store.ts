import { DEAD_LETTERS } from '../../runtime/index.ts'
import type { StateStore } from '../port.ts'
import { connect } from './connection.ts'
import { openDeliveries } from './deliveries.ts'
import { openDocuments } from './documents.ts'
import { openEffects } from './effects.ts'
import { openIds } from './ids.ts'
import { openLogEnds } from './log-ends.ts'
import { openSegments } from './segments.ts'
import { openSnapshots } from './snapshots.ts'

/**
 * The store of the cluster edition: a MongoDB replica set (6.0 or newer), one database. Writes are durable on a majority when they
 * resolve. Open one in each Worker. Faults: SCHEMA_VERSION, STORE_REFUSED, STORE_UNAVAILABLE.
 */
export async function openMongoStore({ url, database }: { url: string; database: string }): Promise<StateStore> {
  const mongo = await connect(url, database)
  const ends = openLogEnds(mongo)
  const deliveries = await mongo.attempt(() => openDeliveries(mongo))
  const [snapshots, segments, effects] = await mongo.attempt(() =>
    Promise.all([
      openSnapshots(mongo, ends.raise),
      openSegments(mongo),
      openEffects(mongo, ends.raise, deliveries.begin),
    ]),
  )
  const ids = openIds(mongo, ends.raise)
  return {
    ...snapshots,
    ...segments.methods,
    ...effects.methods,
    ...deliveries.methods,
    ...ids.methods,
    ...(await mongo.attempt(() => openDocuments(mongo))),
    bindLog: ends.bindLog,
    // Each write waits for the majority's journal.
    sync: () => Promise.resolve(),
    async expire(before) {
      await segments.expire(before, ids.forget)
      await effects.expire(before.effects)
      if (before.ids !== undefined) await ids.expire(before.ids, before.agedIds ?? [])
      await deliveries.expire(before.deliveries)
    },
    forget: (address) =>
      mongo.attempt(async () => {
        const [own, letters] = [{ address }, { address, collection: DEAD_LETTERS }]
        await mongo.db.collection<{ _id: string }>('snapshots').deleteOne({ _id: address })
        await mongo.db.collection('segments').deleteMany(own)
        await ids.forget({ address, first: -Infinity, last: Infinity })
        await mongo.db.collection('effects').deleteMany(letters)
      }),
    async close() {
      await mongo.client.close()
    },
  }
}
