import type { Cluster } from '../../../actors/cluster/port.ts'
import { exhausterOf } from '../../../actors/exhauster/directory.ts'
import { EXHAUSTER_IDS, type StatusChange } from '../../../actors/exhauster/schema.ts'
import { Fault } from '../../../actors/runtime/index.ts'
import { nameOf, type SignalPlace, type TrendLine } from '../../../views/pages/trends/model.ts'
import type { StateStore } from '../../../actors/store/port.ts'
import { listStatusChanges } from '../../exhausters/status-events.ts'
import { readTrend, trendQuery, type Trend } from '../../exhausters/trends.ts'
import { timeOf } from '../../time.ts'

/** More would stand on each other in any chart. */
const MOST_CHANGES = 1000

export interface TrendsQuery {
  readonly signals: readonly SignalPlace[]
  readonly from: string
  readonly to: string
  /** Seconds. */
  readonly step: number
}

/**
 * The trends of several machines as one: each machine is read as the API reads it, and a signal is called by its machine as well,
 * `f-171/bearing_8.temperature`. Faults as there.
 */
export async function readTrends(cluster: Cluster, { signals, from, to, step }: TrendsQuery): Promise<Trend> {
  if (signals.length === 0) throw new Fault('VALIDATION', 'signal: name at least one.')
  const ids = EXHAUSTER_IDS.filter((id) => signals.some(({ exhauster }) => exhauster === id))
  const trends = await Promise.all(
    ids.map(async (id) => {
      const keys = signals.filter(({ exhauster }) => exhauster === id).map(({ key }) => key)
      const query = trendQuery({ signals: keys.join(), from, to, step })
      const trend = await readTrend(cluster, exhausterOf(id)!, query)
      return { ...trend, series: trend.series.map((line) => ({ ...line, signal: `${id}/${line.signal}` })) }
    }),
  )
  const lines = new Map(trends.flatMap(({ series }) => series).map((line) => [line.signal, line]))
  return { ...trends[0]!, series: signals.map((place) => lines.get(nameOf(place))!) }
}

/** Changes of status of the signals' machines, the newest of each machine first. Faults VALIDATION. */
export async function readChanges(
  store: StateStore,
  { signals, from, to }: Pick<TrendsQuery, 'signals' | 'from' | 'to'>,
): Promise<{ items: StatusChange[] }> {
  const ids = EXHAUSTER_IDS.filter((id) => signals.some(({ exhauster }) => exhauster === id))
  const range = { from: timeOf(from, 'from'), to: timeOf(to, 'to'), limit: MOST_CHANGES }
  const pages = await Promise.all(ids.map((id) => listStatusChanges(store, id, range)))
  return { items: pages.flatMap(({ items }) => items) }
}

/** The same lines by their places, for the page. */
export const linesOf = (signals: readonly SignalPlace[], { series }: Trend): TrendLine[] =>
  signals.map((place, index) => ({ ...place, unit: series[index]!.unit, points: series[index]!.points }))
