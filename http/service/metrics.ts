import { Counter, Gauge, Registry } from 'prom-client'
import type { Cluster } from '../../actors/cluster/port.ts'
import { BOUNDS, type Latency } from './latency.ts'

/** Every metric there is. No label names a device, an actor or a user: their number has no bound. */
export const METRICS = {
  windbox_http_request_duration_seconds: {
    type: 'histogram',
    labels: ['method', 'route', 'status'],
    help: 'Time from the arrival of a request until its answer is made',
  },
  windbox_ready: { type: 'gauge', labels: [], help: '1 when every partition is served' },
  windbox_partitions: { type: 'gauge', labels: [], help: 'Partitions of the log' },
  windbox_partitions_restoring: { type: 'gauge', labels: [], help: 'Partitions that are being restored' },
  windbox_records_to_replay: { type: 'gauge', labels: [], help: 'Records that the restoring partitions have to apply' },
  windbox_records_replayed: { type: 'gauge', labels: [], help: 'Of those, the ones that are applied' },
  windbox_workers: { type: 'gauge', labels: [], help: 'Workers of this node' },
  windbox_worker_restarts: { type: 'gauge', labels: [], help: 'Restarts of its Workers since its start' },
  windbox_asks_waiting: { type: 'gauge', labels: [], help: 'Questions to actors that wait for their answer' },
  windbox_records_applied_total: { type: 'counter', labels: [], help: 'Records applied by the Workers' },
  windbox_records_repeated_total: { type: 'counter', labels: [], help: 'Records that were known already' },
  windbox_dead_letters_total: { type: 'counter', labels: [], help: 'Records that became dead letters' },
  windbox_actors_resident: { type: 'gauge', labels: [], help: 'Actors in memory' },
  windbox_actors_dirty: {
    type: 'gauge',
    labels: [],
    help: 'Of those, the ones with changes that are not in a snapshot',
  },
  windbox_outputs_pending: { type: 'gauge', labels: [], help: 'Effects and messages that are not durable yet' },
  windbox_timers: { type: 'gauge', labels: [], help: 'Armed timers' },
  windbox_live_streams: { type: 'gauge', labels: [], help: 'Open live streams of the API' },
  windbox_known_credentials: { type: 'gauge', labels: [], help: 'Verified tokens that are kept' },
  windbox_process_resident_memory_bytes: { type: 'gauge', labels: [], help: 'Resident memory of the process' },
  windbox_process_cpu_seconds: { type: 'gauge', labels: [], help: 'CPU time of the process since its start' },
  windbox_process_uptime_seconds: { type: 'gauge', labels: [], help: 'Seconds since the start of the process' },
} as const satisfies Record<
  string,
  { type: 'counter' | 'gauge' | 'histogram'; labels: readonly string[]; help: string }
>

type Measured = Exclude<keyof typeof METRICS, 'windbox_http_request_duration_seconds'>

/** What is read of `cluster.inspect()`: it is made for people, so nothing of it is taken for granted. */
interface Inspection {
  readonly nodes?: readonly { readonly workers?: readonly WorkerReport[] }[]
}
interface WorkerReport {
  readonly restarts?: unknown
  readonly asks_waiting?: unknown
  readonly partitions?: unknown
}

/** The sum of one field over all reports that have it. */
const sumOf = (reports: readonly object[], field: string): number =>
  reports.reduce((sum, report) => {
    const value = (report as Record<string, unknown>)[field]
    return sum + (typeof value === 'number' ? value : 0)
  }, 0)

export function createMetrics(parts: {
  cluster: Pick<Cluster, 'readiness' | 'inspect'>
  latency: Latency
  liveStreams: () => number
  knownCredentials: () => number
}) {
  const registry = new Registry()
  const measured = {} as Record<Measured, Counter | Gauge>
  for (const [name, { type, help }] of Object.entries(METRICS)) {
    const Metric = type === 'counter' ? Counter : Gauge
    if (type !== 'histogram') measured[name as Measured] = new Metric({ name, help, registers: [registry] })
  }
  const { help } = METRICS.windbox_http_request_duration_seconds
  registry.registerMetric(new LatencyMetric('windbox_http_request_duration_seconds', help, parts.latency) as never)

  return {
    contentType: registry.contentType,
    /** Prometheus text. */
    async text(): Promise<string> {
      const { ready, restoring, partitions, replayed, toReplay } = parts.cluster.readiness()
      const inspection = ((await parts.cluster.inspect().catch(() => ({}))) ?? {}) as Inspection
      const workers = (inspection.nodes ?? []).flatMap((node) => node.workers ?? [])
      const partitionsOf = ({ partitions }: WorkerReport) => (Array.isArray(partitions) ? (partitions as object[]) : [])
      const owned = workers.flatMap(partitionsOf)
      const { user, system } = process.cpuUsage()
      const values: Record<Measured, number> = {
        windbox_ready: ready ? 1 : 0,
        windbox_partitions: partitions,
        windbox_partitions_restoring: restoring,
        windbox_records_to_replay: toReplay,
        windbox_records_replayed: replayed,
        windbox_workers: workers.length,
        windbox_worker_restarts: sumOf(workers, 'restarts'),
        windbox_asks_waiting: sumOf(workers, 'asks_waiting'),
        windbox_records_applied_total: sumOf(owned, 'applied'),
        windbox_records_repeated_total: sumOf(owned, 'skipped') + sumOf(owned, 'duplicates'),
        windbox_dead_letters_total: sumOf(owned, 'deadLetters'),
        windbox_actors_resident: sumOf(owned, 'resident'),
        windbox_actors_dirty: sumOf(owned, 'dirty'),
        windbox_outputs_pending: sumOf(owned, 'pendingOutputs'),
        windbox_timers: sumOf(owned, 'timers'),
        windbox_live_streams: parts.liveStreams(),
        windbox_known_credentials: parts.knownCredentials(),
        windbox_process_resident_memory_bytes: process.memoryUsage.rss(),
        windbox_process_cpu_seconds: (user + system) / 1e6,
        windbox_process_uptime_seconds: process.uptime(),
      }
      for (const [name, value] of Object.entries(values)) {
        // A counter is counted elsewhere; a Worker that starts anew starts it anew, which is what scrapers expect.
        measured[name as Measured].reset()
        measured[name as Measured].inc(value)
      }
      return await registry.metrics()
    },
  }
}
export type Metrics = ReturnType<typeof createMetrics>

/** Shows what {@link Latency} has counted as prom-client's registry wants to see a histogram. */
class LatencyMetric {
  readonly name: string
  readonly #help: string
  readonly #latency: Latency

  constructor(name: string, help: string, latency: Latency) {
    this.name = name
    this.#help = help
    this.#latency = latency
  }

  get() {
    const values: { metricName: string; labels: Record<string, string | number>; value: number }[] = []
    for (const { method, route, status, counts, sum, count } of this.#latency.all()) {
      const labels = { method, route, status }
      let below = 0
      for (const [i, bound] of BOUNDS.entries()) {
        below += counts[i]!
        values.push({ metricName: `${this.name}_bucket`, labels: { le: bound, ...labels }, value: below })
      }
      values.push({ metricName: `${this.name}_bucket`, labels: { le: '+Inf', ...labels }, value: count })
      values.push({ metricName: `${this.name}_sum`, labels, value: sum })
      values.push({ metricName: `${this.name}_count`, labels, value: count })
    }
    return Promise.resolve({ name: this.name, help: this.#help, type: 'histogram', values, aggregator: 'sum' })
  }
}
