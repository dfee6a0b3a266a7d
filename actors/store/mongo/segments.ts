import { Binary } from 'mongodb'
import type { Segment } from '../../runtime/index.ts'
import { SMALL_SEGMENT_ROWS, SMALL_SEGMENT_TEXT, type StateStore } from '../port.ts'
import { duplicatesOf, type MongoConnection } from './connection.ts'
import { bytesOf, SPANS, summaryReads, type StoredSummary } from './summaries.ts'

type Methods = Pick<
  StateStore,
  | 'putSegments'
  | 'readSegments'
  | 'readDigests'
  | 'readSegment'
  | 'segmentWith'
  | 'spansOf'
  | 'readSummaries'
  | 'deleteSegment'
  | 'fragmented'
>
type Ended = Pick<Segment, 'address' | 'first' | 'last'>
type Before = Pick<Parameters<StateStore['expire']>[0], 'history' | 'historyOf'>
type Stored = Omit<Segment, 'data' | 'texts' | 'summary'> &
  StoredSummary & { _id: string; data: Binary; texts?: Binary; text_bytes: number }

const keyOf = (address: string, first: number) => `${address}\t${first}`

/** History rows of the actors. The server compresses them: they are stored as they come. */
export async function openSegments(mongo: MongoConnection): Promise<{
  methods: Methods
  /** `leaving` is told of each segment before it goes. */
  expire(before: Before, leaving: (segment: Ended) => Promise<void>): Promise<void>
}> {
  const { client, db, attempt } = mongo
  const segments = db.collection<Stored>('segments')
  const small = { rows: { $lt: SMALL_SEGMENT_ROWS }, text_bytes: { $lt: SMALL_SEGMENT_TEXT } }
  await segments.createIndexes([
    { key: { address: 1, to: 1, from: 1 }, name: 'time' },
    { key: { address: 1, first: 1 }, name: 'place' },
    { key: SPANS, name: 'spans' },
    { key: { to: 1 }, name: 'age' },
    { key: { address: 1, rows: 1, text_bytes: 1 }, name: 'fragments', partialFilterExpression: small },
  ])

  /** The longer of two with one key stays; an upsert that lost to another writer's is compared with that one and tried again. */
  const put = async (wanted: readonly Segment[]): Promise<void> => {
    const updates = wanted.map(({ data, texts, summary, ...rest }) => ({
      updateOne: {
        filter: { _id: keyOf(rest.address, rest.first), last: { $lt: rest.last } },
        update: {
          $set: {
            ...rest,
            data: new Binary(data),
            text_bytes: texts?.byteLength ?? 0,
            ...(texts ? { texts: new Binary(texts) } : {}),
            ...(summary ? { totals: new Binary(summary.totals), buckets: new Binary(summary.buckets) } : {}),
          },
          // A shorter one of the same place may have had what this one has not.
          $unset: {
            ...(texts ? {} : { texts: '' as const }),
            ...(rest.digest === undefined ? { digest: '' as const } : {}),
            ...(summary ? {} : { totals: '' as const, buckets: '' as const }),
          },
        },
        upsert: true,
      },
    }))
    const refused = await duplicatesOf(segments.bulkWrite(updates, { ordered: false }))
    if (refused.length === 0) return
    const keys = refused.map((index) => keyOf(wanted[index]!.address, wanted[index]!.first))
    const found = await segments.find({ _id: { $in: keys } }, { projection: { last: 1 } }).toArray()
    const stored = new Map(found.map(({ _id, last }) => [_id, last]))
    const again = refused.filter((index, i) => (stored.get(keys[i]!) ?? -1) < wanted[index]!.last)
    if (again.length > 0) await put(again.map((index) => wanted[index]!))
  }

  const methods: Methods = {
    ...summaryReads(mongo, segments as unknown as Parameters<typeof summaryReads>[1], keyOf),
    putSegments: (wanted) => attempt(async () => (wanted.length > 0 ? put(wanted) : undefined)),
    readSegments: (address, from, to, below = Infinity) =>
      attempt(() =>
        // All batches of the answer are of one moment, whatever compaction does meanwhile.
        client.withSession({ snapshot: true }, async (session) => {
          const range = { address, to: { $gte: from }, from: { $lte: to }, rows: { $lt: below } }
          // To sort there, the server would sooner read all that the actor has in the order wanted.
          const found = await segments.find(range, { session, hint: 'time' }).toArray()
          return found.map(segmentOf).sort((a, b) => a.first - b.first)
        }),
      ),
    readDigests: (keys) =>
      attempt(async () => {
        const ids = keys.map(({ address, first }) => keyOf(address, first))
        const found = await segments.find({ _id: { $in: ids } }, { projection: { last: 1, digest: 1 } }).toArray()
        const byId = new Map(found.map((one) => [one._id, one]))
        return keys.map(({ last }, i) => {
          const one = byId.get(ids[i]!)
          return one?.last === last ? one.digest : undefined
        })
      }),
    readSegment: (address, first, last) =>
      attempt(async () => {
        const found = await segments.findOne({ _id: keyOf(address, first), last })
        return found ? segmentOf(found) : undefined
      }),
    segmentWith: (address, offset) =>
      attempt(async () => {
        const holding = { address, first: { $lte: offset }, last: { $gte: offset } }
        const found = await segments.findOne(holding, { sort: { first: -1 } })
        return found ? segmentOf(found) : undefined
      }),
    deleteSegment: (address, first, last) =>
      attempt(async () => {
        await segments.deleteOne({ _id: keyOf(address, first), last: { $lte: last } })
      }),
    fragmented: (count, limit) =>
      attempt(async () => {
        const found = await segments
          .aggregate<{ _id: string }>([
            // With bounds for its first field the index answers alone; without, every segment there is would be read.
            { $match: { address: { $gt: '' }, ...small } },
            { $group: { _id: '$address', n: { $sum: 1 } } },
            { $match: { n: { $gt: count } } },
            { $sort: { n: -1, _id: 1 } },
            { $limit: limit },
          ])
          .toArray()
        return found.map(({ _id }) => _id)
      }),
  }
  return {
    methods,
    async expire({ history, historyOf = {} }, leaving) {
      const ofKind = (kind: string) => ({ address: { $gte: `${kind}/`, $lt: `${kind}0` } })
      const others = Object.keys(historyOf).map(ofKind)
      const ended = {
        $or: [
          { to: { $lt: history }, ...(others.length > 0 ? { $nor: others } : {}) },
          ...Object.entries(historyOf).map(([kind, beforeMs]) => ({ to: { $lt: beforeMs }, ...ofKind(kind) })),
        ],
      }
      await attempt(async () => {
        for await (const segment of segments.find(ended, { projection: { address: 1, first: 1, last: 1 } })) {
          await leaving(segment)
          await segments.deleteOne({ _id: segment._id, last: segment.last })
        }
      })
    },
  }
}

const segmentOf = ({ _id, data, texts, text_bytes, totals: _totals, buckets: _buckets, ...head }: Stored): Segment => ({
  ...head,
  data: bytesOf(data),
  ...(texts ? { texts: bytesOf(texts) } : {}),
})
