import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import { startWindbox, type Windbox } from '../main.ts'
import { attribute, openCollector, type KeptSpan } from './collector.fixture.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const collector = openCollector()
const dir = mkdtempSync(join(tmpdir(), 'windbox-trace-'))
const admin = { email: 'admin@example.com', password: 'correct horse battery' }
let windbox: Windbox
let token: string

const start = (more: Record<string, string>) => {
  const { config } = readConfig([], {
    WINDBOX_DATA_DIR: dir,
    WINDBOX_PORT: '0',
    WINDBOX_PLANT: 'off',
    WINDBOX_WORKERS: '2',
    WINDBOX_ADMIN_EMAIL: admin.email,
    WINDBOX_ADMIN_PASSWORD: admin.password,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=a%2Cb,x-tenant=plant',
    ...more,
  })
  return startWindbox(config, createLogger('error'))
}

beforeAll(async () => {
  windbox = await start({ WINDBOX_TRACE_SAMPLE: '0' })
  while ((await fetch(`${windbox.url}/health/ready`)).status !== 200) await Bun.sleep(20)
  const form = new URLSearchParams({ username: admin.email, password: admin.password })
  const answer = await fetch(`${windbox.url}/auth/jwt/login`, { method: 'POST', body: form })
  token = ((await answer.json()) as { access_token: string }).access_token
}, 60_000)
afterAll(async () => {
  await windbox.stop()
  await collector.stop()
  rmSync(dir, { recursive: true, force: true })
})

const send = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(windbox.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

/** Waits until the collector has a span of that name in the trace. */
async function spanOf(name: string, traceId = TRACE): Promise<KeptSpan> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const found = collector.spans.find((span) => span.name === name && span.traceId === traceId)
    if (found) return found
    if (performance.now() > deadline) {
      throw new Error(`no span ${name}; there: ${collector.spans.map((span) => span.name).join(', ')}`)
    }
    await Bun.sleep(20)
  }
}

test('a request that comes with a trace is followed into the log, the Worker, and onto the stream of who looks', async () => {
  const stream = await fetch(`${windbox.url}/api/v1/live?topics=control`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const reader = stream.body!.getReader()
  await reader.read()
  const traceparent = `00-${TRACE}-b7ad6b7169203331-01`
  const answer = await send(
    'PUT',
    '/api/v1/control/loops/mixer',
    { interval_s: 5, alpha: 0.05, test: 'welch', manipulator: { host: '127.0.0.1', port: 9 }, dry_run: true },
    { traceparent },
  )
  expect(answer.status).toBeLessThan(300)

  const request = await spanOf('PUT /api/v1/control/loops/:loop')
  expect(request).toMatchObject({ parentSpanId: 'b7ad6b7169203331', kind: 2, status: { code: 0 } })
  expect(attribute(request.attributes, 'http.response.status_code')).toBe(String(answer.status))
  // The client is told the span that answered it.
  expect(answer.headers.get('traceparent')).toBe(`00-${TRACE}-${request.spanId}-01`)
  const append = await spanOf('append')
  expect(append).toMatchObject({ parentSpanId: request.spanId, kind: 4 })
  const turn =
    collector.spans.find(({ parentSpanId }) => parentSpanId === append.spanId) ??
    (await spanOf('apply control command'))
  expect(turn).toMatchObject({ parentSpanId: append.spanId, kind: 5 })
  expect(attribute(turn.attributes, 'windbox.offset')).toBe(attribute(append.attributes, 'windbox.offset') as string)
  const shown = await spanOf('live control')
  expect(shown.parentSpanId).toBe(turn.spanId)
  expect(collector.faults).toEqual([])
  expect(collector.headers[0]!.get('x-api-key')).toBe('a,b')
  await reader.cancel()
}, 60_000)

test('what does not ask to be followed is not, and a trace that is not sampled is only taken over', async () => {
  const before = collector.spans.length
  const quiet = `00-${'1'.repeat(32)}-${'2'.repeat(16)}-00`
  const answers = [
    await send('POST', '/api/v1/events', { id: 'a' }),
    await send('POST', '/api/v1/events', { id: 'b' }, { traceparent: quiet }),
    await fetch(`${windbox.url}/health/ready`, {
      headers: { traceparent: `00-${'3'.repeat(32)}-${'4'.repeat(16)}-01` },
    }),
  ]
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 200])
  expect(answers[0]!.headers.get('traceparent')).toBeNull()
  expect(answers[1]!.headers.get('traceparent')).toMatch(/^00-1{32}-[0-9a-f]{16}-00$/)
  // One that is followed comes after them: what is before it would have come before.
  const last = '5'.repeat(32)
  await send('POST', '/api/v1/events', { id: 'c' }, { traceparent: `00-${last}-${'6'.repeat(16)}-01` })
  await spanOf('POST /api/v1/events', last)
  const others = collector.spans.slice(before).filter(({ traceId }) => traceId !== TRACE)
  expect(new Set(others.map(({ traceId }) => traceId))).toEqual(new Set([last]))
}, 60_000)

test('a refused request is followed as well, and one to no route says so by its method alone', async () => {
  const traceparent = (digit: string) => `00-${digit.repeat(32)}-${'7'.repeat(16)}-01`
  const lost = await fetch(`${windbox.url}/nothing/here`, { headers: { traceparent: traceparent('7') } })
  expect(lost.status).toBe(404)
  expect(attribute((await spanOf('GET', '7'.repeat(32))).attributes, 'http.response.status_code')).toBe('404')
  const stranger = await fetch(`${windbox.url}/users`, { headers: { traceparent: traceparent('8') } })
  expect(stranger.status).toBe(401)
  await spanOf('GET /users', '8'.repeat(32))
}, 60_000)

test('the metrics count the spans', async () => {
  const text = await (await fetch(`${windbox.url}/metrics`)).text()
  expect(Number(/windbox_trace_spans_total\{result="exported"\} (\d+)/.exec(text)![1])).toBeGreaterThan(3)
})
