import type { Cluster } from './actors/cluster/port.ts'
import { openEventSource } from './actors/gateway/events.ts'
import { kafkaPlant } from './actors/gateway/kafka.ts'
import { whileOurs } from './actors/gateway/tenure.ts'
import { runGateway } from './actors/plant/gateway.ts'
import type { FrameSource } from './actors/plant/source.ts'
import { PLANT_ADDRESS } from './actors/plant/split.ts'
import { partitionOf } from './actors/runtime/index.ts'
import { ConfigError } from './config-error.ts'
import type { Config } from './config.ts'
import { createTake } from './http/events/take.ts'
import type { Logger } from './logger.ts'
import { replay } from './sims/plant/replay.ts'
import { sleepOnTimer } from './sims/plant/source.ts'
import { syntheticPlant } from './sims/plant/synthetic.ts'

const SYNTHETIC_SEED = 171

export interface SourceParts {
  readonly config: Config
  readonly logId: string
  readonly clock: { now(): number }
  readonly logger: Logger
  readonly signal: AbortSignal
}

/** The settings name a source that cannot be. */
export class SourceError extends Error {}

/** Where frames and events come from besides HTTP. Throws {@link SourceError} for a file that cannot be read. */
export function openSources(parts: SourceParts) {
  const { config, logId, clock, logger, signal } = parts
  const report = (level: 'info' | 'warn' | 'error', sentence: string) => logger[level](sentence)
  const opened = <T>(open: () => T): T => {
    try {
      return open()
    } catch (error) {
      if (error instanceof ConfigError) throw error
      throw new SourceError(error instanceof Error ? error.message : String(error))
    }
  }
  const plant = opened(() => plantSource(parts, signal))
  const events = config.WINDBOX_EVENT_SOURCES.map((source) =>
    opened(() =>
      openEventSource({ source, group: `windbox-events-${logId}-${source.name}`, now: clock.now, signal, report }),
    ),
  )
  return {
    /**
     * Lets them run until `signal` aborts: the plant's frames on the node that has the plant's actor, events on all. `failed` hears of a source
     * that broke for good. Returns the way to wait for their end.
     */
    run(cluster: Cluster, failed: (sentence: string) => void): () => Promise<unknown> {
      const { recordOfMessage: recordOf } = createTake(cluster.partitions)
      const running = events.map(({ run }) => run({ cluster, recordOf }))
      if (plant !== null) {
        const partition = partitionOf(PLANT_ADDRESS, cluster.partitions)
        const carry = async (signal: AbortSignal) => {
          const source = plantSource(parts, signal)!
          const report = (sentence: string) => logger.error(sentence)
          await runGateway({ cluster, source, now: clock.now, wait: sleepOnTimer, signal, report })
          if (!signal.aborted) logger.info(`${source.id} has no more frames`)
        }
        running.push(whileOurs(() => cluster.owned().includes(partition), signal, carry))
      }
      for (const one of running) {
        one.catch((error: unknown) =>
          failed(`a source broke: ${error instanceof Error ? error.message : String(error)}`),
        )
      }
      return () => Promise.allSettled(running)
    },
  }
}

function plantSource({ config, logId, clock, logger }: SourceParts, signal: AbortSignal): FrameSource | null {
  switch (config.WINDBOX_PLANT) {
    case 'off':
      return null
    case 'synthetic':
      return syntheticPlant({ seed: SYNTHETIC_SEED, now: clock.now, signal })
    case 'replay':
      return replay({ file: config.WINDBOX_PLANT_FILE!, speed: config.WINDBOX_PLANT_SPEED, signal })
    case 'kafka':
      return kafkaPlant({
        brokers: config.WINDBOX_PLANT_BROKERS,
        topic: config.WINDBOX_PLANT_TOPIC!,
        group: `windbox-plant-${logId}`,
        username: config.WINDBOX_PLANT_USERNAME,
        password: config.WINDBOX_PLANT_PASSWORD,
        caFile: config.WINDBOX_PLANT_CA,
        start: config.WINDBOX_PLANT_START,
        signal,
        report: (level, sentence) => logger[level](sentence),
      })
  }
}
