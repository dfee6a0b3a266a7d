import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Kafka, logLevel } from 'kafkajs'
import { runs } from './process.ts'

// kafkajs 2.2.4 arms timers of negative delays, and Bun says so each time anew.
process.removeAllListeners('warning')

const ROOT = join(import.meta.dir, '..', '..')
const SCRIPT = join(ROOT, '.ci', 'services')

/** Brokers and a mongod that a run has for itself. Their names are those of `.ci/services`. */
export interface Servers {
  /** What the product is told of them. */
  readonly env: { readonly WINDBOX_KAFKA_BROKERS: string; readonly WINDBOX_MONGODB_URL: string }
  readonly brokers: readonly string[]
  pid(name: string): number
  /** Starts it again, if it has ended, on what it had. A mongod is up then; a broker comes up meanwhile. */
  restart(name: string): Promise<void>
  /** Resolves when every broker that was started again is up. */
  settled(): Promise<void>
  /** The broker that leads a partition of a topic now; null while nobody does. */
  leaderOf(topic: string, partition: number): Promise<string | null>
  /** Ends them, and removes what they stored. */
  stop(): void
}

function services(...args: string[]): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync([SCRIPT, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  if (exitCode !== 0) throw new Error(`.ci/services ${args.join(' ')} ended with ${exitCode}: ${stderr}`)
  return stdout.toString()
}

export function startServers(folder: string, count: number): Servers {
  const printed = services('start', folder, '--brokers', `${count}`)
  const said = (name: string) => new RegExp(`^export ${name}=(.+)$`, 'm').exec(printed)![1]!
  const env = {
    WINDBOX_KAFKA_BROKERS: said('WINDBOX_KAFKA_BROKERS'),
    WINDBOX_MONGODB_URL: said('WINDBOX_MONGODB_URL'),
  }
  const addresses = env.WINDBOX_KAFKA_BROKERS.split(',')
  const brokers = addresses.map((_, i) => `kafka-${i + 1}`)
  const pid = (name: string) => Number(readFileSync(join(folder, name, 'pid'), 'utf8'))
  const comingUp = new Map<string, Promise<void>>()
  const failures: unknown[] = []
  async function start(name: string): Promise<void> {
    const child = Bun.spawn([SCRIPT, 'restart', folder, name], { stdio: ['ignore', 'ignore', 'pipe'] })
    const said = await new Response(child.stderr).text()
    if ((await child.exited) !== 0) throw new Error(`.ci/services restart ${name}: ${said}`)
  }
  return {
    env,
    brokers,
    pid,
    async restart(name) {
      if (runs(pid(name)) || comingUp.has(name)) return
      const starting = start(name)
      if (name === 'mongod') return await starting
      comingUp.set(
        name,
        starting.catch((error: unknown) => void failures.push(error)).finally(() => comingUp.delete(name)),
      )
    },
    async settled() {
      await Promise.all(comingUp.values())
      if (failures.length > 0) throw failures.shift()
    },
    async leaderOf(topic, partition) {
      const kafka = new Kafka({ brokers: addresses, logLevel: logLevel.NOTHING, retry: { retries: 2 } })
      const admin = kafka.admin()
      try {
        await admin.connect()
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
        const { partitions } = topics[0]!
        const leader = partitions.find(({ partitionId }) => partitionId === partition % partitions.length)?.leader ?? -1
        return leader > 0 ? `kafka-${leader}` : null
      } catch {
        return null
      } finally {
        await admin.disconnect().catch(() => {})
      }
    },
    stop: () => void services('stop', folder),
  }
}
