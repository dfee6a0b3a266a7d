import type { Cluster } from '../../actors/cluster/port.ts'
import type { LoopDocument, LoopSettings } from '../../actors/control/schema.ts'
import type { Actor, Audit } from '../auth/audit.ts'
import { addressOf, type Loops } from './loops.ts'

/**
 * Makes a loop or changes all of its settings, as the journal says. Resolves when they are durable, to where their record stands; the loop
 * goes by them when it has come there ({@link documentAfter}). Faults: CONFLICT, LOG_UNAVAILABLE.
 */
export async function putLoop(
  { loops, audit }: { loops: Loops; audit: Audit },
  { by, user }: { by: Actor; user: number | null },
  loop: string,
  settings: LoopSettings,
): Promise<{ position: string; isNew: boolean }> {
  const { before, version, position } = await loops.put(loop, settings, user)
  await audit.add(by, 'loop.changed', addressOf(loop), { version }, { before, after: settings })
  return { position, isNew: before === null }
}

/** A loop that has come to this position. Faults: those of `Cluster.ask`. */
export async function documentAfter(
  cluster: Pick<Cluster, 'ask'>,
  loop: string,
  position: string,
): Promise<LoopDocument> {
  const [partition, offset] = position.split('-').map(Number) as [number, number]
  const minOffsets = new Map([[partition, offset]])
  const { body } = await cluster.ask(addressOf(loop), 'document', {}, { minOffsets })
  return JSON.parse(body) as LoopDocument
}
