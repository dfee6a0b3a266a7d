import { Partitioners, type Producer } from 'kafkajs'
import { connectKafka, type RedpandaOptions } from '../log/redpanda/client.ts'
import type { TopicWriter } from './topic.ts'

/** The loop that delivers tries again by itself, and people who test a relay wait for the answer. */
const RETRIES = 3

const NAME = /^[\w.-]{1,249}$/

/**
 * Writes to topics of the broker that holds the log. It makes none, and touches neither the broker's own nor any that a log like ours may lie in:
 * a record there that no node has written would be applied by all of them.
 */
export function openTopicWriter(options: RedpandaOptions): TopicWriter {
  const { namespace } = options
  const kafka = connectKafka({ ...options, retries: RETRIES })
  /** One for each topic: kafkajs finds no topic's leader while one of those that it has heard of is gone. */
  const producers = new Map<string, Promise<Producer>>()

  function producerOf(topic: string): Promise<Producer> {
    const known = producers.get(topic)
    if (known) return known
    const producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    })
    const connected = producer.connect().then(
      () => producer,
      (error: unknown) => {
        producers.delete(topic)
        throw error
      },
    )
    producers.set(topic, connected)
    return connected
  }

  return {
    refusal(topic) {
      if (!NAME.test(topic) || topic === '.' || topic === '..') {
        return 'is no name of a topic: letters, digits, dots, dashes and underscores, at most 249'
      }
      if (topic.startsWith('__')) return "is the broker's own"
      if (topic.startsWith(`${namespace}.`) || /\.log(-id)?$/.test(topic)) return 'may hold a log of Windbox'
      return null
    },

    // One message a request: kafkajs resolves one to several leaders also when one of them did not take its part.
    async write(topic, { key, value, headers }) {
      const producer = await producerOf(topic)
      try {
        const [answer] = await producer.send({ topic, acks: -1, messages: [{ key, value, headers: { ...headers } }] })
        if (answer?.baseOffset === undefined) throw new Error('the broker did not say that it has it')
        return { partition: answer.partition, offset: answer.baseOffset }
      } catch (error) {
        if (!isUnknownTopic(error)) throw error
        producers.delete(topic)
        void producer.disconnect().catch(() => {})
        throw new Error(`there is no topic ${topic}, or this server may not see it`, { cause: error })
      }
    },

    async close() {
      const all = await Promise.allSettled(producers.values())
      await Promise.allSettled(all.map((one) => (one.status === 'fulfilled' ? one.value.disconnect() : undefined)))
    },
  }
}

function isUnknownTopic(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return (error as { type?: string }).type === 'UNKNOWN_TOPIC_OR_PARTITION' || isUnknownTopic(error.cause)
}
