import { readFileSync } from 'node:fs'
import type { EventLog } from '../actors/log/port.ts'
import { leaveForPredecessors, leaveGroup } from '../actors/log/redpanda/group.ts'
import { openRedpandaLog } from '../actors/log/redpanda/log.ts'
import { openTopicWriter } from '../actors/outgoing/topic-writer.ts'
import { Fault } from '../actors/runtime/index.ts'
import { openMongoStore } from '../actors/store/mongo/store.ts'
import type { Collection, StateStore } from '../actors/store/port.ts'
import { ConfigError } from '../config-error.ts'
import type { Config } from '../config.ts'
import type { Logger } from '../logger.ts'
import { bind, type Edition, type Undo } from './edition.ts'
import { openWaitingRoom } from './waiting-room.ts'

const TRY_AGAIN_MS = 1000
/** Looks at a log that seems not to go with the store. */
const LOOKS = 5

/** A broker and a replica set, shared by all nodes. While one of them is away, this waits, and says on HTTP what for. */
export async function openCluster(
  config: Config,
  clock: { now(): number },
  undo: Undo,
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Promise<Edition> {
  const { WINDBOX_NAMESPACE: namespace, WINDBOX_PARTITIONS: partitions } = config
  const broker = brokerOf(config)
  const waiting = openWaitingRoom(config)
  const interrupted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  // When nothing is waited for any more, nobody hears of it.
  interrupted.catch(() => {})
  const patiently = async <T>(what: string, open: () => Promise<T>): Promise<T> => {
    waiting.say(what)
    for (let said = ''; ; await Bun.sleep(TRY_AGAIN_MS)) {
      signal.throwIfAborted()
      try {
        return await Promise.race([open(), interrupted])
      } catch (error) {
        const passing = error instanceof Fault && ['LOG_UNAVAILABLE', 'STORE_UNAVAILABLE'].includes(error.code)
        if (!passing) throw error
        if (error.message !== said) logger.warn(`waiting for ${what}`, { cause: error.message })
        said = error.message
      }
    }
  }
  try {
    const store = await patiently('the database', () => openStore(config))
    undo.push(() => store.close())
    const warn = (line: string) => logger.debug(line)
    const log = await patiently('the broker', () =>
      openRedpandaLog({
        ...broker,
        partitions,
        clock,
        warn,
        advise: (sentence) => logger.warn(sentence),
        retentionAgeMs: config.WINDBOX_LOG_RETENTION.ageMs,
      }),
    )
    undo.push(() => log.close())
    await patiently('broker and database', () => bindAmongOthers(store, log))
    const installation = await patiently('the database', () => idOf(store))
    const node = crypto.randomUUID()
    const nodeUrl = config.WINDBOX_NODE_URL ?? null
    await patiently('the group', () => leaveForPredecessors(broker, { node, url: nodeUrl }))
    const topics = openTopicWriter(broker)
    undo.push(() => topics.close())
    return {
      log,
      store,
      topics,
      place: `the namespace ${namespace}`,
      backend: {
        edition: 'cluster',
        ...broker,
        mongoUrl: config.WINDBOX_MONGODB_URL!,
        sessionTimeoutMs: config.WINDBOX_SESSION_TIMEOUT,
        nodeUrl,
        node,
        log: `${log.id} with ${installation}`,
        leave: (memberId) => leaveGroup(broker, memberId),
      },
      announce: () => () => {},
    }
  } finally {
    await waiting.close()
  }
}

const INSTALLATION: Collection = { name: 'installation' }

/** Made with the database and kept: another one on the same log is another installation, and may not be in its group. */
async function idOf(store: StateStore): Promise<string> {
  await store.insert(INSTALLATION, 'id', { id: crypto.randomUUID() })
  const { body } = (await store.get<{ id: string }>(INSTALLATION, 'id'))!
  return body.id
}

/**
 * As {@link bind}. A log that seems too short is looked at again: a broker that has just begun to lead names for a moment an end before what
 * was acknowledged.
 */
async function bindAmongOthers(store: StateStore, log: EventLog): Promise<void> {
  for (let left = LOOKS - 1; ; left--) {
    try {
      return await bind(store, log)
    } catch (error) {
      if (left === 0 || !(error instanceof Fault) || error.code !== 'LOG_MISMATCH') throw error
      await Bun.sleep(TRY_AGAIN_MS)
    }
  }
}

/** Faults: STORE_UNAVAILABLE, STORE_REFUSED, SCHEMA_VERSION. */
export const openStore = (config: Config) =>
  openMongoStore({ url: config.WINDBOX_MONGODB_URL!, database: config.WINDBOX_NAMESPACE })

/** How its Kafka clients reach the broker. Throws {@link ConfigError} when the authority's file cannot be read. */
export function brokerOf(config: Config) {
  const { WINDBOX_KAFKA_BROKERS: brokers, WINDBOX_NAMESPACE: namespace } = config
  const security = securityOf(config)
  return { brokers, namespace, ...(security && { security }) }
}

function securityOf(config: Config) {
  const { WINDBOX_KAFKA_USERNAME: username, WINDBOX_KAFKA_PASSWORD: password, WINDBOX_KAFKA_CA: file } = config
  const sasl = username !== undefined &&
    password !== undefined && { mechanism: 'scram-sha-512' as const, username, password }
  if (!sasl && !file && !config.WINDBOX_KAFKA_TLS) return undefined
  return { ssl: file ? { ca: [readPem(file)] } : config.WINDBOX_KAFKA_TLS, ...(sasl && { sasl }) }
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new ConfigError(`WINDBOX_KAFKA_CA=${file} cannot be read: ${(error as Error).message}`)
  }
}
