/** A node that says of itself that it owns a partition. */
export interface Claim {
  readonly partition: number
  readonly epoch: number
  /** Node and Worker, and which life of the node. */
  readonly by: string
}

/**
 * What must hold at every moment, held against everything that is seen while the faults go on.
 */
export function createWatch(onBroken: (sentence: string) => void) {
  const owners = new Map<string, string>()
  const epochs = new Map<number, number>()
  const floors = new Map<string, number>()
  const counts = { claims: 0, reads: 0, stale: 0, owners: 0 }
  const breaks = (what: 'stale' | 'owners', sentence: string) => {
    counts[what]++
    onBroken(sentence)
  }
  return {
    counts: counts as Readonly<typeof counts>,

    /** One owner per partition and epoch. */
    claimed({ partition, epoch, by }: Claim) {
      counts.claims++
      const key = `${partition}@${epoch}`
      const before = owners.get(key)
      if (before === undefined) owners.set(key, by)
      else if (before !== by)
        breaks('owners', `partition ${partition}, epoch ${epoch}: owned by ${before} and by ${by}`)
    },

    /** The epoch that the store holds for a partition never goes back. */
    stored(partition: number, epoch: number) {
      const before = epochs.get(partition) ?? -1
      if (epoch < before) breaks('owners', `partition ${partition}: the stored epoch went from ${before} to ${epoch}`)
      epochs.set(partition, Math.max(before, epoch))
    },

    /** The highest offset that any finished read of the actor has answered. */
    floor: (actor: string): number => floors.get(actor) ?? -1,

    /** An answer said to be live: never behind what was known when the question was put. */
    answered(actor: string, where: string, floor: number, offset: number) {
      counts.reads++
      if (offset < floor) breaks('stale', `${actor}: ${where} answered live at ${offset}, after ${floor} was answered`)
      floors.set(actor, Math.max(floors.get(actor) ?? -1, offset))
    },

    /** An answer to a question with `x-min-offset`: it holds what was acknowledged there. */
    included(actor: string, where: string, expected: number, actual: number | null) {
      counts.reads++
      if (actual === null || actual < expected)
        breaks('stale', `${actor}: ${where} answered ${actual} where ${expected} was asked for`)
    },
  }
}
export type Watch = ReturnType<typeof createWatch>
