import type { Cluster } from '../../actors/cluster/port.ts'
import { EXHAUSTER_IDS, type ExhausterSummary } from '../../actors/exhauster/schema.ts'
import { partitionOf } from '../../actors/runtime/index.ts'
import { bytesOf, type KeptAnswers } from '../exhausters/kept-answers.ts'

const STATUS = { unknown: 0, ok: 1, warning: 2, alarm: 3 } as const
const decoder = new TextDecoder()

/** How the exhausters are, in numbers. */
export type PlantFigures = readonly {
  readonly exhauster: string
  readonly status: number
  readonly running: number
  readonly ageSeconds: number
}[]

/**
 * Of the exhausters whose actors are here and have had a frame; the others are other nodes' to tell. What is kept is told, so an actor is
 * asked only where it has changed since somebody looked; one that cannot say is left out.
 */
export function plantFigures(parts: {
  cluster: Pick<Cluster, 'owned' | 'partitions'>
  answers: Pick<KeptAnswers, 'get'>
  now: () => number
}): () => Promise<PlantFigures> {
  const { cluster, answers, now } = parts
  return async () => {
    const owned = new Set(cluster.owned())
    const here = EXHAUSTER_IDS.filter((id) => owned.has(partitionOf(`exhauster/${id}`, cluster.partitions)))
    const told = await Promise.allSettled(here.map(async (id) => await answers.get(`exhauster/${id}`, 'summary')))
    return told.flatMap((one) => {
      if (one.status === 'rejected') return []
      const { id, status, running, updated_at, data_age_ms } = JSON.parse(
        decoder.decode(bytesOf(one.value, now())),
      ) as ExhausterSummary
      if (updated_at === null) return []
      return [
        { exhauster: id, status: STATUS[status], running: running ? 1 : 0, ageSeconds: (data_age_ms ?? 0) / 1000 },
      ]
    })
  }
}
