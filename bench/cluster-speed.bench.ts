import { join } from 'node:path'
import { Kafka, logLevel, Partitioners } from 'kafkajs'
import type { Bench } from './bench.ts'
import { freshCluster, makeDevices } from './cluster.ts'
import { ratioOf } from './compare.ts'
import { load } from './load.ts'
import { cpuUs, until, type Product } from './product.ts'

// kafkajs 2.2.4 arms timers of negative delays, and Bun says so each time anew.
process.removeAllListeners('warning')

const PATH = '/api/v1/data'
const CONNECTIONS = 256
const DEVICES = 100
const BATCH = 1_000
/** Batches that are under way at once. */
const SENDERS = 4
const PARTITIONS = 16
/** Messages that are sent to the yardstick's topic at once. */
const SENT_AT_ONCE = 5_000
const BEGIN = Date.parse('2026-01-01T00:00:00Z')
/** After this what was taken is flushed. */
const FLUSHED_MS = 2_500

/** Until so many readings are in the statistics. Each look costs the product, so there are few. */
async function applied(product: Product, count: number): Promise<void> {
  await until(`${count} readings to be applied`, 120_000, 500, async () => {
    const answer = await product.get('/api/v1/statistics?attr=x')
    return answer.ok && ((await answer.json()) as { count: number }).count === count
  })
}

/** The n-th reading as a line; one device for each batch, a second between two of its readings. */
function lineOf(n: number, devices: readonly number[]): string {
  const batch = Math.floor(n / BATCH)
  const at = new Date(BEGIN + (Math.floor(batch / devices.length) * BATCH + (n % BATCH)) * 1000).toISOString()
  const device = devices[batch % devices.length]!
  return `{"device_id":${device},"at":"${at}","values":{"x":${n % 97},"y":${(n % 89) / 8},"z":${-(n % 83)}}}`
}

/** A bare server as a child; resolves when it listens. */
async function startBare() {
  const script = join(import.meta.dir, 'yardsticks', 'http-servers.ts')
  const child = Bun.spawn([process.execPath, script, 'post'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const { value } = await child.stdout.getReader().read()
  return { url: `http://127.0.0.1:${new TextDecoder().decode(value).trim()}`, child }
}

/** A topic with these messages. `consume` reads all of them as kafkajs does by itself, and says what it cost, µs of CPU. */
async function topicOf(brokers: readonly string[], lines: readonly string[]) {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING })
  const topic = `bench-${crypto.randomUUID()}`
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS }], waitForLeaders: true })
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await producer.connect()
  for (let n = 0; n < lines.length; n += SENT_AT_ONCE) {
    const messages = lines.slice(n, n + SENT_AT_ONCE).map((value, i) => ({ partition: (n + i) % PARTITIONS, value }))
    await producer.send({ topic, acks: -1, messages })
  }
  await producer.disconnect()
  return {
    async consume(): Promise<number> {
      const consumer = kafka.consumer({ groupId: `${topic}-${crypto.randomUUID()}` })
      await consumer.connect()
      await consumer.subscribe({ topics: [topic], fromBeginning: true })
      let left = lines.length
      const all = Promise.withResolvers<void>()
      Bun.gc(true)
      const before = process.cpuUsage()
      await consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch: { messages } }) => {
          left -= messages.length
          if (left === 0) all.resolve()
        },
      })
      await all.promise
      const { user, system } = process.cpuUsage(before)
      await consumer.disconnect()
      return user + system
    },
    async remove() {
      await admin.deleteTopics({ topics: [topic] })
      await admin.disconnect()
    },
  }
}

export const benches: readonly Bench[] = [
  {
    id: 'cluster-post',
    work: 'POST of one reading with a token, 256 connections: acknowledged by all replicas, applied, flushed to MongoDB',
    unit: 'µs CPU',
    yardstick: 'bare Bun.serve JSON POST',
    needs: 'servers',
    async measure({ quick }) {
      const product = await freshCluster().alone()
      const bare = await startBare()
      try {
        const devices = await makeDevices(product, DEVICES)
        const requests = quick ? 2_000 : 60_000
        const headers = { authorization: `Bearer ${product.token}` }
        let n = 0
        const body = () => `{"device_id":${devices[++n % DEVICES]},"x":${n % 97},"y":${(n % 89) / 8},"z":${-(n % 83)}}`
        let sent = 0
        const ours = async () => {
          const before = cpuUs(product.pid)
          await load(product.url + PATH, { requests, connections: CONNECTIONS, headers, body })
          sent += requests
          await applied(product, sent)
          await Bun.sleep(FLUSHED_MS)
          return (cpuUs(product.pid) - before) / requests
        }
        const theirs = async () => {
          const before = cpuUs(bare.child.pid)
          await load(bare.url, { requests, connections: CONNECTIONS, headers, body })
          return (cpuUs(bare.child.pid) - before) / requests
        }
        await ours()
        await theirs()
        const costs: { ours: number; yardstick: number }[] = []
        for (let round = 0; round < (quick ? 1 : 5); round++) {
          costs.push({ ours: await ours(), yardstick: await theirs() })
        }
        return ratioOf(costs)
      } finally {
        bare.child.kill(9)
        await product.remove()
      }
    },
  },
  {
    id: 'cluster-ingest',
    work: 'readings in NDJSON batches of 1,000: taken, logged, applied, history and snapshots in MongoDB',
    unit: 'µs CPU',
    yardstick: 'plain kafkajs consume of the same readings, a message each',
    needs: 'servers',
    async measure({ quick }) {
      const cluster = freshCluster()
      const product = await cluster.alone()
      const devices = await makeDevices(product, DEVICES)
      const count = quick ? 20_000 : 1_000_000
      const lines = Array.from({ length: count }, (_, n) => lineOf(n, devices))
      const topic = await topicOf(cluster.brokers, lines)
      try {
        const headers = { authorization: `Bearer ${product.token}` }
        let sent = 0
        const ours = async () => {
          const bodies = Array.from({ length: count / BATCH }, (_, batch) =>
            Array.from({ length: BATCH }, (_, i) => lineOf(sent + batch * BATCH + i, devices)).join('\n'),
          )
          const before = cpuUs(product.pid)
          await load(product.url + PATH, {
            requests: bodies.length,
            connections: SENDERS,
            headers,
            type: 'application/x-ndjson',
            body: () => bodies.pop()!,
          })
          sent += count
          await applied(product, sent)
          await Bun.sleep(FLUSHED_MS)
          return (cpuUs(product.pid) - before) / count
        }
        await ours()
        await topic.consume()
        const costs: { ours: number; yardstick: number }[] = []
        for (let round = 0; round < (quick ? 1 : 5); round++) {
          costs.push({ ours: await ours(), yardstick: (await topic.consume()) / count })
        }
        return ratioOf(costs)
      } finally {
        await topic.remove()
        await product.remove()
      }
    },
  },
]
