import { Registry } from 'prom-client'
import type { Cluster } from '../../actors/cluster/port.ts'
import type { Figures } from '../../figures/figures.ts'
import { BOUNDS, Histogram } from '../../figures/histogram.ts'
import type { Part } from '../edge/outages.ts'
import { METRICS, type MetricName } from './catalogue.ts'
import { partitionsOf, sumOf, workersOf, type Report } from './inspection.ts'
import type { Latency } from './latency.ts'
import type { PlantFigures } from './plant.ts'

const PARTS: readonly Part[] = ['store', 'log']

type Labels = Readonly<Record<string, string | number>>
/** One number, or one for each of several label values. */
type Values<T> = T | readonly (readonly [Labels, T])[]
type Reading = { readonly [Name in MetricName]: Values<ValueOf<(typeof METRICS)[Name]['type']>> }
type ValueOf<Type> = Type extends 'histogram' ? Histogram : number

export interface MetricsParts {
  readonly cluster: Pick<Cluster, 'readiness' | 'owned' | 'inspect'>
  readonly version: string
  readonly latency: Latency
  readonly figures?: Figures
  readonly plant: () => Promise<PlantFigures>
  /** What does not answer now. */
  readonly away: () => readonly Part[]
  readonly loopLag: () => number
  readonly liveStreams: () => number
  readonly knownCredentials: () => number
}

/** A look at everything. Each Worker of this node is asked once, and none of another node: every node is scraped by itself. */
async function read(parts: MetricsParts): Promise<Reading> {
  const { cluster, figures = {}, latency } = parts
  const inspect = figures.inspect ?? (() => cluster.inspect())
  const [workers, plant] = await Promise.all([inspect().then(workersOf, () => []), parts.plant()])
  const { ready, restoring, partitions, replayed, toReplay } = cluster.readiness()
  const owned = workers.flatMap(partitionsOf)
  const snapshots = owned.map(({ snapshots }) => (snapshots ?? {}) as Report)
  const { user, system } = process.cpuUsage()
  const { asks, appends, deliveries, spans } = figures
  const away = parts.away()
  /** A gauge of each partition that says so. */
  const each = (read: (partition: Report) => number): [Labels, number][] =>
    owned.flatMap((one) => {
      const value = read(one)
      return Number.isFinite(value) ? [[{ partition: Number(one.partition) }, value]] : []
    })
  const leases = workers.flatMap(({ worker, lease_ms }): [Labels, number][] =>
    typeof lease_ms === 'number' ? [[{ worker: Number(worker) }, lease_ms / 1000]] : [],
  )
  const outcomes = deliveries?.() ?? { delivered: 0, retried: 0, dead: 0, expired: 0 }
  const { exported, dropped } = spans?.() ?? { exported: 0, dropped: 0 }
  return {
    windbox_build_info: [[{ version: parts.version, edition: figures.edition ?? 'embedded' }, 1]],
    windbox_http_request_duration_seconds: [...latency.all()],
    windbox_ready: ready ? 1 : 0,
    windbox_away: PARTS.map((part) => [{ part }, away.includes(part) ? 1 : 0]),
    windbox_partitions: partitions,
    windbox_partitions_owned: cluster.owned().length,
    windbox_partitions_restoring: restoring,
    windbox_records_to_replay: toReplay,
    windbox_records_replayed: replayed,
    windbox_partition_position: each(({ position }) => Number(position)),
    windbox_partition_lag: each(({ logEnd, position }) => Math.max(0, Number(logEnd) - Number(position))),
    windbox_partition_low_watermark: each(({ lowWatermark }) => Number(lowWatermark)),
    windbox_partition_restore_seconds: each(({ restoredMs }) => Number(restoredMs ?? Number.NaN) / 1000),
    windbox_workers: workers.length,
    windbox_worker_restarts_total: sumOf(workers, 'restarts'),
    windbox_rebalances_total: sumOf(workers, 'rebalances'),
    windbox_lease_seconds: leases,
    windbox_asks_waiting: sumOf(workers, 'asks_waiting'),
    windbox_ask_duration_seconds: Object.entries(asks ?? {}).map(([hop, times]) => [{ hop }, times]),
    windbox_misdirected_total: asks?.node.misdirected ?? 0,
    windbox_records_applied_total: sumOf(owned, 'applied'),
    windbox_records_repeated_total: sumOf(owned, 'skipped') + sumOf(owned, 'duplicates'),
    windbox_dead_letters_total: sumOf(owned, 'deadLetters'),
    windbox_quarantines_total: sumOf(owned, 'quarantines'),
    windbox_actors_resident: sumOf(owned, 'resident'),
    windbox_actors_dirty: sumOf(owned, 'dirty'),
    windbox_oldest_dirty_seconds: Math.max(0, ...owned.map(({ oldestDirtyMs }) => Number(oldestDirtyMs ?? 0))) / 1000,
    windbox_activations_total: sumOf(owned, 'activations'),
    windbox_evictions_total: sumOf(owned, 'evictions'),
    windbox_snapshot_writes_total: [
      [{ result: 'stored' }, sumOf(snapshots, 'stored')],
      [{ result: 'conflict' }, sumOf(snapshots, 'conflicts')],
      [{ result: 'error' }, sumOf(snapshots, 'failures')],
    ],
    windbox_outputs_pending: sumOf(owned, 'pendingOutputs'),
    windbox_timers: sumOf(owned, 'timers'),
    windbox_records_appended_total: appends?.records ?? 0,
    windbox_appends_refused_total: appends?.refused ?? 0,
    windbox_append_duration_seconds: appends?.times ?? new Histogram(),
    windbox_deliveries_total: Object.entries(outcomes).map(([outcome, count]) => [{ outcome }, count]),
    windbox_live_streams: parts.liveStreams(),
    windbox_known_credentials: parts.knownCredentials(),
    windbox_trace_spans_total: [
      [{ result: 'exported' }, exported],
      [{ result: 'dropped' }, dropped],
    ],
    windbox_exhauster_status: plant.map(({ exhauster, status }) => [{ exhauster }, status]),
    windbox_exhauster_running: plant.map(({ exhauster, running }) => [{ exhauster }, running]),
    windbox_exhauster_data_age_seconds: plant.map(({ exhauster, ageSeconds }) => [{ exhauster }, ageSeconds]),
    windbox_event_loop_lag_seconds: parts.loopLag(),
    windbox_process_resident_memory_bytes: process.memoryUsage.rss(),
    windbox_process_cpu_seconds_total: (user + system) / 1e6,
    windbox_process_uptime_seconds: process.uptime(),
  }
}

interface Sample {
  readonly metricName: string
  readonly labels: Labels
  readonly value: number
}

function samplesOf(name: string, [labels, value]: readonly [Labels, number | Histogram]): Sample[] {
  if (typeof value === 'number') return [{ metricName: name, labels, value }]
  let below = 0
  const buckets = BOUNDS.map((le, i) => ({
    metricName: `${name}_bucket`,
    labels: { le, ...labels },
    value: (below += value.counts[i]!),
  }))
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { le: '+Inf', ...labels }, value: value.count },
    { metricName: `${name}_sum`, labels, value: value.sum },
    { metricName: `${name}_count`, labels, value: value.count },
  ]
}

/** What of a scrape belongs to one metric, as prom-client's registry wants to be told it. */
function family(name: MetricName, reading: () => Reading) {
  const { type, help } = METRICS[name]
  const get = () => {
    const given = reading()[name] as Values<number | Histogram>
    const all = Array.isArray(given) ? given : [[{}, given] as const]
    const values = all.flatMap((one: readonly [Labels, number | Histogram]) => samplesOf(name, one))
    return Promise.resolve({ name, help, type, values, aggregator: 'sum' })
  }
  return { name, get }
}

export function createMetrics(parts: MetricsParts) {
  return {
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    /** Prometheus text. */
    async text(): Promise<string> {
      const reading = await read(parts)
      const registry = new Registry()
      for (const name of Object.keys(METRICS)) {
        registry.registerMetric(family(name as MetricName, () => reading) as never)
      }
      return await registry.metrics()
    },
  }
}
export type Metrics = ReturnType<typeof createMetrics>
