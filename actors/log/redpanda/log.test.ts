import { logConformance } from '../conformance.ts'
import { PARTITIONS } from '../conformance/fresh.ts'
import { connectKafka, topicOf } from './client.ts'
import { openRedpandaConsumer } from './consumer.ts'
import { openRedpandaLog } from './log.ts'

const brokers = process.env.WINDBOX_KAFKA_BROKERS?.split(',')

logConformance(
  'the log of a Kafka broker',
  async () => {
    const namespace = `windbox-test-${crypto.randomUUID().slice(0, 8)}`
    const where = { brokers: brokers!, namespace }
    const open = () => openRedpandaLog({ ...where, partitions: PARTITIONS, clock: Date })
    const admin = connectKafka(where).admin()
    await admin.connect()
    let log = await open()
    return {
      log,
      member: async () =>
        openRedpandaConsumer({
          ...where,
          sessionTimeoutMs: 5_000,
          identity: { node: crypto.randomUUID(), url: null, worker: 0, log: log.id },
          epochs: () => new Map(),
        }),
      async reopen() {
        await log.close()
        return (log = await open())
      },
      async trim() {
        // kafkajs finds the leader only of a topic that it was asked about before.
        await admin.fetchTopicOffsets(topicOf(namespace))
        await admin.deleteTopicRecords({ topic: topicOf(namespace), partitions: [{ partition: 0, offset: '200' }] })
        return 200
      },
      async drop() {
        await log.close()
        await admin.deleteTopics({ topics: [topicOf(namespace), `${topicOf(namespace)}-id`] })
        await admin.disconnect()
      },
    }
  },
  { skip: !brokers },
)
