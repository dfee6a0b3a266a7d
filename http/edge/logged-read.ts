import type { AskOptions, Cluster } from '../../actors/cluster/port.ts'
import { eventsOf } from '../../actors/event/schema.ts'
import { Fault, type FaultCode } from '../../actors/runtime/index.ts'

/** What may come of a question to an actor ({@link Cluster.ask}), for the documents of routes. */
export const ASK_FAULTS = [
  'NOT_FOUND',
  'RESTORING',
  'OVERLOADED',
  'ASK_TIMEOUT',
  'OFFSET_NOT_REACHED',
  'QUARANTINED',
  'VERSION_AHEAD',
] as const satisfies readonly FaultCode[]

/** As `x-actor-offset` says it: -1 for an actor that no record has reached. */
const POSITION = /^(\d{1,6})-(-1|\d{1,15})$/

/** `x-min-offset: <partition>-<offset>[,…]` as partition → offset. Fault VALIDATION. */
function parseMinOffset(text: string, partitions: number): ReadonlyMap<number, number> {
  const offsets = new Map<number, number>()
  for (const part of text.split(',')) {
    const match = POSITION.exec(part.trim())
    const partition = Number(match?.[1])
    if (match === null || partition >= partitions) {
      throw new Fault('VALIDATION', 'x-min-offset is not a list of positions of this log.', {
        errors: [{ path: 'x-min-offset', message: 'Expected <partition>-<offset>[,…]' }],
      })
    }
    offsets.set(partition, Math.max(offsets.get(partition) ?? -1, Number(match[2])))
  }
  return offsets
}

/**
 * What a request's headers ask of a read of logged data: to wait for a position (`x-min-offset`), or to take what there is while
 * the actor is being restored (`cache-control: max-stale`, RFC 9111). null when they ask nothing: the usual case.
 */
export function readOptions(headers: Headers, partitions: number): AskOptions | null {
  const minOffset = headers.get('x-min-offset')
  const stale = headers.get('cache-control')?.includes('max-stale') === true
  if (minOffset === null && !stale) return null
  return {
    ...(minOffset === null ? {} : { minOffsets: parseMinOffset(minOffset, partitions) }),
    ...(stale ? { stale } : {}),
  }
}

/** For reads of history, which ask no actor: waits for the position that the request names, if it names one. */
export async function awaitMinOffset(cluster: Cluster, address: string, headers: Headers): Promise<void> {
  const options = readOptions(headers, cluster.partitions)
  if (options?.minOffsets) await cluster.ask(address, 'past', {}, { ...options, stale: true })
}

/** For reads of many actors: waits for the positions that the request names, if it names any. */
export async function awaitPositions(cluster: Pick<Cluster, 'partitions' | 'reach'>, headers: Headers): Promise<void> {
  const options = readOptions(headers, cluster.partitions)
  if (options?.minOffsets) await cluster.reach(options.minOffsets)
}

/**
 * For reads of what records have left in the store (decisions, dead letters, deliveries): waits for the positions that the request names, if it
 * names any, and until the store has what came of them.
 */
export async function awaitStored(cluster: Pick<Cluster, 'partitions' | 'ask'>, headers: Headers): Promise<void> {
  const minOffsets = readOptions(headers, cluster.partitions)?.minOffsets ?? new Map<number, number>()
  await Promise.all(
    // Any actor of the partition: the question is its Worker's.
    Array.from(minOffsets, ([partition, offset]) =>
      cluster.ask(eventsOf(partition), '$stored', {}, { minOffsets: new Map([[partition, offset]]), stale: true }),
    ),
  )
}

/** Headers that say how current an answer from an actor is. */
export function sayState(
  headers: Record<string, unknown>,
  { position, at, state }: { position: string; at: number; state: string },
  nowMs: number,
): void {
  headers['x-actor-offset'] = position
  headers['x-state-age-ms'] = at === 0 ? '0' : String(Math.max(0, nowMs - at))
  headers['x-state'] = state
}
