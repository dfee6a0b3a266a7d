import type { OwnActors } from './port.ts'
import type { RoutingTable } from './table.ts'

/**
 * A claim may be stored late: who made it has lost the partition meanwhile, and the one who has it, and claimed it before, hears nothing of
 * that. All others would ask the wrong node from then on. So the one whom the group has given the partition, and who can be sure of that,
 * claims it again when it has seen the same foreign claim twice.
 */
export function settleDisputes(parts: {
  local: Pick<OwnActors, 'owned' | 'isLeased' | 'store'>
  table: Pick<RoutingTable, 'claimOf'>
  /** Of this node. */
  url: string
  announce(): Promise<void>
  report(level: 'warn', sentence: string): void
}): () => Promise<void> {
  const { local, table, url, announce, report } = parts
  let seen = new Map<number, number>()

  return async () => {
    const before = seen
    seen = new Map()
    const mine = local.owned().filter((partition) => {
      const claim = table.claimOf(partition)
      if (claim === undefined || claim.url === url) return false
      seen.set(partition, claim.epoch)
      return before.get(partition) === claim.epoch && local.isLeased(partition)
    })
    if (mine.length === 0) return
    report('warn', `claimed again, for a claim of another node came late: partitions ${mine.join(', ')}`)
    try {
      for (const partition of mine) await local.store.claim(partition, `${url}#again`)
      await announce()
    } catch (error) {
      report('warn', `partitions could not be claimed again: ${String(error)}`)
    }
  }
}
