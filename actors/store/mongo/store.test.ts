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
