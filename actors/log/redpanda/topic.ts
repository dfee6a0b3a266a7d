import { type Admin, type Kafka, Partitioners } from 'kafkajs'
import { Fault } from '../../runtime/index.ts'
import { topicOf } from './client.ts'

interface Identity {
  readonly id: string
  readonly partitions: number
}

/** So many brokers have each record, where there are as many: one may die, and another leads on. */
const REPLICAS = 3

const FOREVER = [
  { name: 'retention.ms', value: '-1' },
  { name: 'retention.bytes', value: '-1' },
]

/**
 * Makes the log's topic, or checks that it has the right number of partitions, and answers the log's id. The broker deletes nothing by
 * itself: only `retain` knows what is still needed. Faults: LOG_MISMATCH.
 */
export async function prepareTopic(
  kafka: Kafka,
  admin: Admin,
  { namespace, partitions }: { namespace: string; partitions: number },
): Promise<string> {
  const topic = topicOf(namespace)
  const idTopic = `${topic}-id`
  const existing = await admin.listTopics()
  const replicas = Math.min(REPLICAS, (await admin.describeCluster()).brokers.length)
  const durable =
    replicas < REPLICAS ? FOREVER : [...FOREVER, { name: 'min.insync.replicas', value: `${REPLICAS - 1}` }]
  const missing = [
    {
      topic,
      numPartitions: partitions,
      replicationFactor: replicas,
      configEntries: [
        ...durable,
        // The broker's clock, one per partition, in place of one for each producer.
        { name: 'message.timestamp.type', value: 'LogAppendTime' },
        // A record of the longest value in UTF-8, with its head.
        { name: 'max.message.bytes', value: `${4 * 1024 * 1024}` },
      ],
    },
    { topic: idTopic, numPartitions: 1, replicationFactor: replicas, configEntries: durable },
  ].filter((each) => !existing.includes(each.topic))
  if (missing.length > 0) await admin.createTopics({ topics: missing, waitForLeaders: true })

  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
  const present = topics[0]!.partitions.length
  if (present !== partitions) {
    throw new Fault(
      'LOG_MISMATCH',
      `The log ${topic} has ${present} partitions and cannot be opened with ${partitions}.`,
    )
  }
  return identify(kafka, admin, idTopic, partitions)
}

/** The first record of the topic is the identity: of several nodes that start at once, one is first. */
async function identify(kafka: Kafka, admin: Admin, topic: string, partitions: number): Promise<string> {
  const [end] = await admin.fetchTopicOffsets(topic)
  if (end!.high === '0') {
    const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
    await producer.connect()
    const identity: Identity = { id: crypto.randomUUID(), partitions }
    await producer.send({ topic, acks: -1, messages: [{ partition: 0, value: JSON.stringify(identity) }] })
    await producer.disconnect()
  }
  const groupId = `${topic}.${crypto.randomUUID()}`
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 })
  const first = Promise.withResolvers<Identity>()
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ message }) => first.resolve(JSON.parse(message.value!.toString())),
  })
  const identity = await first.promise
  await consumer.disconnect()
  await admin.deleteGroups([groupId])
  if (identity.partitions !== partitions) {
    throw new Fault('LOG_MISMATCH', `The log was made with ${identity.partitions} partitions, not with ${partitions}.`)
  }
  return identity.id
}
