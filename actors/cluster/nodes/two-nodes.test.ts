import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../../config.ts'
import { startWindbox, type Windbox } from '../../../main.ts'
import { partitionOf, type Fault, type NewRecord, type Position } from '../../runtime/index.ts'
import { addressIn } from './nodes.fixture.ts'
import { until } from './waiting.fixture.ts'

const { WINDBOX_KAFKA_BROKERS, WINDBOX_MONGODB_URL } = process.env
const ROOT = join(import.meta.dir, '../../..')
const PARTITIONS = 8
const SESSION_MS = 6000
const TEST_MS = 60_000

function freeAddress(): { host: string; port: number; url: string } {
  const server = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const port = server.port!
  void server.stop(true)
  return { host: '127.0.0.1', port, url: `http://127.0.0.1:${port}` }
}

/** One device in each partition. */
const DEVICES = Array.from({ length: PARTITIONS }, (_, partition) => addressIn(partition))

const reading = (address: string, n: number): NewRecord => ({
  key: address,
  type: 'reading',
  id: `reading ${n}`,
  value: JSON.stringify({ at: 1_800_000_000_000 + n, values: { x: n } }),
})

const mapOf = (positions: readonly (Position | null)[]) =>
  new Map(positions.map((position) => [position!.partition, position!.offset]))

describe.skipIf(!WINDBOX_KAFKA_BROKERS || !WINDBOX_MONGODB_URL)(
  'two nodes on a real broker and a real database',
  () => {
    const dir = mkdtempSync(join(tmpdir(), 'windbox-two-nodes-'))
    const namespace = `windbox_nodes_${crypto.randomUUID().slice(0, 8)}`
    const said: string[] = []
    let first: Windbox
    let second: Bun.Subprocess
    let secondUrl: string

    const environment = (name: string, { host, port, url }: ReturnType<typeof freeAddress>) => ({
      WINDBOX_KAFKA_BROKERS: WINDBOX_KAFKA_BROKERS!,
      WINDBOX_MONGODB_URL: WINDBOX_MONGODB_URL!,
      WINDBOX_NAMESPACE: namespace,
      WINDBOX_NODE_URL: url,
      WINDBOX_NODE_SECRET: 'known to both nodes and to nobody else',
      WINDBOX_HOST: host,
      WINDBOX_PORT: String(port),
      WINDBOX_DATA_DIR: join(dir, name),
      WINDBOX_PARTITIONS: String(PARTITIONS),
      WINDBOX_WORKERS: '1',
      WINDBOX_SESSION_TIMEOUT: `${SESSION_MS / 1000}s`,
      WINDBOX_PLANT: 'off',
      WINDBOX_ANONYMOUS_ROLE: 'viewer',
      WINDBOX_LOG: 'debug',
    })

    const lastWords = () => [said.slice(-20), readFileSync(join(dir, 'second.log'), 'utf8').slice(-2000)]
    const wait = (what: string, holds: () => boolean | Promise<boolean>) => until(what, holds, lastWords, 40_000)

    function startSecond(address = freeAddress()) {
      secondUrl = address.url
      const log = Bun.file(join(dir, 'second.log'))
      second = Bun.spawn([process.execPath, join(ROOT, 'main.ts')], {
        cwd: ROOT,
        env: {
          ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('WINDBOX_'))),
          ...environment('second', address),
        },
        stdio: ['ignore', log, log],
      })
      return address
    }

    const isReady = async (url: string) => (await fetch(`${url}/health/ready`).catch(() => undefined))?.status === 200
    const bothServe = async () =>
      first.cluster.readiness().ready && (await isReady(secondUrl)) && first.cluster.owned().length === PARTITIONS / 2

    /** The offset that the second node's answer includes, over HTTP. */
    async function offsetAtSecond(address: string, minOffset?: Position): Promise<number | string> {
      const headers = minOffset && { 'x-min-offset': `${minOffset.partition}-${minOffset.offset}` }
      const response = await fetch(`${secondUrl}/api/v1/inspect/actors/${address}`, { ...(headers && { headers }) })
      const body = (await response.json()) as { code?: string }
      return response.ok ? Number(response.headers.get('x-actor-offset')!.split('-')[1]) : body.code!
    }

    beforeAll(async () => {
      startSecond()
      const { config } = readConfig([], environment('first', freeAddress()))
      const write = (sentence: string) => void said.push(sentence)
      first = await startWindbox(config, { error: write, warn: write, info: write, debug: write }, write)
      await wait('each node serves its half', bothServe)
    }, TEST_MS)

    afterAll(async () => {
      second?.kill('SIGKILL')
      await first?.stop()
      rmSync(dir, { recursive: true, force: true })
    }, TEST_MS)

    test(
      'what is written through one node is read through the other, wherever the actor is',
      async () => {
        for (const [n, address] of DEVICES.entries()) {
          const positions = await first.cluster.append([reading(address, n)])
          expect(await offsetAtSecond(address, positions[0]!)).toBe(positions[0]!.offset)
          const answer = await first.cluster.ask(address, '$inspect', {}, { minOffsets: mapOf(positions) })
          expect(answer.offset).toBe(positions[0]!.offset)
          expect((await first.cluster.history(address, { from: 0, to: Infinity, names: [] })).times).toHaveLength(1)
        }
        const tails = await first.cluster.tails(DEVICES)
        expect([...tails.keys()].every((address) => DEVICES.includes(address))).toBe(true)
      },
      TEST_MS,
    )

    test(
      'each node shows both',
      async () => {
        const response = await fetch(`${secondUrl}/api/v1/inspect`)
        const { nodes } = (await response.json()) as { nodes: { workers: { partitions: { partition: number }[] }[] }[] }
        const partitions = nodes.flatMap(({ workers }) => workers.flatMap((worker) => worker.partitions))
        expect(partitions.map(({ partition }) => partition).toSorted()).toEqual(
          DEVICES.map((_, partition) => partition),
        )
      },
      TEST_MS,
    )

    test(
      'a change is heard by the other node',
      async () => {
        const heard = new Set<string>()
        const stop = first.cluster.onChange((changes) => changes.forEach(({ address }) => heard.add(address)))
        await first.cluster.append(DEVICES.map((address) => reading(address, 1000)))
        await wait('the changes of both nodes are heard', () => DEVICES.every((address) => heard.has(address)))
        stop()
      },
      TEST_MS,
    )

    test(
      'a node that was stopped for longer than a session gives nobody what is old by then',
      async () => {
        const owned = first.cluster.owned()
        const away = DEVICES.find((address) => !owned.includes(partitionOf(address, PARTITIONS)))!
        await first.cluster.append([reading(away, 2000)])
        second.kill('SIGSTOP')
        await wait('the first has everything', () => first.cluster.owned().length === PARTITIONS)
        const [position] = await first.cluster.append([reading(away, 2001)])
        const minOffsets = mapOf([position!])
        await first.cluster.ask(away, '$inspect', {}, { minOffsets })
        // They lie in its socket when it wakes: the first that it does may be to answer them.
        const asked = Array.from({ length: 20 }, () => offsetAtSecond(away))
        await Bun.sleep(SESSION_MS / 4)
        second.kill('SIGCONT')
        for (const answer of await Promise.all(asked)) {
          if (typeof answer === 'string') expect(['RESTORING', 'ASK_TIMEOUT', 'NOT_OWNER']).toContain(answer)
          else expect(answer).toBe(position!.offset)
        }
        await wait('each node serves its half again', bothServe)
      },
      TEST_MS,
    )

    test(
      'a node that is stopped as planned is missed by nobody: a slow machine may have to ask again',
      async () => {
        const codes = new Set<string>()
        let asking = true
        const askers = DEVICES.map(async (address) => {
          while (asking) {
            await first.cluster.ask(address, '$inspect').catch(({ code }: Fault) => codes.add(code))
            await Bun.sleep(10)
          }
        })
        second.kill('SIGTERM')
        expect(await second.exited).toBe(0)
        await wait('the first has everything', () => first.cluster.owned().length === PARTITIONS)
        asking = false
        await Promise.all(askers)
        codes.delete('RESTORING')
        expect([...codes]).toEqual([])
        startSecond()
        await wait('each node serves its half again', bothServe)
      },
      TEST_MS,
    )

    test(
      'a node that is killed loses nothing: the other takes over and reads on, and it comes back',
      async () => {
        const written = await first.cluster.append(DEVICES.map((address) => reading(address, 3000)))
        second.kill('SIGKILL')
        const more = await first.cluster.append(DEVICES.map((address) => reading(address, 3001)))
        expect(more.every((position, i) => position!.offset > written[i]!.offset)).toBe(true)
        await wait(
          'the first has everything',
          () => first.cluster.owned().length === PARTITIONS && first.cluster.readiness().ready,
        )
        for (const [i, address] of DEVICES.entries()) {
          const { offset } = await first.cluster.ask(address, '$inspect', {}, { minOffsets: mapOf([more[i]!]) })
          expect(offset).toBe(more[i]!.offset)
          expect(
            (await first.cluster.history(address, { from: 0, to: Infinity, names: [] })).times.length,
          ).toBeGreaterThan(3)
        }
        startSecond()
        await wait('each node serves its half again', bothServe)
        for (const [i, address] of DEVICES.entries())
          expect(await offsetAtSecond(address, more[i]!)).toBeGreaterThanOrEqual(more[i]!.offset)
      },
      2 * TEST_MS,
    )
  },
)
