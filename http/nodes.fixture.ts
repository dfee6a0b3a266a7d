import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MongoClient } from 'mongodb'
import type { Bus, Cluster } from '../actors/cluster/port.ts'
import type { Append, NewRecord } from '../actors/runtime/index.ts'
import { openMongoStore } from '../actors/store/mongo/store.ts'
import { openSqliteStore } from '../actors/store/sqlite/store.ts'
import type { HttpConfig } from './config.ts'
import { emptyCluster, serve } from './test-kit.ts'

const MOST_BYTES = 64 * 1024

/**
 * Buses of so many nodes that hear each other: in order, later, and not at all while they are cut off from each other. After that each
 * knows that it may have missed something.
 */
export function busesOf(count: number) {
  const ends = Array.from({ length: count }, (_, index) => ({
    name: `node-${index}`,
    listeners: new Map<string, Set<(body: string, from: string) => void>>(),
    gaps: new Set<() => void>(),
  }))
  const under: Promise<void>[] = []
  let isCut = false
  const buses = ends.map((own): Bus => ({
    publish(topic, body) {
      if (Buffer.byteLength(body) > MOST_BYTES) throw new RangeError(`a message of ${body.length} characters`)
      if (isCut) return
      const others = ends.filter((end) => end !== own)
      const { promise, resolve } = Promise.withResolvers<void>()
      under.push(promise)
      setImmediate(() => {
        for (const { listeners } of others) for (const listener of listeners.get(topic) ?? []) listener(body, own.name)
        resolve()
      })
    },
    subscribe(topic, listener) {
      const listeners = own.listeners.get(topic) ?? new Set()
      own.listeners.set(topic, listeners.add(listener))
      return () => void listeners.delete(listener)
    },
    onGap(listener) {
      own.gaps.add(listener)
      return () => void own.gaps.delete(listener)
    },
  }))
  return {
    buses,
    /** What was said so far has been heard. */
    heard: async (): Promise<void> => void (await Promise.all(under.splice(0))),
    cut: () => void (isCut = true),
    join() {
      isCut = false
      for (const { gaps } of ends) for (const listener of gaps) listener()
    },
  }
}

/** Where a MongoDB is, the nodes share it. */
const url = process.env.WINDBOX_MONGODB_URL

async function dropDatabase(url: string, database: string): Promise<void> {
  const client = new MongoClient(url)
  await client.db(database).dropDatabase()
  await client.close()
}

/**
 * So many servers on one store, each with its own connection to it, that hear each other. What they append lies in `log`. `clock` is
 * everybody's. `end` removes what was written.
 */
export async function nodesOf(
  count: number,
  {
    config = {},
    over = (cluster) => cluster,
  }: { config?: Partial<HttpConfig>; over?: (cluster: Cluster) => Cluster } = {},
) {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-nodes-'))
  const clock = { ms: Date.now(), now: () => clock.ms }
  const log: NewRecord[] = []
  const append: Append = (records) => {
    log.push(...records)
    return Promise.resolve(records.map((_, i) => ({ partition: 0, offset: log.length - records.length + i })))
  }
  const { buses, ...wires } = busesOf(count)
  const database = `windbox_test_${crypto.randomUUID().slice(0, 8)}`
  const open = async () => (url ? openMongoStore({ url, database }) : openSqliteStore(join(dir, 'store.sqlite')))
  const stores = await Promise.all(buses.map(open))
  const begin = (_: unknown, index: number) => {
    const owned = () => (index === 0 ? [0, 1, 2, 3] : [])
    const cluster = { ...emptyCluster(stores[index]!), bus: buses[index]!, append, owned }
    return serve(over(cluster), { config, clock })
  }
  const nodes = await Promise.all(buses.map(begin))
  return {
    nodes,
    stores,
    log,
    clock,
    ...wires,
    async end() {
      for (const node of nodes) node.stop()
      for (const store of stores) await store.close()
      if (url) await dropDatabase(url, database)
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
