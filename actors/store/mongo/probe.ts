import { MongoClient } from 'mongodb'

/** What a start would find: MongoDB's version, its replica set, and how many documents the database has. Changes nothing. Throws what the driver throws. */
export async function probeMongo(url: string, database: string) {
  const client = new MongoClient(url, { appName: 'windbox', serverSelectionTimeoutMS: 5_000 })
  try {
    const db = client.db(database)
    // Alone: of several at once, some would say that the first was not let in.
    const { setName } = await db.command({ hello: 1 })
    const [{ version }, actors] = await Promise.all([
      db.admin().serverInfo(),
      db.collection('snapshots').estimatedDocumentCount(),
    ])
    return { version: String(version), replicaSet: setName === undefined ? null : String(setName), actors }
  } finally {
    await client.close()
  }
}
