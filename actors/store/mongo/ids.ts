import { ID_PARTS } from '../../runtime/index.ts'
import { idHash } from '../id-hash.ts'
import type { StateStore } from '../port.ts'
import { duplicatesOf, type MongoConnection } from './connection.ts'
import type { RaiseEnds } from './log-ends.ts'

/** Neither an address nor an id holds a tab. */
const keyOf = ({ address, id }: { address: string; id: string }) => `${address}\t${id}`

/** The sign after {@link ID_PARTS}. */
const AFTER_PARTS = String.fromCharCode(ID_PARTS.charCodeAt(0) + 1)

type Methods = Pick<StateStore, 'hashOf' | 'putIds' | 'findIds' | 'findFamily' | 'dropIds'>

/** Which offset brought an id first, per address. */
export function openIds(
  { db, attempt }: MongoConnection,
  raiseEnds: RaiseEnds,
): {
  methods: Methods
  /** Drops ids of actors without history, and of these kinds, that came before. */
  expire(beforeMs: number, kinds: readonly string[]): Promise<void>
  forget(offsets: { readonly address: string; readonly first: number; readonly last: number }): Promise<void>
} {
  const ids = db.collection<{ _id: string; partition: number; offset: number; at?: number }>('ids')
  const methods: Methods = {
    hashOf: idHash,
    putIds: (given) =>
      attempt(async () => {
        if (given.length === 0) return
        await raiseEnds(given)
        const rows = given.map((each) => ({
          _id: keyOf(each),
          partition: each.partition,
          offset: each.offset,
          at: Date.now(),
        }))
        // New ids are the rule, and inserting them costs a quarter of upserting.
        const known = await duplicatesOf(ids.insertMany(rows, { ordered: false }))
        const lower = known.map((index) => {
          const { _id, offset } = rows[index]!
          return { updateOne: { filter: { _id }, update: { $min: { offset } } } }
        })
        if (lower.length > 0) await ids.bulkWrite(lower, { ordered: false })
      }),
    findIds: (asked) =>
      attempt(async () => {
        if (asked.length === 0) return []
        const found = await ids.find({ _id: { $in: asked.map(keyOf) } }, { projection: { offset: 1 } }).toArray()
        const offsets = new Map(found.map(({ _id, offset }) => [_id, offset]))
        return asked.map((each) => offsets.get(keyOf(each)) ?? -1)
      }),
    dropIds: (given) =>
      attempt(async () => {
        if (given.length > 0) await ids.deleteMany({ _id: { $in: given.map(keyOf) } })
      }),
    findFamily: (address, family) =>
      attempt(async () => {
        const begin = keyOf({ address, id: `${family}${ID_PARTS}` })
        const end = keyOf({ address, id: `${family}${AFTER_PARTS}` })
        const found = await ids.find({ _id: { $gte: begin, $lt: end } }, { projection: { offset: 1 } }).toArray()
        return found.map(({ offset }) => offset)
      }),
  }
  return {
    methods,
    async expire(beforeMs, kinds) {
      await attempt(async () => {
        const old = { at: { $lt: beforeMs } }
        const address = { $first: { $split: ['$_id', '\t'] } }
        for await (const { _id } of ids.aggregate<{ _id: string }>([{ $match: old }, { $group: { _id: address } }])) {
          const isAged = kinds.includes(_id.slice(0, _id.indexOf('/')))
          if (!isAged && (await db.collection('segments').findOne({ address: _id }, { projection: { _id: 1 } })))
            continue
          await ids.deleteMany({ ...old, _id: { $gt: `${_id}\t`, $lt: `${_id}\n` } })
        }
      })
    },
    async forget({ address, first, last }) {
      // All keys of the address: the sign after the tab ends them.
      const _id = { $gt: `${address}\t`, $lt: `${address}\n` }
      await attempt(() => ids.deleteMany({ _id, offset: { $gte: first, $lte: last } }))
    },
  }
}
