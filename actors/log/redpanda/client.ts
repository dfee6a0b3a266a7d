import { Kafka, type KafkaConfig, logLevel } from 'kafkajs'
import './patches.ts'

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
