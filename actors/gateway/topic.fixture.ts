import { Kafka, logLevel, type KafkaConfig, type Message } from 'kafkajs'

/** The real broker, where there is one. */
export const BROKERS = process.env.WINDBOX_KAFKA_BROKERS?.split(',') ?? []

/** A topic as another system has it, of a name that nobody has had. */
export async function theirTopic(
  partitions = 1,
  { brokers = BROKERS, ...access }: Partial<Pick<KafkaConfig, 'ssl' | 'sasl'>> & { brokers?: string[] } = {},
) {
  const topic = `theirs-${crypto.randomUUID()}`
  const kafka = new Kafka({ brokers, ...access, logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  const make = () => admin.createTopics({ topics: [{ topic, numPartitions: partitions }], waitForLeaders: true })
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
