import type { Cluster } from '../../actors/cluster/port.ts'
import { deviceAddress } from '../../actors/device/schema.ts'
import type { Deleted, Registry } from './registry.ts'

/**
 * Between two sweeps: longer than two sessions of the consumer group, so that nobody who still takes himself for the owner can write
 * after the second.
 */
const SWEEP_AGAIN_MS = 120_000
/** After its record was appended: by then its owner has dropped the rest. */
const APPLIED_MS = 5_000
const PAGE = 200

/**
 * What a deletion has to do besides the mark, step by step, each of which may be done twice: a record tells the actor to drop what comes
 * later, then everything stored of it is removed, and once more when nobody can write any more.
 */
export function createDeletions(parts: {
  cluster: Pick<Cluster, 'append'> & { readonly store: Pick<Cluster['store'], 'forget'> }
  devices: Pick<Registry, 'deleted' | 'advance'>
  now: () => number
}) {
  const { cluster, devices, now } = parts

  /** Fault LOG_UNAVAILABLE; the sweep tells it then. */
  async function tell(id: number): Promise<void> {
    const record = { key: deviceAddress(id), type: 'deleted', value: '{}', id: 'deleted' }
    const [position] = await cluster.append([record])
    if (position) await devices.advance(id, 'told')
  }

  async function goOn({ id, deletion, since }: Deleted): Promise<void> {
    const waitMs = deletion === 'told' ? APPLIED_MS : SWEEP_AGAIN_MS
    if (deletion === 'marked') return await tell(id)
    if (now() - since < waitMs) return
    await cluster.store.forget(deviceAddress(id))
    await devices.advance(id, deletion === 'told' ? 'swept' : undefined)
  }

  return {
    tell,
    /** Every deletion goes on by as much as it can. To be called now and then. */
    async sweep(): Promise<void> {
      for (const deletion of ['swept', 'told', 'marked'] as const) {
        for (let after = 0; ;) {
          const found = await devices.deleted(deletion, after, PAGE)
          for (const deleted of found) await goOn(deleted)
          const last = found.at(-1)
          if (last === undefined || found.length < PAGE) break
          after = last.id
        }
      }
    },
  }
}
export type Deletions = ReturnType<typeof createDeletions>
