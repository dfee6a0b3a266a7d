import { expect, test } from 'bun:test'
import { openCollector } from './collector.fixture.ts'
import { newContext } from './context.ts'
import { Exporter } from './exporter.ts'
import { KIND, preciseNow, type Span } from './span.ts'

const span = (name: string, more: Partial<Span> = {}): Span => ({
  context: newContext(),
  parentId: undefined,
  name,
  kind: KIND.internal,
  beganMs: preciseNow(),
  endedMs: preciseNow(),
  attributes: {},
  isError: false,
  ...more,
})

const exporterTo = (endpoint: string) => {
  const said: string[] = []
  const resource = { 'service.name': 'windbox', 'service.instance.id': 'node-1' }
  const headers = { 'x-api-key': 'k' }
  return { said, exporter: new Exporter({ endpoint, headers, resource, report: (one) => said.push(one) }) }
}

test('spans arrive as the protocol wants them: ids, times, types, status', async () => {
  const collector = openCollector()
  const { exporter } = exporterTo(collector.endpoint)
  const parent = span('parent')
  exporter.add(parent)
  exporter.add(
    span('child', {
      context: newContext(parent.context),
      parentId: parent.context.spanId,
      attributes: { text: 'Фаза', count: 7, share: 0.5, yes: true },
      isError: true,
      beganMs: 1_700_000_000_000.25,
      endedMs: 1_700_000_000_002.5,
    }),
  )
  await exporter.stop()
  expect(collector.faults).toEqual([])
  const [first, second] = collector.spans
  expect(second).toMatchObject({
    traceId: first!.traceId,
    parentSpanId: first!.spanId,
    startTimeUnixNano: '1700000000000250000',
    endTimeUnixNano: '1700000000002500000',
    status: { code: 2 },
    attributes: [
      { key: 'text', value: { stringValue: 'Фаза' } },
      { key: 'count', value: { intValue: '7' } },
      { key: 'share', value: { doubleValue: 0.5 } },
      { key: 'yes', value: { boolValue: true } },
    ],
  })
  expect(first!.instance).toBe('node-1')
  expect(collector.headers[0]!.get('x-api-key')).toBe('k')
  await collector.stop()
})

test('a span that would end before it began, after a clock went back, lasts no time', async () => {
  const collector = openCollector()
  const { exporter } = exporterTo(collector.endpoint)
  exporter.add(span('backwards', { beganMs: 1_700_000_000_005, endedMs: 1_700_000_000_000 }))
  await exporter.stop()
  expect([collector.faults, collector.spans[0]!.endTimeUnixNano]).toEqual([[], '1700000000005000000'])
  await collector.stop()
})

test('many spans go in few requests', async () => {
  const collector = openCollector()
  const { exporter } = exporterTo(collector.endpoint)
  for (let i = 0; i < 1500; i++) exporter.add(span(`s${i}`))
  await exporter.stop()
  expect(collector.spans).toHaveLength(1500)
  expect(collector.headers).toHaveLength(3)
  expect(exporter.counts).toEqual({ exported: 1500, dropped: 0 })
  await collector.stop()
})

test('a collector that is away costs the spans, one word, and nothing else; when it is back, one more word', async () => {
  const collector = openCollector()
  const { exporter, said } = exporterTo(collector.endpoint)
  collector.answer(503)
  for (const name of ['a', 'b']) {
    exporter.add(span(name))
    await exporter.flush()
  }
  expect(exporter.counts).toEqual({ exported: 0, dropped: 2 })
  collector.answer(200)
  exporter.add(span('c'))
  await exporter.flush()
  expect(exporter.counts).toEqual({ exported: 1, dropped: 2 })
  expect(said).toEqual(['the collector of traces takes nothing: it answers 503', 'traces are taken again'])
  await collector.stop()
})

test('what waits has a bound: above it new spans are thrown away', async () => {
  const { exporter } = exporterTo('http://127.0.0.1:9')
  for (let i = 0; i < 10_000; i++) exporter.add(span('x'))
  expect(exporter.counts.dropped).toBeGreaterThan(5000)
  await exporter.stop()
  expect(exporter.counts).toEqual({ exported: 0, dropped: 10_000 })
})
