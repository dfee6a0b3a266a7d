import type { Binary, Collection } from 'mongodb'
import type { StateStore } from '../port.ts'
import type { MongoConnection } from './connection.ts'

type Methods = Pick<StateStore, 'spansOf' | 'readSummaries'>

/** Fields of a segment's document. */
export interface StoredSummary {
  totals?: Binary
  buckets?: Binary
}

interface Spanning extends StoredSummary {
  readonly _id: string
  readonly address: string
  readonly first: number
  readonly last: number
  readonly from: number
  readonly to: number
  readonly rows: number
}

export const SPANS = { address: 1, first: 1, last: 1, from: 1, to: 1, rows: 1 } as const

/** What segments say of themselves, read without their rows. `keyOf`: the id of a segment's document. */
export function summaryReads(
  { client, attempt }: MongoConnection,
  segments: Collection<Spanning>,
  keyOf: (address: string, first: number) => string,
): Methods {
  return {
    spansOf: (addresses, from, to) =>
      attempt(() =>
        // By an index that has all of it; all batches of the answer are of one moment.
        client.withSession({ snapshot: true }, async (session) => {
          const range = { address: { $in: [...addresses] }, to: { $gte: from }, from: { $lte: to } }
          const options = { session, hint: 'spans', projection: { _id: 0, ...SPANS } } as const
          const found = await segments.find(range, options).toArray()
          const byAddress = Map.groupBy(found, ({ address }) => address)
          return addresses.map((address) =>
            (byAddress.get(address) ?? [])
              .map(({ first, last, from, to, rows }) => ({ first, last, from, to, rows }))
              .sort((a, b) => a.first - b.first),
          )
        }),
      ),
    readSummaries: (part, keys) =>
      attempt(async () => {
        const ids = keys.map(({ address, first }) => keyOf(address, first))
        const projection = { last: 1, [part]: 1 }
        const found = await segments.find({ _id: { $in: ids } }, { projection }).toArray()
        const byId = new Map(found.map((one) => [one._id, one]))
        return keys.map(({ last }, i) => {
          const one = byId.get(ids[i]!)
          const binary = one?.last === last ? one[part] : undefined
          return binary && bytesOf(binary)
        })
      }),
  }
}

/** A copy: what the driver gives lies in the buffer of its answer. */
export const bytesOf = ({ buffer, position }: Binary): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, position).slice()
