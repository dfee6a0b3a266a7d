import type { Kafka } from 'kafkajs'
import { brokerOf, farewell, pause, sentenceOf, type Report, type TopicAccess } from './topic-access.ts'

export interface KafkaPlant extends TopicAccess {
  /** Of this Windbox alone: two that shared a group would share the frames. */
  readonly group: string
  readonly signal: AbortSignal
  readonly report: Report
}

interface Frame {
  readonly text: Uint8Array
  readonly cursor: string
}

const RETRY_MS = 5000

/**
 * The plant's own topic as a source of frames. Where it stands is the cursor that the plant's actor keeps, `{"<partition>":
 * <last offset>}`, never the group's committed offset: so a frame is asked for again exactly when it is not in our log. A broker
 * that cannot be reached is tried again until the signal aborts. Throws when the authority's file cannot be read.
 */
export function kafkaPlant(plant: KafkaPlant) {
  const kafka = brokerOf(plant, 'windbox-plant')
  return {
    id: `kafka:${plant.topic}`,
    clock: 'live' as const,
    frames: (after: string | null) => frames(kafka, plant, after),
  }
}

async function* frames(kafka: Kafka, plant: KafkaPlant, after: string | null): AsyncGenerator<Frame> {
  const { signal, report } = plant
  let cursor = after
  while (!signal.aborted) {
    try {
      for await (const frame of connected(kafka, plant, cursor)) {
        cursor = frame.cursor
        yield frame
      }
    } catch (error) {
      if (signal.aborted) return
      report('warn', `the plant's topic: ${sentenceOf(error)}; it is tried again`)
      await pause(RETRY_MS, signal)
    }
  }
}

/** Frames until the signal aborts, the consumer is lost (throws), or the reader leaves. */
async function* connected(
  kafka: Kafka,
  { topic, group, signal, report }: KafkaPlant,
  after: string | null,
): AsyncGenerator<Frame> {
  const taken: Record<string, string> = after === null ? {} : JSON.parse(after)
  // One frame at a time between the consumer and the reader: the topic is the queue.
  let offered: Frame | null = null
  let failure: Error | null = null
  let over = false
  let wakeReader = () => {}
  let wakeConsumer = () => {}
  const end = () => {
    over = true
    wakeReader()
    wakeConsumer()
  }

  const consumer = kafka.consumer({
    groupId: group,
    allowAutoTopicCreation: false,
    // A node that dies keeps its place for so long, and the next one waits.
    sessionTimeout: 10_000,
    heartbeatInterval: 1000,
    maxWaitTimeInMs: 500,
    retry: { retries: 5, restartOnFailure: async () => !over },
  })
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    for (const partition of payload.memberAssignment[topic] ?? []) {
      const last = taken[partition]
      if (last !== undefined) consumer.seek({ topic, partition, offset: String(BigInt(last) + 1n) })
    }
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    if (payload.restart) return
    failure = payload.error
    end()
  })
  signal.addEventListener('abort', end, { once: true })

  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      async eachBatch({ batch, heartbeat, isRunning, isStale, resolveOffset }) {
        for (const { offset, value } of batch.messages) {
          if (over || !isRunning() || isStale()) return
          // A broker answers for a place that it no longer has with another one, and says nothing. Transactions leave gaps too.
          const next = BigInt(taken[batch.partition] ?? Number(offset) - 1) + 1n
          if (BigInt(offset) !== next && (await earliestOf(kafka, topic, batch.partition)) > next) {
            report('warn', `the plant's topic goes on at ${offset} instead of ${next}: what lies between is gone`)
          }
          offered = { text: value ?? new Uint8Array(), cursor: JSON.stringify({ ...taken, [batch.partition]: offset }) }
          wakeReader()
          while (offered !== null && !over) {
            await new Promise<void>((resolve) => {
              const timer = setTimeout(resolve, 1000)
              wakeConsumer = () => (clearTimeout(timer), resolve())
            })
            await heartbeat()
          }
          if (over) return
          taken[batch.partition] = offset
          resolveOffset(offset)
        }
      },
    })
    while (!over) {
      const frame = offered as Frame | null
      if (frame === null) {
        await new Promise<void>((resolve) => (wakeReader = resolve))
        continue
      }
      yield frame
      offered = null
      wakeConsumer()
    }
    if (failure !== null) throw failure
  } finally {
    end()
    signal.removeEventListener('abort', end)
    await farewell(consumer)
  }
}

async function earliestOf(kafka: Kafka, topic: string, partition: number): Promise<bigint> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const bounds = await admin.fetchTopicOffsets(topic)
    return BigInt(bounds.find((one) => one.partition === partition)?.low ?? 0)
  } finally {
    await admin.disconnect()
  }
}
