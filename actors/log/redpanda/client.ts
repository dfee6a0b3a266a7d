import { Kafka, type KafkaConfig, logLevel } from 'kafkajs'
// @ts-expect-error: kafkajs has no types for its inner files.
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
// @ts-expect-error: the same.
import Encoder from 'kafkajs/src/protocol/encoder.js'

/** Where the log is: any broker that speaks Kafka's protocol. */
export interface RedpandaOptions {
  readonly brokers: readonly string[]
  /** Prefix of topics, name of the consumer group. */
  readonly namespace: string
  readonly security?: Pick<KafkaConfig, 'ssl' | 'sasl'>
  /** Makes the connections; without it they are as kafkajs makes them. */
  readonly socketFactory?: KafkaConfig['socketFactory']
  /** How often a request is tried again before it fails; what waits by itself wants few. */
  readonly retries?: number
  /** Gets what kafkajs warns of. */
  readonly warn?: (line: string) => void
}

export const topicOf = (namespace: string): string => `${namespace}.log`

/** A send or fetch is tried again for about this long: a new leader is there within seconds. */
export const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 12 }

export const connectKafka = ({ brokers, namespace, security, socketFactory, retries, warn }: RedpandaOptions): Kafka =>
  new Kafka({
    clientId: namespace,
    brokers: [...brokers],
    ...security,
    // kafkajs puts a function into it, and what has one cannot be handed to a Worker.
    ...(security?.sasl && { sasl: { ...security.sasl } }),
    ...(socketFactory && { socketFactory }),
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { ...RETRY, ...(retries !== undefined && { retries }) },
    logLevel: warn ? logLevel.WARN : logLevel.NOTHING,
    logCreator:
      () =>
      ({ namespace: where, log }) =>
        warn?.(`${where}: ${log.message}${log.error ? `: ${log.error}` : ''}`),
  })

/** Milliseconds after which a request that is held back is looked at again. */
const CHECK_MS = 10

/**
 * kafkajs 2.2.4 arms a timer of a negative delay again and again, also when no request waits (its issue 1751): 900 wake-ups a second and
 * connection, 4–6 % of a core. This one arms none while nothing waits, and never a shorter one than it means.
 */
RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleCheckPendingRequests(this: {
  pending: unknown[]
  throttledUntil: number
  throttleCheckTimeoutId: ReturnType<typeof setTimeout> | null
  checkPendingRequests(): void
}) {
  if (this.throttleCheckTimeoutId || this.pending.length === 0) return
  const delay = Math.max(this.throttledUntil - Date.now(), CHECK_MS)
  this.throttleCheckTimeoutId = setTimeout(() => {
    this.throttleCheckTimeoutId = null
    this.checkPendingRequests()
  }, delay)
}

/** kafkajs 2.2.4 takes the next power of two and clears it, for each request twice: of a large one that is most of what it costs. */
Encoder.prototype.ensureAvailable = function ensureAvailable(this: { buf: Buffer; offset: number }, length: number) {
  const needed = this.offset + length
  if (needed <= this.buf.length) return
  const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.buf.length))
  this.buf.copy(larger, 0, 0, this.offset)
  this.buf = larger
}
