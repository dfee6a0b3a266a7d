import type { Snapshot } from '../../runtime/index.ts'
import type { StateStore } from '../port.ts'
import { duplicatesOf, type MongoConnection } from './connection.ts'
import type { RaiseEnds } from './log-ends.ts'

type Methods = Pick<StateStore, 'claim' | 'owners' | 'loadSnapshots' | 'loadDue' | 'putSnapshots' | 'listAddresses'>
type Stored = Omit<Snapshot, 'address'> & { _id: string }

/** Owners of partitions and the snapshots of their actors. */
export async function openSnapshots({ db, attempt }: MongoConnection, raiseEnds: RaiseEnds): Promise<Methods> {
  const owners = db.collection<{ _id: number; epoch: number; owner: string }>('owners')
  const snapshots = db.collection<Stored>('snapshots')
  const armed = { due: { $gt: -Infinity } }
  await snapshots.createIndex({ partition: 1, due: 1 }, { name: 'due', partialFilterExpression: armed })

  /** Answers the offsets stored after it. An upsert of one actor's first snapshot may lose to another writer's: it is tried again. */
  const put = async (wanted: readonly Snapshot[]): Promise<number[]> => {
    const updates = wanted.map(({ address, ...rest }) => ({
      updateOne: { filter: { _id: address, offset: { $lt: rest.offset } }, update: { $set: rest }, upsert: true },
    }))
    const answers = wanted.map(({ offset }) => offset)
    const refused = await duplicatesOf(snapshots.bulkWrite(updates, { ordered: false }))
    if (refused.length === 0) return answers
    const addresses = refused.map((index) => wanted[index]!.address)
    const found = await snapshots.find({ _id: { $in: addresses } }, { projection: { offset: 1 } }).toArray()
    const stored = new Map(found.map(({ _id, offset }) => [_id, offset]))
    const again: number[] = []
    for (const index of refused) {
      const offset = stored.get(wanted[index]!.address)
      if (offset !== undefined && offset >= wanted[index]!.offset) answers[index] = offset
      else again.push(index)
    }
    if (again.length === 0) return answers
    const later = await put(again.map((index) => wanted[index]!))
    again.forEach((index, i) => (answers[index] = later[i]!))
    return answers
  }

  return {
    claim: (partition, owner) =>
      attempt(async () => {
        const update = { $inc: { epoch: 1 }, $set: { owner } }
        const claimed = await owners.findOneAndUpdate({ _id: partition }, update, {
          upsert: true,
          returnDocument: 'after',
        })
        return claimed!.epoch
      }),
    owners: () =>
      attempt(async () => {
        const found = await owners.find().toArray()
        return found.map(({ _id, epoch, owner }) => ({ partition: _id, epoch, owner }))
      }),
    loadSnapshots: (addresses) =>
      attempt(async () => {
        if (addresses.length === 0) return []
        const found = await snapshots.find({ _id: { $in: [...addresses] } }).toArray()
        return found.map(({ _id: address, ...rest }) => ({ address, ...rest }))
      }),
    loadDue: (partition) =>
      attempt(async () => {
        const found = await snapshots.find({ partition, ...armed }, { projection: { due: 1 } }).toArray()
        return found.map(({ _id, due }) => ({ address: _id, due: due! }))
      }),
    putSnapshots: (wanted) =>
      attempt(async () => {
        if (wanted.length === 0) return []
        await raiseEnds(wanted)
        return put(wanted)
      }),
    listAddresses: (kind, after, limit) =>
      attempt(async () => {
        // '0' follows '/': everything that begins with `kind/` lies between the two.
        const range = { $gt: after > `${kind}/` ? after : `${kind}/`, $lt: `${kind}0` }
        const found = snapshots.find({ _id: range }, { projection: { _id: 1 }, sort: { _id: 1 }, limit })
        return (await found.toArray()).map(({ _id }) => _id)
      }),
  }
}
