import { readFileSync } from 'node:fs'
import { Kafka, logLevel, type KafkaConfig, type SASLOptions } from 'kafkajs'

export interface KafkaPlant {
  readonly brokers: readonly string[]
  readonly topic: string
  /** SASL_SSL with SCRAM-SHA-512 when both are given. */
  readonly username: string | undefined
  readonly password: string | undefined
  /** PEM file of the authority that signs the brokers; alone it means TLS without log-in. */
  readonly caFile: string | undefined
  readonly signal: AbortSignal
  report(level: 'info' | 'warn' | 'error', message: string): void
}

interface Frame {
  readonly text: Uint8Array
  readonly cursor: string
}

/**
 * The plant's own topic as a source of frames. Where it stands is the cursor that the plant's actor keeps, `{"<partition>":
 * <last offset>}`, never the group's committed offset: so a frame is asked for again exactly when it is not in our log.
 */
export function kafkaPlant(plant: KafkaPlant) {
  return {
    id: `kafka:${plant.topic}`,
    clock: 'live' as const,
    frames: (after: string | null): AsyncIterable<Frame> => ({ [Symbol.asyncIterator]: () => consume(plant, after) }),
  }
}

async function* consume(plant: KafkaPlant, after: string | null): AsyncGenerator<Frame> {
  const { topic, signal, report } = plant
  const taken: Record<string, string> = after === null ? {} : JSON.parse(after)
  // One frame between the consumer and the reader: the topic is the queue.
  let offered: Frame | null = null
  let wake = () => {}
  let freed = () => {}
  let failure: unknown = null

  const consumer = new Kafka(connection(plant)).consumer({
    groupId: `windbox-plant-${topic}`,
    allowAutoTopicCreation: false,
    maxWaitTimeInMs: 500,
    retry: { retries: 30, restartOnFailure: async () => !signal.aborted },
  })
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    for (const partition of payload.memberAssignment[topic] ?? []) {
      const last = taken[partition]
      if (last !== undefined) consumer.seek({ topic, partition, offset: String(BigInt(last) + 1n) })
    }
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    report('error', `the plant's topic: ${payload.error.message}`)
    if (payload.restart) return
    failure = payload.error
    wake()
  })
  signal.addEventListener('abort', () => wake(), { once: true })

  try {
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      async eachBatch({ batch, heartbeat, isRunning, isStale, resolveOffset }) {
        for (const { offset, value } of batch.messages) {
          if (!isRunning() || isStale() || signal.aborted) return
          const place = { ...taken, [batch.partition]: offset }
          offered = { text: value ?? new Uint8Array(), cursor: JSON.stringify(place) }
          wake()
          while (offered !== null && !signal.aborted) {
            await new Promise<void>((resolve) => {
              const timer = setTimeout(resolve, 1000)
              freed = () => (clearTimeout(timer), resolve())
            })
            await heartbeat()
          }
          if (signal.aborted) return
          taken[batch.partition] = offset
          resolveOffset(offset)
        }
      },
    })
    while (!signal.aborted) {
      if (failure !== null) throw failure
      const frame = offered as Frame | null
      if (frame === null) {
        await new Promise<void>((resolve) => (wake = resolve))
        continue
      }
      yield frame
      offered = null
      freed()
    }
  } finally {
    freed()
    await consumer.disconnect().catch(() => {})
  }
}

function connection({ brokers, username, password, caFile }: KafkaPlant): KafkaConfig {
  const sasl: SASLOptions | undefined =
    username !== undefined && password !== undefined ? { mechanism: 'scram-sha-512', username, password } : undefined
  const tls = caFile !== undefined ? { ca: [readFileSync(caFile, 'utf8')] } : sasl !== undefined
  return {
    clientId: 'windbox-plant',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    ssl: tls,
    retry: { initialRetryTime: 100, maxRetryTime: 5000, retries: 30 },
    ...(sasl ? { sasl } : {}),
  }
}
