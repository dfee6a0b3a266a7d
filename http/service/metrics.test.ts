import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Appends } from '../../figures/appends.ts'
import { FarAsks } from '../../figures/far-asks.ts'
import type { Figures } from '../../figures/figures.ts'
import { Histogram } from '../../figures/histogram.ts'
import { METRICS, type MetricName } from './catalogue.ts'
import { Latency } from './latency.ts'
import { createMetrics } from './metrics.ts'

const partition = (partition: number, more: object) => ({ partition, position: 5, logEnd: 9, lowWatermark: 3, ...more })
const inspection = {
  nodes: [
    {
      workers: [
        {
          worker: 0,
          restarts: 1,
          asks_waiting: 2,
          lease_ms: 4000,
          partitions: [
            partition(0, { applied: 10, resident: 3, deadLetters: 1, oldestDirtyMs: 2500, restoredMs: 300 }),
            partition(2, { applied: 5, oldestDirtyMs: 100, snapshots: { stored: 7, conflicts: 2, failures: 1 } }),
          ],
        },
        { worker: 1, restarts: 0, asks_waiting: 0, lease_ms: null },
      ],
    },
  ],
}
const plant = [{ exhauster: 'x-171', status: 3, running: 1, ageSeconds: 12 }]

const metricsOf = (
  latency = new Latency(),
  inspect: () => Promise<unknown> = () => Promise.resolve(inspection),
  figures: Figures = {},
) =>
  createMetrics({
    cluster: {
      readiness: () => ({ ready: false, restoring: 1, partitions: 4, replayed: 7, toReplay: 9 }),
      owned: () => [0, 2],
      inspect,
    },
    version: '1.2.3',
    latency,
    figures,
    plant: () => Promise.resolve(plant),
    away: () => ['log'],
    loopLag: () => 0.004,
    liveStreams: () => 5,
    knownCredentials: () => 6,
  })

/** `# HELP` and `# TYPE` lines by name, and the samples. */
function parse(text: string) {
  const help = new Map<string, string>()
  const type = new Map<string, string>()
  const samples = new Map<string, number>()
  for (const line of text.trim().split('\n')) {
    const [, what, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (what === 'HELP') help.set(name!, rest!)
    else if (what === 'TYPE') type.set(name!, rest!)
    else if (line !== '')
      samples.set(line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1)))
  }
  return { help, type, samples }
}

/** Every part counts something, so that every metric has a sample. */
function everything() {
  const latency = new Latency()
  latency.observe('GET', '/ping', 200, 0.002)
  const asks = { worker: new Histogram(), node: new FarAsks() }
  asks.worker.observe(0.001)
  const appends = new Appends()
  if (appends.begin(3)) appends.times.observe(0.002)
  return metricsOf(latency, undefined, {
    edition: 'cluster',
    asks,
    appends,
    deliveries: () => ({ delivered: 4, retried: 1, dead: 0, expired: 0 }),
    spans: () => ({ exported: 2, dropped: 1 }),
  })
}

test('the output and the catalogue are the same: names, types, labels, words', async () => {
  const { help, type, samples } = parse(await everything().text())
  const catalogue = Object.entries(METRICS)
  expect([...help].sort()).toEqual(catalogue.map(([name, one]): [string, string] => [name, one.help]).sort())
  expect([...type].sort()).toEqual(catalogue.map(([name, one]): [string, string] => [name, one.type]).sort())
  const seen = new Set<string>()
  for (const sample of samples.keys()) {
    const [, name, labels = ''] = /^(\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})?$/.exec(sample) ?? []
    const known = (name! in METRICS ? name! : sample.split('{')[0]!) as MetricName
    const used = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label!).filter((label) => label !== 'le')
    expect(used.sort(), known).toEqual([...METRICS[known].labels].sort())
    seen.add(known)
  }
  expect([...seen].sort()).toEqual(Object.keys(METRICS).sort())
})

test('docs/metrics.md lists every metric as it is, with what to do about it', () => {
  const text = readFileSync(join(import.meta.dir, '../../docs/metrics.md'), 'utf8')
  const rows = [...text.matchAll(/^\| `(windbox_\w+)` *\| (\w+) *\| (.*?) *\| (.*?) *\| (.+?) *\|$/gm)]
  const listed = rows.map(([, name, type, labels, help]) => [name!, type!, labels!, help!])
  const catalogue = Object.entries(METRICS).map(([name, { type, labels, help }]) => [
    name,
    type,
    labels.map((label) => `\`${label}\``).join(' '),
    help,
  ])
  expect(listed.sort()).toEqual(catalogue.sort())
  for (const [, name, , , , todo] of rows) expect(todo!.length, name).toBeGreaterThan(10)
})

test('numbers of the Workers are added up, those of partitions stand by themselves', async () => {
  const { samples } = parse(await metricsOf().text())
  const numbers = (...names: string[]) => names.map((name) => samples.get(name))
  expect(numbers('windbox_records_applied_total', 'windbox_actors_resident', 'windbox_workers')).toEqual([15, 3, 2])
  expect(numbers('windbox_ready', 'windbox_partitions_owned', 'windbox_oldest_dirty_seconds')).toEqual([0, 2, 2.5])
  expect(numbers('windbox_partition_lag{partition="0"}', 'windbox_partition_low_watermark{partition="2"}')).toEqual([
    4, 3,
  ])
  expect(numbers('windbox_partition_restore_seconds{partition="0"}')).toEqual([0.3])
  expect(samples.has('windbox_partition_restore_seconds{partition="2"}')).toBe(false)
  expect(numbers('windbox_lease_seconds{worker="0"}', 'windbox_lease_seconds{worker="1"}')).toEqual([4, undefined])
  expect(numbers('windbox_snapshot_writes_total{result="conflict"}')).toEqual([2])
  expect(numbers('windbox_away{part="log"}', 'windbox_away{part="store"}')).toEqual([1, 0])
  expect(numbers('windbox_exhauster_status{exhauster="x-171"}')).toEqual([3])
})

test('Workers that say nothing are no harm', async () => {
  for (const inspect of [() => Promise.reject(new Error('away')), () => Promise.resolve(null)]) {
    expect(parse(await metricsOf(new Latency(), inspect).text()).samples.get('windbox_workers')).toBe(0)
  }
})

test('the Workers of a node are asked once a scrape, and those of other nodes never', async () => {
  let asked = 0
  const own = () => Promise.resolve((asked++, inspection))
  const ofAll = () => Promise.reject(new Error('would ask other nodes'))
  const { samples } = parse(await metricsOf(new Latency(), ofAll, { inspect: own }).text())
  expect([asked, samples.get('windbox_workers')]).toEqual([1, 2])
})

test('a histogram counts what is at or below each bound', async () => {
  const latency = new Latency()
  for (const seconds of [0.0001, 0.001, 0.003, 60]) latency.observe('GET', '/x', 200, seconds)
  const { samples } = parse(await metricsOf(latency).text())
  const bucket = (le: string) =>
    samples.get(`windbox_http_request_duration_seconds_bucket{le="${le}",method="GET",route="/x",status="200"}`)
  expect([bucket('0.0005'), bucket('0.001'), bucket('0.005'), bucket('10'), bucket('+Inf')]).toEqual([1, 2, 3, 3, 4])
})

test('a second look shows the same counts again, not twice', async () => {
  const metrics = metricsOf()
  await metrics.text()
  expect(parse(await metrics.text()).samples.get('windbox_records_applied_total')).toBe(15)
})

test('one append in sixteen is timed, and every record is counted', () => {
  const appends = new Appends()
  const timed = Array.from({ length: 33 }, () => appends.begin(2)).filter(Boolean).length
  expect([timed, appends.calls, appends.records]).toEqual([3, 33, 66])
})
