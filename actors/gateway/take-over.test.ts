import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PLANT_ADDRESS } from '../plant/split.ts'
import { partitionOf, readRows } from '../runtime/index.ts'
import { openMongoStore } from '../store/mongo/store.ts'
import { until } from '../cluster/nodes/waiting.fixture.ts'
import { BROKERS, theirTopic } from './topic.fixture.ts'

const { WINDBOX_MONGODB_URL: mongoUrl } = process.env
const ROOT = join(import.meta.dir, '../..')
const PARTITIONS = 8
const EXHAUSTER = 'exhauster/u-171'
const LONG = 180_000
const FRAMES = 480
const BATCH = 8
const EVENTS = 6000

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })

describe.skipIf(BROKERS.length === 0 || mongoUrl === undefined)('two nodes that read topics of other systems', () => {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-take-over-'))
  const namespace = `windbox_sources_${crypto.randomUUID().slice(0, 8)}`
  let frames: Awaited<ReturnType<typeof theirTopic>>
  let events: Awaited<ReturnType<typeof theirTopic>>
  const nodes = new Map<string, Bun.Subprocess>()

  async function start(name: string): Promise<string> {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const log = Bun.file(join(dir, `${name}.log`))
    const node = Bun.spawn([process.execPath, join(ROOT, 'main.ts')], {
      cwd: ROOT,
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([one]) => !one.startsWith('WINDBOX_'))),
        WINDBOX_KAFKA_BROKERS: BROKERS.join(','),
        WINDBOX_MONGODB_URL: mongoUrl!,
        WINDBOX_NAMESPACE: namespace,
        WINDBOX_NODE_URL: url,
        WINDBOX_NODE_SECRET: 'known to both nodes and to nobody else',
        WINDBOX_PORT: String(port),
        WINDBOX_DATA_DIR: join(dir, name),
        WINDBOX_PARTITIONS: String(PARTITIONS),
        WINDBOX_WORKERS: '1',
        WINDBOX_SESSION_TIMEOUT: '6s',
        WINDBOX_PLANT: 'kafka',
        WINDBOX_PLANT_BROKERS: BROKERS.join(','),
        WINDBOX_PLANT_TOPIC: frames.topic,
        WINDBOX_EVENT_SOURCES: JSON.stringify([{ brokers: BROKERS, topic: events.topic }]),
        WINDBOX_ANONYMOUS_ROLE: 'admin',
      },
      stdio: ['ignore', log, log],
    })
    nodes.set(url, node)
    return url
  }

  const lastWords = () => ['first', 'second'].map((name) => readFileSync(join(dir, `${name}.log`), 'utf8').slice(-1500))
  const wait = (what: string, holds: () => boolean | Promise<boolean>) => until(what, holds, lastWords, 90_000)
  const get = async (url: string, path: string) => {
    const response = await fetch(url + path).catch(() => undefined)
    return response?.ok ? ((await response.json()) as Record<string, unknown>) : undefined
  }

  /** The node that has the plant's actor, as one of them says. */
  async function ownerOf(url: string, address: string): Promise<string | undefined> {
    const partition = partitionOf(address, PARTITIONS)
    const inspected = (await get(url, '/api/v1/inspect')) as
      { nodes: { url: string; workers: { partitions?: { partition: number }[] }[] }[] } | undefined
    return inspected?.nodes.find(({ workers }) =>
      workers.some(({ partitions }) => partitions?.some((one) => one.partition === partition)),
    )?.url
  }

  const plant = async (url: string) =>
    ((await get(url, `/api/v1/inspect/actors/${PLANT_ADDRESS}`)) as { state?: object } | undefined)?.state as
      { sources: Record<string, { frames: number; duplicates: number; late: number }> } | undefined
  const framesAt = async (url: string) => (await plant(url))?.sources[`kafka:${frames.topic}`]?.frames ?? 0
  const eventsAt = async (url: string) =>
    ((await get(url, `/api/v1/events/statistics?type=${events.topic}`)) as { count: number } | undefined)?.count ?? 0

  beforeAll(async () => {
    frames = await theirTopic(1)
    events = await theirTopic(4)
  }, LONG)
  afterAll(async () => {
    for (const node of nodes.values()) node.kill('SIGKILL')
    await frames?.close()
    await events?.close()
    rmSync(dir, { recursive: true, force: true })
  }, LONG)

  test(
    'whoever is stopped or killed while it reads is followed by the other; no message is lost or stored twice',
    async () => {
      const urls = [await start('first'), await start('second')]
      for (const url of urls) await wait(`${url} is ready`, async () => (await get(url, '/health/ready')) !== undefined)
      await wait('the plant is with a node', async () => (await ownerOf(urls[0]!, PLANT_ADDRESS)) !== undefined)

      const begin = Math.floor((Date.now() - (FRAMES + 10) * 60_000) / 60_000) * 60_000
      const sending = (async () => {
        for (let n = 0; n < FRAMES; n += BATCH) {
          const batch = Array.from({ length: BATCH }, (_, i) => ({
            value: JSON.stringify({
              moment: new Date(begin + (n + i) * 60_000).toISOString(),
              'SM_Exgauster\\[2:27]': 20 + (n + i) / 10,
            }),
          }))
          await frames.send(batch)
          const share = EVENTS / (FRAMES / BATCH)
          await events.send(
            Array.from({ length: share }, (_, i) => {
              const id = `${events.topic}-${(n / BATCH) * share + i}`
              return { key: id, value: JSON.stringify({ id, type: events.topic }) }
            }),
          )
          await Bun.sleep(400)
        }
      })()

      const readMoreThan = (url: string, count: number) =>
        wait(`more than ${count} frames are read`, async () => (await framesAt(url)) > count)
      await readMoreThan(urls[0]!, FRAMES / 8)
      // It wakes with what it was about to do, when the other has long done it.
      const first = (await ownerOf(urls[0]!, PLANT_ADDRESS))!
      const second = urls.find((url) => url !== first)!
      nodes.get(first)!.kill('SIGSTOP')
      await readMoreThan(second, (await framesAt(second)) + FRAMES / 8)
      nodes.get(first)!.kill('SIGCONT')
      await wait('it serves again', async () => (await get(first, '/health/ready')) !== undefined)
      const owner = (await ownerOf(first, PLANT_ADDRESS))!
      const other = urls.find((url) => url !== owner)!
      nodes.get(owner)!.kill('SIGKILL')
      await sending
      await wait('all frames are read', async () => (await framesAt(other)) === FRAMES)
      await wait('all events are stored', async () => (await eventsAt(other)) === EVENTS)

      expect((await plant(other))!.sources[`kafka:${frames.topic}`]).toMatchObject({ duplicates: 0, late: 0 })
      const store = await openMongoStore({ url: mongoUrl!, database: namespace })
      const stored = async () =>
        readRows(await store.readSegments(EXHAUSTER, 0, Number.MAX_SAFE_INTEGER), {
          from: 0,
          to: Infinity,
          names: [],
        }).times
      await wait('all rows are in the store', async () => (await stored()).length >= FRAMES)
      expect([...(await stored())]).toEqual(Array.from({ length: FRAMES }, (_, n) => begin + n * 60_000))
      await store.close()
    },
    LONG,
  )

  test(
    'a relay leads to a topic of their broker, and never to one of their own',
    async () => {
      const [url] = [...nodes].find(([, node]) => node.exitCode === null && node.signalCode === null)!
      const post = async (path: string, body: object) => {
        const headers = { 'content-type': 'application/json' }
        const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
        return { status: response.status, json: (await response.json()) as Record<string, unknown> }
      }
      const relay = { name: 'on', kind: 'topic', topic: events.topic, filter: { type: 'never' } }
      expect((await post('/api/v1/relays', { ...relay, topic: `${namespace}.log` })).status).toBe(422)
      const { status, json } = await post('/api/v1/relays', relay)
      expect(status).toBe(201)
      expect((await post(`/api/v1/relays/${json.id}/test`, {})).json).toMatchObject({ delivered: true })
    },
    LONG,
  )
})
