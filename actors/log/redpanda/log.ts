import { appendOf, type Clock } from '../../runtime/index.ts'
import type { EventLog } from '../port.ts'
import { connectKafka, type RedpandaOptions, topicOf } from './client.ts'
import { prepareTopic } from './topic.ts'
import { notOpened } from './unavailable.ts'
import { openWriter } from './writer.ts'

/**
 * The log of the cluster edition: a topic of a Kafka broker, used through kafkajs. `retentionAgeMs` is what {@link EventLog.retain} keeps;
 * by size it cannot, a broker does not say sizes. Faults: LOG_MISMATCH (another number of partitions), LOG_UNAVAILABLE.
 */
export async function openRedpandaLog(
  options: RedpandaOptions & {
    partitions: number
    clock: Pick<Clock, 'now'>
    retentionAgeMs?: number
    /** Hears what an operator should change. */
    advise?: (sentence: string) => void
  },
): Promise<EventLog> {
  const { namespace, partitions, clock, retentionAgeMs = Infinity, advise } = options
  const topic = topicOf(namespace)
  const kafka = connectKafka(options)
  const admin = kafka.admin()
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw notOpened(error)
    }
  }
  try {
    const id = await attempt(async () => {
      await admin.connect()
      return whenSettled(() => prepareTopic(kafka, admin, { namespace, partitions, ...(advise && { advise }) }))
    })
    const writer = await attempt(() => openWriter(kafka, namespace, partitions))
    return {
      id,
      partitions,
      append: appendOf(writer.put),
      put: writer.put,
      bounds: () =>
        attempt(async () => {
          const offsets = await admin.fetchTopicOffsets(topic)
          const bounds = Array.from({ length: partitions }, () => ({ earliest: 0, end: 0 }))
          for (const { partition, low, high } of offsets)
            bounds[partition] = { earliest: Number(low), end: Number(high) }
          return bounds
        }),
      retain: () =>
        attempt(async () => {
          if (retentionAgeMs === Infinity) return
          const young = await admin.fetchTopicOffsetsByTimestamp(topic, clock.now() - retentionAgeMs)
          const [group] = await admin.fetchOffsets({ groupId: namespace, topics: [topic] })
          const committed = new Map(group!.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
          const gone = young
            .map(({ partition, offset }) => ({
              partition,
              offset: Math.min(Number(offset), committed.get(partition) ?? 0),
            }))
            .filter(({ offset }) => offset > 0)
            .map(({ partition, offset }) => ({ partition, offset: String(offset) }))
          if (gone.length > 0) await admin.deleteTopicRecords({ topic, partitions: gone })
        }),
      async close() {
        await Promise.all([writer.close(), admin.disconnect()])
      },
    }
  } catch (error) {
    await admin.disconnect()
    throw error
  }
}

/** What a broker answers for moments after a topic was made, while its leaders are chosen and the news goes round. */
const SETTLING = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']
const SETTLE_TRIES = 40
const SETTLE_MS = 250

async function whenSettled<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      const { type, cause } = error as { type?: string; cause?: { type?: string } }
      if (tries === SETTLE_TRIES || !SETTLING.includes(type ?? cause?.type ?? '')) throw error
      await Bun.sleep(SETTLE_MS)
    }
  }
}
