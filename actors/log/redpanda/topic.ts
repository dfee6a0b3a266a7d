import { type Admin, type Cluster, ConfigResourceTypes, type Kafka, Partitioners } from 'kafkajs'
import { Fault } from '../../runtime/index.ts'
import { topicOf } from './client.ts'
import { withConnections } from './connections.ts'

interface Identity {
  readonly id: string
  readonly partitions: number
}

/** So many brokers have each record, where there are as many: one may die, and another leads on. */
const REPLICAS = 3

const FOREVER = [
  { name: 'retention.ms', value: '-1' },
  { name: 'retention.bytes', value: '-1' },
  { name: 'cleanup.policy', value: 'delete' },
]
/** The broker's clock, one per partition, in place of one for each producer. */
const CLOCK = { name: 'message.timestamp.type', value: 'LogAppendTime' }

/**
 * Makes the log's topic, or checks that it is as it has to be, and answers the log's id. The broker deletes nothing by
 * itself: only `retain` knows what is still needed. `advise` hears what an operator should change. Faults: LOG_MISMATCH.
 */
export async function prepareTopic(
  kafka: Kafka,
  admin: Admin,
  { namespace, partitions, advise }: { namespace: string; partitions: number; advise?: (sentence: string) => void },
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
        CLOCK,
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
  const copies = Math.min(...topics[0]!.partitions.map((partition) => partition.replicas.length))
  if (copies < replicas) {
    advise?.(
      `of each record of ${topic} there are ${copies} copies, and brokers for ${replicas}: add replicas to the topic`,
    )
  }
  await checkSettings(admin, topic)
  return identify(kafka, admin, idTopic, partitions)
}

/** A topic that somebody else made, or has changed since, may lose records that are still needed. */
async function checkSettings(admin: Admin, topic: string): Promise<void> {
  const { resources } = await admin.describeConfigs({
    resources: [{ type: ConfigResourceTypes.TOPIC, name: topic }],
    includeSynonyms: false,
  })
  const settings = new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]))
  for (const { name, value } of [...FOREVER, CLOCK]) {
    const present = settings.get(name)
    if (present === undefined || present === value) continue
    throw new Fault('LOG_MISMATCH', `The topic ${topic} has ${name}=${present}, the log needs ${name}=${value}.`)
  }
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
  const identity = await withConnections(kafka, topic, (cluster) => firstOf(cluster, topic))
  if (identity.partitions !== partitions) {
    throw new Fault('LOG_MISMATCH', `The log was made with ${identity.partitions} partitions, not with ${partitions}.`)
  }
  return identity.id
}

/** Read from the leader itself: a consumer would first found a group, for which brokers take their time. */
async function firstOf(cluster: Cluster, topic: string): Promise<Identity> {
  await cluster.addTargetTopic(topic)
  const [nodeId = ''] = Object.keys(cluster.findLeaderForPartitions(topic, [0]))
  const leader = await cluster.findBroker({ nodeId })
  const { responses } = await leader.fetch({
    maxWaitTime: 1_000,
    minBytes: 1,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset: '0', maxBytes: 65_536 }] }],
  })
  return JSON.parse(responses[0].partitions[0].messages[0].value.toString())
}
