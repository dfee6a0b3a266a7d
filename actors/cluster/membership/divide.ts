/** Of each member, by its id: the partitions that it has in memory, with the epoch of its claim. */
export type Claims = ReadonlyMap<string, ReadonlyMap<number, number>>

/**
 * Which member gets which partitions: shares differ by one at most, and as few partitions move as that allows. Each stays with the one who
 * claimed it last, which has its actors in memory; an older claim is that of somebody who was replaced meanwhile. The same members and claims
 * give the same answer, in whatever order they come.
 */
export function divide(claims: Claims, partitions: readonly number[]): Map<string, number[]> {
  const ids = [...claims.keys()].toSorted()
  const shares = new Map(ids.map((id) => [id, [] as number[]]))
  if (ids.length === 0) return shares
  let free: number[] = []
  for (const partition of partitions.toSorted((a, b) => a - b)) {
    const keeper = keeperOf(partition, claims)
    if (keeper === undefined) free.push(partition)
    else shares.get(keeper)!.push(partition)
  }

  const least = Math.floor(partitions.length / ids.length)
  const larger = partitions.length % ids.length
  const room = new Map<string, number>()
  // The larger shares go to those who hold most already.
  const byHeld = ids.toSorted((a, b) => shares.get(b)!.length - shares.get(a)!.length)
  for (const [i, id] of byHeld.entries()) {
    const size = i < larger ? least + 1 : least
    free = free.concat(shares.get(id)!.splice(size))
    room.set(id, size - shares.get(id)!.length)
  }
  for (const partition of free.toSorted((a, b) => a - b)) {
    const id = ids.reduce((best, next) => (room.get(next)! > room.get(best)! ? next : best))
    shares.get(id)!.push(partition)
    room.set(id, room.get(id)! - 1)
  }
  for (const share of shares.values()) share.sort((a, b) => a - b)
  return shares
}

/** Who claimed it last. Nobody, where two say so of one epoch: no store gives it twice, so neither is believed. */
function keeperOf(partition: number, claims: Claims): string | undefined {
  let highest = -1
  let keeper: string | undefined
  for (const [id, owned] of claims) {
    const epoch = owned.get(partition) ?? -1
    if (epoch > highest) [highest, keeper] = [epoch, id]
    else if (epoch === highest) keeper = undefined
  }
  return keeper
}
