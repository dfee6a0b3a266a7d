import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../config.ts'
import { createLogger } from '../logger.ts'
import { startWindbox, type Windbox } from '../main.ts'
import { openCollector, type KeptSpan } from './collector.fixture.ts'

const { WINDBOX_KAFKA_BROKERS, WINDBOX_MONGODB_URL } = process.env
const admin = { email: 'admin@example.com', password: 'correct horse battery' }
const LOOPS = 8

/** A port that was free a moment ago: a node has to know its own address before it listens. */
function freePort(): number {
  const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() })
  const { port } = server
  void server.stop(true)
  return port!
}

describe.skipIf(!WINDBOX_KAFKA_BROKERS || !WINDBOX_MONGODB_URL)('two nodes on a real broker', () => {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-traces-'))
  const nodes: Windbox[] = []
  let collector: ReturnType<typeof openCollector>
  let authorization: string

  const until = async <T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> => {
    const deadline = performance.now() + 60_000
    for (;;) {
      const found = await look()
      if (found) return found
      if (performance.now() > deadline) throw new Error(`not so after 60 s: ${what}`)
      await Bun.sleep(50)
    }
  }
  const isReady = async ({ url }: Windbox) => (await fetch(`${url}/health/ready`)).status === 200
  const get = async (path: string) => await (await fetch(nodes[0]!.url + path, { headers: { authorization } })).text()

  beforeAll(async () => {
    collector = openCollector()
    const namespace = `traces-${crypto.randomUUID().slice(0, 8)}`
    for (let i = 0; i < 2; i++) {
      const port = freePort()
      const { config } = readConfig([], {
        WINDBOX_KAFKA_BROKERS,
        WINDBOX_MONGODB_URL,
        WINDBOX_NAMESPACE: namespace,
        WINDBOX_NODE_URL: `http://127.0.0.1:${port}`,
        WINDBOX_NODE_SECRET: 'a secret of the test, long enough for it',
        WINDBOX_DATA_DIR: join(dir, String(i)),
        WINDBOX_PORT: String(port),
        WINDBOX_PARTITIONS: '8',
        WINDBOX_WORKERS: '1',
        WINDBOX_PLANT: 'off',
        WINDBOX_ADMIN_EMAIL: admin.email,
        WINDBOX_ADMIN_PASSWORD: admin.password,
        WINDBOX_TRACE_SAMPLE: '0',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      })
      nodes.push(await startWindbox(config, createLogger('error')))
    }
    for (const node of nodes) {
      await until('each node owns a half and is ready', async () => node.cluster.owned().length === 4 && isReady(node))
    }
    const body = new URLSearchParams({ username: admin.email, password: admin.password })
    const answer = await fetch(`${nodes[0]!.url}/auth/jwt/login`, { method: 'POST', body })
    authorization = `Bearer ${((await answer.json()) as { access_token: string }).access_token}`
  }, 120_000)
  afterAll(async () => {
    for (const node of nodes) await node.stop()
    await collector?.stop()
    rmSync(dir, { recursive: true, force: true })
  }, 60_000)

  test('a request is followed from the node that takes it to the Worker of the other, and back to who looks here', async () => {
    const stream = await fetch(`${nodes[0]!.url}/api/v1/live?topics=control`, { headers: { authorization } })
    const reader = stream.body!.getReader()
    const reading = (async () => {
      while (!(await reader.read()).done);
    })()
    const settings = {
      interval_s: 5,
      alpha: 0.05,
      test: 'welch',
      manipulator: { host: '127.0.0.1', port: 9 },
      dry_run: true,
    }
    const traces = Array.from({ length: LOOPS }, () => crypto.randomUUID().replaceAll('-', ''))
    for (const [i, trace] of traces.entries()) {
      const headers = {
        authorization,
        'content-type': 'application/json',
        traceparent: `00-${trace}-${'7'.repeat(16)}-01`,
      }
      const url = `${nodes[0]!.url}/api/v1/control/loops/loop-${i}`
      expect((await fetch(url, { method: 'PUT', headers, body: JSON.stringify(settings) })).status).toBeLessThan(300)
    }
    const named = (name: string) => (traceId: string) =>
      collector.spans.filter((span) => span.traceId === traceId && span.name === name)
    const [appends, turns, shown] = ['append', 'apply control settings', 'live control'].map(named)
    /** The spans of a trace whose turn was on the other node. */
    const far = await until('one of them was applied on the other node, and shown here', () => {
      for (const trace of traces) {
        const [append] = appends!(trace)
        const turn = turns!(trace).find((one) => append && one.instance !== append.instance)
        const here = shown!(trace).find((one) => turn && one.instance === append!.instance)
        if (append && turn && here) return { append, turn, here } satisfies Record<string, KeptSpan>
      }
      return undefined
    })
    expect(far.turn.parentSpanId).toBe(far.append.spanId)
    expect(far.here.parentSpanId).toBe(far.turn.spanId)
    expect(collector.faults).toEqual([])
    await reader.cancel()
    await reading
  }, 120_000)

  test('each node tells its own numbers: partitions, its lease, questions to the other', async () => {
    const text = await get('/metrics')
    const number = (sample: string) => Number(new RegExp(`^${RegExp.escape(sample)} (.+)$`, 'm').exec(text)?.[1])
    expect([number('windbox_partitions'), number('windbox_partitions_owned')]).toEqual([8, 4])
    expect([...text.matchAll(/^windbox_partition_position\{/gm)]).toHaveLength(4)
    expect(number('windbox_build_info{version="0.1.0",edition="cluster"}')).toBe(1)
    expect(number('windbox_lease_seconds{worker="0"}')).toBeGreaterThan(0)
    expect(number('windbox_rebalances_total')).toBeGreaterThan(0)
    expect(number('windbox_ask_duration_seconds_count{hop="node"}')).toBeGreaterThan(0)
  })
})
