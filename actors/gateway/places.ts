import type { Admin } from 'kafkajs'
import { sourceAddress, type BeginSource, type SourceState } from '../source/schema.ts'
import { Fault, FAULTS, type Append, type NewRecord } from '../runtime/index.ts'
import type { EventSource, Start } from './source-setting.ts'
import { pause, type Report } from './topic-access.ts'

export interface PlaceParts {
  readonly source: EventSource
  readonly cluster: {
    readonly append: Append
    ask(
      address: string,
      question: string,
      query?: unknown,
      options?: { readonly minOffsets?: ReadonlyMap<number, number> },
    ): Promise<{ readonly body: string }>
  }
  readonly signal: AbortSignal
  readonly report: Report
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2_000

/** Tries again for as long as it may succeed and `go` says so; undefined when it was given up. `between` is called before each new try. */
export async function patiently<T>(
  attempt: () => Promise<T | undefined>,
  { signal, go, between }: { signal: AbortSignal; go?: () => boolean; between?: () => Promise<void> },
): Promise<T | undefined> {
  for (let ms = FIRST_PAUSE_MS; !signal.aborted && (go?.() ?? true); ms = Math.min(2 * ms, LONGEST_PAUSE_MS)) {
    try {
      const result = await attempt()
      if (result !== undefined) return result
    } catch (error) {
      if (!(error instanceof Fault && 'retry' in FAULTS[error.code])) throw error
    }
    await pause(ms, signal)
    await between?.()
  }
  return undefined
}

/**
 * Where these partitions of the topic go on. A source that was never read begins at its `start`, which the first node that asks settles for
 * all partitions and for ever; a partition that the topic gets later is read from its beginning. Throws when the topic has less than was read.
 */
export async function placesOf(admin: Admin, parts: PlaceParts, mine: readonly number[]): Promise<Map<number, number>> {
  const { source, signal } = parts
  const bounds = await admin.fetchTopicOffsets(source.topic)
  let positions = await positionsOf(parts)
  if (Object.keys(positions).length === 0) {
    const record = beginRecord(source.name, await firstPlaces(admin, source))
    const settled = await patiently(async () => (await parts.cluster.append([record]))[0] ?? undefined, { signal })
    if (settled) positions = await positionsOf(parts, new Map([[settled.partition, settled.offset]]))
  }
  const places = new Map<number, number>()
  for (const { partition, low, high } of bounds) {
    if (!mine.includes(partition)) continue
    const position = positions[partition]
    if (position !== undefined && position > Number(high)) {
      throw new Error(
        `partition ${partition} ends at ${high} and is read up to ${position}: a topic that was made anew needs a source of another name`,
      )
    }
    if (position !== undefined && position < Number(low)) sayGone(parts, partition, position, Number(low))
    places.set(partition, Math.max(position ?? 0, Number(low)))
  }
  return places
}

/** A partition goes on behind the expected offset: a topic of transactions has such gaps, and one that deletes what is old may have. */
export async function sayIfGone(admin: Admin, parts: PlaceParts, partition: number, expected: number): Promise<void> {
  const bounds = await admin.fetchTopicOffsets(parts.source.topic)
  const low = Number(bounds.find((one) => one.partition === partition)?.low ?? 0)
  if (low > expected) sayGone(parts, partition, expected, low)
}

function sayGone({ source, report }: PlaceParts, partition: number, from: number, to: number): void {
  report(
    'warn',
    `the topic ${source.topic}: messages ${from} to ${to - 1} of partition ${partition} were not read and are gone`,
  )
}

async function positionsOf({ cluster, source, signal }: PlaceParts, minOffsets?: ReadonlyMap<number, number>) {
  const options = minOffsets ? { minOffsets } : {}
  const answer = await patiently(() => cluster.ask(sourceAddress(source.name), 'positions', {}, options), { signal })
  return answer ? (JSON.parse(answer.body) as Pick<SourceState, 'positions'>).positions : {}
}

function beginRecord(name: string, positions: BeginSource['positions']): NewRecord {
  return { key: sourceAddress(name), type: 'begin', value: JSON.stringify({ positions } satisfies BeginSource) }
}

/** By partition, where the reading of a topic begins. */
export async function firstPlaces(
  admin: Admin,
  { topic, start }: { readonly topic: string; readonly start: Start },
): Promise<Readonly<Record<string, number>>> {
  if (typeof start === 'number') {
    const found = await admin.fetchTopicOffsetsByTimestamp(topic, start)
    return Object.fromEntries(found.map(({ partition, offset }) => [partition, Number(offset)]))
  }
  const bounds = await admin.fetchTopicOffsets(topic)
  return Object.fromEntries(
    bounds.map(({ partition, low, high }) => [partition, Number(start === 'latest' ? high : low)]),
  )
}
