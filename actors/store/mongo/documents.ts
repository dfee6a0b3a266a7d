import type { Collection, Document, Documents } from '../port.ts'
import { isDuplicate, type MongoConnection } from './connection.ts'

/**
 * A document of ours. `body` is JSON text, so that it comes back as it was. `keys` hold what it is found by, `once` what may stand in
 * one document only: both as texts of {@link keyOf}.
 */
interface Stored {
  readonly _id: string
  readonly version: number
  readonly body: string
  readonly keys: string[]
  /** Left out where it is empty: an index takes an empty list for a value. */
  readonly once?: string[]
}

/** Strings up to this length are keys in any case, so that a field can be searched by later; longer ones where it is declared. */
const KEY_LENGTH = 256

const keyOf = (collection: Collection, field: string, value: string | number) =>
  JSON.stringify([collection.name, field, value])
const idOf = (collection: Collection, id: string) => `${collection.name}\t${id}`

/** Collections of JSON documents, in one of MongoDB's. */
export async function openDocuments({ db, attempt }: MongoConnection): Promise<Documents> {
  const documents = db.collection<Stored>('documents')
  const sequences = db.collection<{ _id: string; value: number }>('sequences')
  await documents.createIndexes([
    { key: { once: 1 }, name: 'once', unique: true, partialFilterExpression: { once: { $exists: true } } },
    { key: { keys: 1, _id: 1 }, name: 'keys' },
  ])
  return {
    get: <Body>(collection: Collection, id: string) =>
      attempt(async () => {
        const found = await documents.findOne({ _id: idOf(collection, id) })
        return found ? documentOf<Body>(collection, found) : undefined
      }),
    insert: (collection, id, body) =>
      attempt(async () => {
        try {
          await documents.insertOne(stored(collection, id, 1, body))
          return { ok: true, version: 1 }
        } catch (error) {
          if (isDuplicate(error)) return { ok: false, conflict: conflictOf(error.keyValue) }
          throw error
        }
      }),
    replace: (collection, id, version, body) =>
      attempt(async () => {
        try {
          const { _id, ...rest } = stored(collection, id, version + 1, body)
          const { matchedCount } = await documents.replaceOne({ _id, version }, rest)
          return matchedCount > 0 ? { ok: true, version: version + 1 } : { ok: false, conflict: 'version' }
        } catch (error) {
          if (isDuplicate(error)) return { ok: false, conflict: conflictOf(error.keyValue) }
          throw error
        }
      }),
    remove: (collection, id, version) =>
      attempt(async () => {
        const filter = { _id: idOf(collection, id), ...(version !== undefined && { version }) }
        return (await documents.deleteOne(filter)).deletedCount > 0
      }),
    find: <Body>(collection: Collection, query: Parameters<Documents['find']>[1]) =>
      attempt(async () => {
        const { where, after, descending = false, limit } = query
        const behind = after === undefined ? {} : { [descending ? '$lt' : '$gt']: idOf(collection, after) }
        const filter = { $and: [selection(collection, where), { _id: behind }] }
        const found = documents.find(after === undefined ? selection(collection, where) : filter)
        const page = await found
          .sort({ _id: descending ? -1 : 1 })
          .limit(limit)
          .toArray()
        return page.map((each) => documentOf<Body>(collection, each))
      }),
    count: (collection, where) => attempt(() => documents.countDocuments(selection(collection, where))),
    next: (sequence) =>
      attempt(async () => {
        const update = { $inc: { value: 1 } }
        const taken = await sequences.findOneAndUpdate({ _id: sequence }, update, {
          upsert: true,
          returnDocument: 'after',
        })
        return taken!.value
      }),
  }
}

function stored(collection: Collection, id: string, version: number, body: object): Stored {
  const declared = new Set([...(collection.unique ?? []), ...(collection.indexed ?? [])])
  const keys: string[] = []
  const once: string[] = []
  for (const [field, value] of Object.entries(body)) {
    if (typeof value !== 'number' && typeof value !== 'string') continue
    const key = keyOf(collection, field, value)
    if (declared.has(field) || key.length <= KEY_LENGTH) keys.push(key)
    if (collection.unique?.includes(field)) once.push(key)
  }
  const document = { _id: idOf(collection, id), version, body: JSON.stringify(body), keys }
  return once.length > 0 ? { ...document, once } : document
}

const documentOf = <Body>({ name }: Collection, { _id, version, body }: Stored): Document<Body> => ({
  id: _id.slice(name.length + 1),
  version,
  body: JSON.parse(body),
})

/** The field in which the value stands that another document has. */
function conflictOf(keyValue: { once?: string } | undefined): string {
  return keyValue?.once === undefined ? 'id' : JSON.parse(keyValue.once)[1]
}

function selection(collection: Collection, where: Record<string, string | number> = {}) {
  const searchable = [...(collection.unique ?? []), ...(collection.indexed ?? [])]
  const keys = Object.entries(where).map(([field, value]) => {
    if (!searchable.includes(field)) throw new TypeError(`${collection.name} is not indexed by ${field}`)
    return keyOf(collection, field, value)
  })
  // A line end follows the tab: all ids of the collection lie between the two.
  const _id = { $gte: `${collection.name}\t`, $lt: `${collection.name}\n` }
  return keys.length > 0 ? { _id, keys: { $all: keys } } : { _id }
}
