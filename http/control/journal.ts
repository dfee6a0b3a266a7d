import type { Cluster } from '../../actors/cluster/port.ts'
import type { LoopDocument } from '../../actors/control/schema.ts'
import { partitionOf } from '../../actors/runtime/index.ts'
import type { Log } from '../log.ts'
import { addressOf } from './loops.ts'

const LOOPS = addressOf('')

/** Says in the server's log when a loop of this node commands another position than before. Returns the way to stop. */
export function logStatusChanges({
  cluster,
  log,
}: {
  cluster: Pick<Cluster, 'ask' | 'onChange' | 'owned' | 'partitions'>
  log: Log
}): () => void {
  const since = new Map<string, string | null>()

  async function look(address: string): Promise<void> {
    try {
      const { body } = await cluster.ask(address, 'document')
      const { loop, status, status_since } = JSON.parse(body) as LoopDocument
      const before = since.get(loop)
      since.set(loop, status_since)
      // What held before this server began is no news, and what another node owns that one says.
      const isOwn = cluster.owned().includes(partitionOf(address, cluster.partitions))
      if (isOwn && before !== undefined && before !== status_since)
        log.info(`control loop ${loop}: ${status}`, { since: status_since })
    } catch {
      // It is being restored: it says that it changed when it decides next.
    }
  }

  return cluster.onChange((changes) => {
    for (const { address } of changes) if (address.startsWith(LOOPS)) void look(address)
  })
}
