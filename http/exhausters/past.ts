import type { Cluster } from '../../actors/cluster/port.ts'
import { COLUMNS } from '../../actors/exhauster/columns.ts'
import { documentFromRow, type Past } from '../../actors/exhauster/document.ts'
import type { ExhausterDocument, ExhausterId } from '../../actors/exhauster/schema.ts'
import { Fault } from '../../actors/runtime/index.ts'

/** How far back the last frame before a moment is looked for, step by step: most often it is a minute away. */
const REACH_MS = [3_600_000, 86_400_000, 31 * 86_400_000, 3650 * 86_400_000]

/** The time of the newest history row at or before `atMs`, or undefined. */
async function rowTimeBefore(cluster: Cluster, address: string, atMs: number): Promise<number | undefined> {
  let to = atMs + 1
  for (const reach of REACH_MS) {
    const { times } = await cluster.history(address, { from: atMs - reach, to, names: [] })
    if (times.length > 0) return times[times.length - 1]!
    to = atMs - reach
  }
  return undefined
}

/** The document as it was at `atMs`, epoch ms. Fault NOT_FOUND: nothing had come by then. */
export async function documentAt(
  cluster: Cluster,
  id: ExhausterId,
  atMs: number,
  past: Past,
): Promise<ExhausterDocument> {
  const address = `exhauster/${id}`
  const time = await rowTimeBefore(cluster, address, atMs)
  if (time === undefined) throw new Fault('NOT_FOUND', `Nothing is known of ${id} at that moment.`)
  const { names, times, columns } = await cluster.history(address, { from: time, to: time + 1, names: COLUMNS })
  const row = times.length - 1
  const values = columns.map((column) => column[row]!)
  const document = documentFromRow(id, names, values, time, atMs, past)
  if (document === undefined) throw new Fault('NOT_FOUND', `There is no exhauster ${id}.`)
  return document
}

/** What past documents need to know of the present. */
export async function pastOf(cluster: Cluster, id: ExhausterId): Promise<Past> {
  return JSON.parse((await cluster.ask(`exhauster/${id}`, 'past', {})).body) as Past
}
