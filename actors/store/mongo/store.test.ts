import { expect, test } from 'bun:test'
import { MongoClient } from 'mongodb'
import { storeConformance } from '../conformance.ts'
import type { StateStore } from '../port.ts'
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
