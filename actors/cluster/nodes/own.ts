import { Fault, partitionOf } from '../../runtime/index.ts'
import type { OwnActors } from './port.ts'
import type { RoutingTable } from './table.ts'

/** Which of these partitions this node may answer for now. */
export type Mine = (partitions: Iterable<number>) => Promise<ReadonlySet<number>>

/**
 * This node answers only while nobody can have newer answers. What the group leaves to it for certain is its own. For what it has in memory
 * and cannot be sure of (the group does not answer; this process stood still, and others may have taken over) the store decides: who takes
 * over claims before he answers. When the store is away as well, it is nobody's.
 */
export function ownPartitions(parts: {
  local: Pick<OwnActors, 'owned' | 'suspended' | 'isLeased'>
  table: Pick<RoutingTable, 'claimOf' | 'confirm'>
  /** Of this node. */
  url: string
}): Mine {
  const { local, table, url } = parts
  return async (partitions) => {
    const owned = local.owned()
    const suspended = local.suspended()
    const mine = new Set<number>()
    const unsure: number[] = []
    for (const partition of partitions) {
      if (owned.includes(partition) && local.isLeased(partition)) mine.add(partition)
      else if (owned.includes(partition) || suspended.includes(partition)) unsure.push(partition)
    }
    if (unsure.length > 0 && (await table.confirm())) {
      for (const partition of unsure) if (table.claimOf(partition)?.url === url) mine.add(partition)
    }
    return mine
  }
}

/** The actors of this node as other nodes may ask them: NOT_OWNER for any that it may not answer for. */
export function ownActors(
  local: OwnActors,
  mine: Mine,
): Pick<OwnActors, 'ask' | 'tail' | 'tails' | 'reach' | 'inspect'> {
  const demand = async (partitions: Iterable<number>) => {
    const all = new Set(partitions)
    if ((await mine(all)).size < all.size) throw new Fault('NOT_OWNER', 'another node has it')
  }
  const demandFor = (...addresses: readonly string[]) =>
    demand(addresses.map((address) => partitionOf(address, local.partitions)))
  return {
    async ask(address, question, query, options) {
      await demandFor(address)
      return local.ask(address, question, query, options)
    },
    async tail(address, containing) {
      await demandFor(address)
      return local.tail(address, containing)
    },
    async tails(addresses) {
      await demandFor(...addresses)
      return local.tails(addresses)
    },
    async reach(offsets) {
      await demand(offsets.keys())
      return local.reach(offsets)
    },
    inspect: () => local.inspect(),
  }
}
