import { expect, test } from 'bun:test'
import { Latency } from './latency.ts'
import { METRICS, createMetrics } from './metrics.ts'

const inspection = {
  nodes: [
    {
      workers: [
        { restarts: 1, asks_waiting: 2, partitions: [{ applied: 10, resident: 3, deadLetters: 1 }, { applied: 5 }] },
        { restarts: 0, asks_waiting: 0 },
      ],
    },
  ],
}

const metricsOf = (latency = new Latency(), inspect: () => Promise<unknown> = () => Promise.resolve(inspection)) =>
  createMetrics({
    cluster: {
      readiness: () => ({ ready: false, restoring: 1, partitions: 4, replayed: 7, toReplay: 9 }),
      inspect,
    },
    latency,
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

test('the output and the table of metrics are the same', async () => {
  const latency = new Latency()
  latency.observe('GET', '/ping', 200, 0.002)
  const { help, type, samples } = parse(await metricsOf(latency).text())
  const table = Object.entries(METRICS)
  expect([...help].sort()).toEqual(table.map(([name, one]): [string, string] => [name, one.help]).sort())
  expect([...type].sort()).toEqual(table.map(([name, one]): [string, string] => [name, one.type]).sort())
  for (const sample of samples.keys()) {
    const [, name, labels = ''] = /^(\w+?)(?:_bucket|_sum|_count)?(?:\{(.*)\})?$/.exec(sample) ?? []
    const known = METRICS[(name! in METRICS ? name! : sample.split('{')[0]!) as keyof typeof METRICS]
    const used = [...labels.matchAll(/(\w+)="/g)].map(([, label]) => label!).filter((label) => label !== 'le')
    expect(used.sort()).toEqual([...known.labels].sort())
  }
})

test('numbers of the Workers are added up, and a Worker that says nothing is no harm', async () => {
  const { samples } = parse(await metricsOf().text())
  expect(samples.get('windbox_records_applied_total')).toBe(15)
  expect(samples.get('windbox_actors_resident')).toBe(3)
  expect(samples.get('windbox_workers')).toBe(2)
  expect(samples.get('windbox_ready')).toBe(0)
  for (const inspect of [() => Promise.reject(new Error('away')), () => Promise.resolve(null)]) {
    expect(parse(await metricsOf(new Latency(), inspect).text()).samples.get('windbox_workers')).toBe(0)
  }
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
