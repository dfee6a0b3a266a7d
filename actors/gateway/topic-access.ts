import { readFileSync } from 'node:fs'
import type { Admin, Consumer, Kafka, SASLOptions } from 'kafkajs'
import { connectKafka } from '../log/redpanda/client.ts'
import { readAllCompressions } from './compression/codecs.ts'

/** A topic of somebody else's broker. It is only read: nothing is written there but what membership of a group of ours needs. */
export interface TopicAccess {
  readonly brokers: readonly string[]
  readonly topic: string
  /** SASL_SSL with SCRAM-SHA-512 when both are given. */
  readonly username: string | undefined
  readonly password: string | undefined
  /** PEM file of the authority that signs the brokers; alone it means TLS without log-in. */
  readonly caFile: string | undefined
}

/** What fails so often is said, and begun again. */
const RETRIES = 4

export type Report = (level: 'info' | 'warn' | 'error', sentence: string) => void

/** The broker, not connected yet, whose messages are read however they are packed. Throws when the authority's file cannot be read. */
export function brokerOf({ brokers, username, password, caFile }: TopicAccess, clientId: string): Kafka {
  const sasl: SASLOptions | undefined =
    username !== undefined && password !== undefined ? { mechanism: 'scram-sha-512', username, password } : undefined
  readAllCompressions()
  const ssl = caFile !== undefined ? { ca: [readFileSync(caFile, 'utf8')] } : sasl !== undefined
  return connectKafka({ brokers, namespace: clientId, retries: RETRIES, security: { ssl, ...(sasl && { sasl }) } })
}

/** Who dies keeps its place in the group for so long, and the next one waits. */
const SESSION_MS = 10_000

/** Reads a topic as one of a group of ours, once {@link begin} has connected it. */
export interface Member {
  readonly admin: Admin
  readonly consumer: Consumer
}

export const memberOf = (kafka: Kafka, groupId: string): Member => ({
  admin: kafka.admin(),
  consumer: kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
    sessionTimeout: SESSION_MS,
    heartbeatInterval: SESSION_MS / 10,
    maxWaitTimeInMs: 500,
    retry: { retries: 5, restartOnFailure: async () => false },
  }),
})

/** Rejects when the topic is not there. */
export async function begin({ admin, consumer }: Member, topic: string): Promise<void> {
  await admin.connect()
  await admin.fetchTopicOffsets(topic)
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
}

export const RETRY_MS = 5_000
const SAY_AGAIN_MS = 60_000

/** Says what is wrong with something that is tried again, once a minute at most, and when it is over. */
export function createWord(what: string, report: Report) {
  let saidAt = -Infinity
  return {
    trouble(error: unknown): void {
      const now = performance.now()
      if (now < saidAt + SAY_AGAIN_MS) return
      saidAt = now
      report('warn', `${what}: ${sentenceOf(error)}; it is tried again`)
    },
    well(): void {
      if (saidAt > -Infinity) report('info', `${what} is read again`)
      saidAt = -Infinity
    },
  }
}

/**
 * Reads for as long as `signal` lets it: what broke the reading (a broker away, a wrong password, no such topic) is said, once a minute at most, and
 * it is tried again. `read` calls `well` when it has got through. Resolves when the signal aborts, or `read` has nothing more to do.
 */
export async function keepReading(
  what: string,
  { signal, report }: { readonly signal: AbortSignal; readonly report: Report },
  read: (well: () => void) => Promise<void>,
): Promise<void> {
  const { trouble, well } = createWord(what, report)
  while (!signal.aborted) {
    try {
      return await read(well)
    } catch (error) {
      if (signal.aborted) return
      trouble(error)
      await pause(RETRY_MS, signal)
    }
  }
}

/** What is wrong, for people. kafkajs has the cause behind "retries exceeded", and its own words for a topic that is not there. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'KafkaJSNumberOfRetriesExceeded' && error.cause) return sentenceOf(error.cause)
  if ('type' in error && error.type === 'UNKNOWN_TOPIC_OR_PARTITION') return 'the broker has no such topic'
  return error.message
}

const FAREWELL_MS = 3_000

/** Leaves the group, and waits a little for it: a broker that does not answer holds nobody up. */
export async function farewell(...connections: readonly { disconnect(): Promise<void> }[]): Promise<void> {
  const over = new AbortController()
  const left = Promise.allSettled(connections.map((one) => one.disconnect())).then(() => over.abort())
  await Promise.race([left, pause(FAREWELL_MS, over.signal)])
}

/** Resolves after so many ms, or at once when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}
