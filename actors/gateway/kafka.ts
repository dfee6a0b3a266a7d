import type { Admin, Kafka } from 'kafkajs'
import { firstPlaces } from './places.ts'
import type { Start } from './source-setting.ts'
import {
  begin,
  brokerOf,
  createWord,
  farewell,
  memberOf,
  pause,
  RETRY_MS,
  type Report,
  type TopicAccess,
} from './topic-access.ts'

export interface KafkaPlant extends TopicAccess {
  /** Of this Windbox alone: two that shared a group would share the frames. */
  readonly group: string
  /** Where it begins where nothing was read yet. */
  readonly start: Start
  readonly signal: AbortSignal
  readonly report: Report
}

interface Frame {
  readonly text: Uint8Array
  readonly cursor: string
}

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
  const { trouble, well } = createWord("the plant's topic", report)
  let cursor = after
  while (!signal.aborted) {
    try {
      cursor ??= await beginning(kafka, plant)
      for await (const frame of connected(kafka, plant, cursor, well)) {
        cursor = frame.cursor
        yield frame
      }
    } catch (error) {
      if (signal.aborted) return
      trouble(error)
      await pause(RETRY_MS, signal)
    }
  }
}

/** The cursor before the first frame. */
async function beginning(kafka: Kafka, plant: KafkaPlant): Promise<string> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const places = await firstPlaces(admin, plant)
    return JSON.stringify(Object.fromEntries(Object.entries(places).map(([one, next]) => [one, String(next - 1)])))
  } finally {
    await farewell(admin)
  }
}

/** Frames until the signal aborts, the consumer is lost (throws), or the reader leaves. */
async function* connected(
  kafka: Kafka,
  { topic, group, signal, report }: KafkaPlant,
  after: string,
  well: () => void,
): AsyncGenerator<Frame> {
  const taken: Record<string, string> = JSON.parse(after)
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

  const member = memberOf(kafka, group)
  const { admin, consumer } = member
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    well()
    for (const partition of payload.memberAssignment[topic] ?? []) {
      const last = taken[partition]
      if (last !== undefined) consumer.seek({ topic, partition, offset: String(BigInt(last) + 1n) })
    }
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    failure = payload.error
    end()
  })
  signal.addEventListener('abort', end, { once: true })

  try {
    await begin(member, topic)
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      async eachBatch({ batch, heartbeat, isRunning, isStale, resolveOffset }) {
        for (const { offset, value } of batch.messages) {
          if (over || !isRunning() || isStale()) return
          // A broker answers for a place that it no longer has with another one, and says nothing. Transactions leave gaps too.
          const next = BigInt(taken[batch.partition] ?? Number(offset) - 1) + 1n
          if (BigInt(offset) !== next && (await earliestOf(admin, topic, batch.partition)) > next) {
            report('warn', `the plant's topic goes on at ${offset} instead of ${next}: what lies between is gone`)
          } else if (BigInt(offset) < next) {
            report('warn', `the plant's topic goes on at ${offset} instead of ${next}: it was made anew`)
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
    await farewell(consumer, admin)
  }
}

async function earliestOf(admin: Admin, topic: string, partition: number): Promise<bigint> {
  const bounds = await admin.fetchTopicOffsets(topic)
  return BigInt(bounds.find((one) => one.partition === partition)?.low ?? 0)
}
