import { connectKafka, type RedpandaOptions, topicOf } from './client.ts'
import { notOpened } from './unavailable.ts'

/** What a start would find: how many brokers there are, and the log's partitions; null where it is still to be made. Changes nothing. Faults as of opening. */
export async function probeRedpanda(options: RedpandaOptions): Promise<{ brokers: number; partitions: number | null }> {
  const admin = connectKafka(options).admin({ retry: { retries: 2 } })
  const topic = topicOf(options.namespace)
  try {
    await admin.connect()
    const [{ brokers }, topics] = await Promise.all([admin.describeCluster(), admin.listTopics()])
    if (!topics.includes(topic)) return { brokers: brokers.length, partitions: null }
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [topic] })
    return { brokers: brokers.length, partitions: found[0]!.partitions.length }
  } catch (error) {
    throw notOpened(error)
  } finally {
    await admin.disconnect()
  }
}
