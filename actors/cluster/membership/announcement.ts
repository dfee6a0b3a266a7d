/** What a Worker tells its group of itself whenever the group divides the partitions anew. */
export interface Identity {
  /** Of the process, new at each start. */
  readonly node: string
  /** How other nodes reach it; null for a cluster of one node. */
  readonly url: string | null
  readonly worker: number
  /** Which data it works on. Members of one group that differ here are two installations by mistake. */
  readonly log: string
}

export interface Announcement extends Identity {
  /** Partitions that it has in memory, with the epoch under which it claimed each. */
  readonly owned: ReadonlyMap<number, number>
  /** Machine and process: by it a node that starts again knows what it left behind. */
  readonly place: string
  /** It is about to end, and serves what it has until others have it. */
  readonly leaving: boolean
}

/**
 * Versions of the same cluster stand side by side during an upgrade, and any of them may be the one that divides. So fields are only ever
 * added, and whoever reads takes those that it knows. What cannot go on like that takes another name of the protocol.
 */
const VERSION = 1

export function encodeAnnouncement({ node, url, worker, log, owned, place, leaving }: Announcement): string {
  return JSON.stringify({
    v: VERSION,
    node,
    url,
    worker,
    log,
    owned: Object.fromEntries(owned),
    place,
    ...(leaving && { leaving }),
  })
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

/** Undefined for what no version has written. Claims that make no sense are left out: the rest of a member still counts. */
export function decodeAnnouncement(text: string): Announcement | undefined {
  let said: unknown
  try {
    said = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof said !== 'object' || said === null) return undefined
  const { v, node, url = null, worker, log, owned, place, leaving } = said as Record<string, unknown>
  if (!isCount(v) || v < 1 || typeof node !== 'string' || typeof log !== 'string' || !isCount(worker)) return undefined
  if (url !== null && typeof url !== 'string') return undefined
  const claims = typeof owned === 'object' && owned !== null ? Object.entries(owned) : []
  return {
    node,
    url,
    worker,
    log,
    owned: new Map(
      claims
        .map(([partition, epoch]) => [Number(partition), epoch] as const)
        .filter((claim): claim is [number, number] => isCount(claim[0]) && isCount(claim[1])),
    ),
    place: typeof place === 'string' ? place : '',
    leaving: leaving === true,
  }
}
