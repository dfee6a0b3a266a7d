import type { Kafka } from 'kafkajs'
import type { NewRecord } from '../runtime/index.ts'
import { readRecord, recordOfMessage, type EventRecordOf, type TopicMessage } from './messages.ts'
import { patiently, placesOf, sayIfGone, type PlaceParts } from './places.ts'
import type { EventSource } from './source-setting.ts'
import { begin, brokerOf, farewell, keepReading, memberOf, type Report } from './topic-access.ts'

export interface EventSourceOptions {
  readonly source: EventSource
  /** Of this Windbox alone, and the same on all its nodes: they share the topic's partitions. */
  readonly group: string
  /** Epoch ms. */
  readonly now: () => number
  readonly signal: AbortSignal
  readonly report: Report
}

interface EventSourceParts extends EventSourceOptions, PlaceParts {
  readonly recordOf: EventRecordOf
}

/** What one append takes. */
const MOST_MESSAGES = 1000
const MOST_BYTES = 1024 * 1024

/**
 * A topic whose messages are events. `run` reads it until the signal aborts, and waits out a broker that is away. Throws when the authority's
 * file cannot be read.
 *
 * How far it is read stands in our log, said when the events are durable there; to the broker the group commits nothing. So a kill at any
 * moment, and a partition that moves to another node, repeat some messages, whose ids make them stored once; and a backup that is restored
 * asks for what came after it.
 */
export function openEventSource(options: EventSourceOptions) {
  const { source, group } = options
  const kafka = brokerOf(source, group)
  return {
    run: (into: Pick<EventSourceParts, 'cluster' | 'recordOf'>): Promise<void> =>
      keepReading(`the topic ${source.topic}`, options, (well) => readAsMember(kafka, { ...options, ...into }, well)),
  }
}

/** Resolves when the signal aborts, rejects when the membership is lost. */
async function readAsMember(kafka: Kafka, parts: EventSourceParts, well: () => void): Promise<void> {
  const { group, signal } = parts
  const { topic } = parts.source
  const member = memberOf(kafka, group)
  const { admin, consumer } = member
  const over = Promise.withResolvers<void>()
  // It may be over before anybody waits for that.
  over.promise.catch(() => {})
  const stop = () => over.resolve()
  signal.addEventListener('abort', stop, { once: true })
  /** By partition that is ours: the next offset. */
  const next = new Map<number, number>()
  /** Counts the joins: what was begun before the last one is not gone on with. */
  let joins = 0

  // At each join kafkajs begins all partitions anew, the kept ones too, and from where the group has committed: nowhere.
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    const join = ++joins
    const mine = payload.memberAssignment[topic] ?? []
    next.clear()
    well()
    if (mine.length === 0) return
    consumer.pause([{ topic, partitions: mine }])
    placesOf(admin, parts, mine).then((places) => {
      if (join !== joins) return
      for (const [partition, offset] of places) {
        next.set(partition, offset)
        consumer.seek({ topic, partition, offset: String(offset) })
      }
      consumer.resume([{ topic, partitions: [...places.keys()] }])
    }, over.reject)
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => over.reject(payload.error))

  try {
    await begin(member, topic)
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 4,
      async eachBatch({ batch: { partition, messages }, heartbeat, isRunning, isStale, resolveOffset }) {
        const join = joins
        const isOurs = () => join === joins && isRunning() && !isStale() && !signal.aborted
        for (const chunk of chunksOf(messages)) {
          const expected = next.get(partition)
          if (!isOurs() || expected === undefined) return
          const last = Number(chunk.at(-1)!.offset)
          if (Number(chunk[0]!.offset) > expected) await sayIfGone(admin, parts, partition, expected)
          if (!(await take(parts, partition, chunk, { isOurs, heartbeat }))) return
          next.set(partition, last + 1)
          resolveOffset(String(last))
          await heartbeat()
        }
      },
    })
    await over.promise
  } finally {
    joins++
    signal.removeEventListener('abort', stop)
    await farewell(consumer, admin)
  }
}

function* chunksOf(messages: readonly TopicMessage[]): Generator<readonly TopicMessage[]> {
  for (let begin = 0, end = 0; begin < messages.length; begin = end) {
    let bytes = 0
    do bytes += messages[end++]!.value?.length ?? 0
    while (end < messages.length && end - begin < MOST_MESSAGES && bytes < MOST_BYTES)
    yield messages.slice(begin, end)
  }
}

interface Hold {
  /** Whether the partition is still ours. */
  readonly isOurs: () => boolean
  /** Keeps the membership; throws when it is over. */
  readonly heartbeat: () => Promise<void>
}

/** Events into the log, then how far it is read. False when the partition was lost before. */
async function take(parts: EventSourceParts, partition: number, chunk: readonly TopicMessage[], hold: Hold) {
  const { source, recordOf, now } = parts
  const nowMs = now()
  const records = chunk.flatMap((message) => recordOfMessage(source, partition, message, { recordOf, nowMs }) ?? [])
  const read = readRecord(source, { partition, next: Number(chunk.at(-1)!.offset) + 1 })
  return (await append(parts, records, hold)) && (await append(parts, [read], hold))
}

/** A log that takes nothing is waited for: the topic is the queue. */
async function append({ cluster, signal }: PlaceParts, records: readonly NewRecord[], { isOurs, heartbeat }: Hold) {
  let left = records
  const attempt = async () => {
    const answers = left.length > 0 ? await cluster.append(left) : []
    left = left.filter((_, i) => answers[i] === null)
    return left.length === 0 ? true : undefined
  }
  return (await patiently(attempt, { signal, go: isOurs, between: heartbeat })) === true
}
