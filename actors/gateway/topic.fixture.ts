import { Kafka, logLevel, type Message } from 'kafkajs'

/** The real broker, where there is one. */
export const BROKERS = process.env.WINDBOX_KAFKA_BROKERS?.split(',') ?? []

/** A topic as another system has it, of a name that nobody has had. */
export async function theirTopic(
  partitions = 1,
  { brokers = BROKERS }: { brokers?: string[] } = {},
  settings: Readonly<Record<string, string>> = {},
) {
  const topic = `theirs-${crypto.randomUUID()}`
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }))
  const made = { topic, numPartitions: partitions, configEntries }
  const make = () => admin.createTopics({ topics: [made], waitForLeaders: true })
  await make()
  return {
    topic,
    kafka,
    admin,
    make,
    /** By a producer of its own: it knows of all partitions that there are. */
    async send(messages: readonly Message[]) {
      const producer = kafka.producer({ allowAutoTopicCreation: false })
      await producer.connect()
      await producer.send({ topic, messages: [...messages] })
      await producer.disconnect()
    },
    close: () => admin.disconnect(),
  }
}
