import { Kafka, logLevel, Partitioners } from 'kafkajs'
import type { Bench } from './bench.ts'
import { freshCluster } from './cluster.ts'
import { ratioOf } from './compare.ts'
import { applied, comparePosts, costInBatches, lineOf, makeDevices, READINGS, singleReadings } from './posts.ts'

// kafkajs 2.2.4 arms timers of negative delays, and Bun says so each time anew.
process.removeAllListeners('warning')

const DEVICES = 100
const PARTITIONS = 16
/** Messages that are sent to the yardstick's topic at once. */
const SENT_AT_ONCE = 5_000
/** How often the product is asked whether it has applied everything, ms. */
const LOOK_EVERY_MS = 500

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
      try {
        const devices = await makeDevices(product, DEVICES)
        return await comparePosts(product, {
          path: READINGS,
          requests: quick ? 2_000 : 500_000,
          rounds: quick ? 1 : 5,
          bodies: () => singleReadings(devices),
          applied: (sent) => applied(product, sent, LOOK_EVERY_MS),
        })
      } finally {
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
        let sent = 0
        const ours = async () => {
          const cost = await costInBatches(product, { sent, count, devices, everyMs: LOOK_EVERY_MS })
          sent += count
          return cost
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
