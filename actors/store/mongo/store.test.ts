import { expect, test } from 'bun:test'
import { MongoClient } from 'mongodb'
import { storeConformance } from '../conformance.ts'
import { OUTBOX } from '../../runtime/index.ts'
import type { StateStore } from '../port.ts'
import { clientOf } from './connection.ts'
import { openMongoStore } from './store.ts'

const url = process.env.WINDBOX_MONGODB_URL

storeConformance(
  'the MongoDB store',
  async () => {
    const database = `windbox_test_${crypto.randomUUID().slice(0, 8)}`
    const opened: StateStore[] = []
    return {
      async open() {
        const store = await openMongoStore({ url: url!, database })
        opened.push(store)
        return store
      },
      async drop() {
        for (const store of opened) await store.close()
        const client = new MongoClient(url!)
        await client.db(database).dropDatabase()
        await client.close()
      },
    }
  },
  { skip: !url },
)

test.skipIf(!url)('who is not let in is told at once: waiting would not help', async () => {
  const stranger = new URL(url!)
  stranger.username = 'nobody'
  stranger.password = 'nothing'
  const opening = openMongoStore({ url: stranger.href, database: 'windbox_test' })
  expect(opening).rejects.toMatchObject({ code: 'STORE_REFUSED', message: expect.stringContaining('does not let') })
  await opening.catch(() => {})
})

test.skipIf(!url)(
  'what is under way when the store is closed may be tried elsewhere: it is no mistake of the server',
  async () => {
    const store = await openMongoStore({ url: url!, database: 'windbox_test' })
    const reads = Promise.allSettled(Array.from({ length: 20 }, () => store.find({ name: 'settings' }, { limit: 1 })))
    await store.close()
    const refused = (await reads).flatMap((read) => (read.status === 'rejected' ? [read.reason] : []))
    expect(refused.length).toBeGreaterThan(0)
    for (const reason of refused) expect(reason).toMatchObject({ code: 'STORE_UNAVAILABLE' })
  },
)

test('the address says where the servers are, and not how durable or how new things have to be', () => {
  const policies = 'readPreference=secondaryPreferred&w=1&journal=false&readConcernLevel=majority&retryWrites=false'
  const login = 'user:a&b'
  const client = clientOf(`mongodb://${login}@a:1,b:2/?${policies}&replicaSet=rs0&tls=true`)
  const { readPreference, writeConcern, readConcern } = client.db('windbox').collection('any')
  expect(readPreference!.mode).toBe('primary')
  expect(writeConcern).toMatchObject({ w: 'majority' })
  expect(writeConcern).not.toHaveProperty('journal')
  // A session that reads one moment asks for its own.
  expect(readConcern).toBeUndefined()
  expect(client.options).toMatchObject({ retryWrites: true, replicaSet: 'rs0', tls: true })
  expect(client.options.credentials!.password).toBe('a&b')
  expect(clientOf(`mongodb://a:1/?${policies}`).db().readPreference!.mode).toBe('primary')
})

test.skipIf(!url)(
  'what is asked all the time is answered by an index alone, and of a history what is asked for is read',
  async () => {
    const database = `windbox_test_${crypto.randomUUID().slice(0, 8)}`
    const store = await openMongoStore({ url: url!, database })
    const client = new MongoClient(url!)
    const db = client.db(database)
    try {
      const letter = { target: { kind: 'webhook', key: '1' }, payload: {} }
      await store.putEffects([
        { collection: OUTBOX, id: '1-1-0', address: 'event/1', at: 1, body: JSON.stringify(letter) },
      ])
      const rows = { from: 1, to: 2, rows: 1, data: new Uint8Array(9) }
      await store.putSegments([0, 1].map((first) => ({ address: 'device/1', first, last: first, ...rows })))
      const longAgo = Array.from({ length: 200 }, (_, n) => ({ first: n, last: n, from: n, to: n, rows: 4096 }))
      await store.putSegments(longAgo.map((each) => ({ address: 'device/2', ...each, data: new Uint8Array(9) })))
      await db.command({ profile: 2 })
      expect(await store.fragmented(1, 9)).toEqual(['device/1'])
      expect(await store.openTargets([1, 2])).toHaveLength(1)
      await db.command({ profile: 0 })
      const plan = { planSummary: { $exists: true } }
      const read = await db
        .collection('system.profile')
        .find({ planSummary: { $exists: true } })
        .toArray()
      expect(read.length).toBeGreaterThanOrEqual(2)
      expect(read.map(({ planSummary, docsExamined }) => [planSummary.split(' ')[0], docsExamined])).toEqual(
        read.map(() => ['IXSCAN', 0]),
      )
      await db.command({ profile: 2 })
      expect(await store.readSegments('device/2', 0, 5)).toHaveLength(6)
      await db.command({ profile: 0 })
      const [last] = await db.collection('system.profile').find(plan).sort({ $natural: -1 }).limit(1).toArray()
      expect(last!.docsExamined).toBe(6)
    } finally {
      await db.dropDatabase()
      await client.close()
      await store.close()
    }
  },
)
