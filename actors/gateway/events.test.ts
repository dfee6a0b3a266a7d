import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { createTake } from '../../http/events/take.ts'
import { running, until, type Running } from '../../http/running.fixture.ts'
import { Fault, type Append } from '../runtime/index.ts'
import { openEventSource } from './events.ts'
import type { EventSource } from './source-setting.ts'
import { BROKERS, theirTopic } from './topic.fixture.ts'

const LONG = 60_000

let system: Running
let token: string
const open: (() => Promise<unknown>)[] = []

const accessTo = (topic: string, more: Partial<EventSource> = {}): EventSource => ({
  name: topic,
  brokers: BROKERS,
  topic,
  username: undefined,
  password: undefined,
  caFile: undefined,
  start: 'earliest',
  fields: {},
  ...more,
})

/** A node that reads the source, until `stop`. `through` stands between it and the log. */
function node(
  topic: string,
  more: Partial<EventSource> = {},
  through: (append: Append) => Append = (append) => append,
) {
  const stopping = new AbortController()
  const said: string[] = []
  const source = openEventSource({
    source: accessTo(topic, more),
    group: `test-${topic}`,
    now: Date.now,
    signal: stopping.signal,
    report: (_, sentence) => said.push(sentence),
  })
  const { cluster } = system
  const reading = source.run({
    cluster: { append: through(cluster.append), ask: cluster.ask.bind(cluster) },
    recordOf: createTake(cluster.partitions).recordOfMessage,
  })
  const stop = async () => {
    stopping.abort()
    await reading
  }
  open.push(stop)
  return { said, stop }
}

/** How many events of this type are stored, and how many came again. */
async function counted(type: string): Promise<{ count: number; duplicates: number }> {
  const { json } = await system.call('GET', `/api/v1/events/statistics?type=${type}`, { token })
  return json as { count: number; duplicates: number }
}

const stored = (type: string, count: number) =>
  until(`${count} events ${type}`, async () => (await counted(type)).count >= count, LONG)

const positions = async (topic: string) =>
  (JSON.parse((await system.cluster.ask(`source/${topic}`, 'positions')).body) as { positions: object }).positions

const numbered = (type: string, from: number, to: number) =>
  Array.from({ length: to - from }, (_, n) => ({
    key: String(from + n),
    value: JSON.stringify({ id: `${type}-${from + n}`, type }),
  }))

describe.skipIf(BROKERS.length === 0)('a topic of another system', () => {
  beforeAll(async () => {
    system = await running()
    token = (await system.logIn()).access_token
  }, LONG)
  afterAll(async () => {
    await Promise.all(open.map((stop) => stop()))
    await system.end()
  }, LONG)

  test(
    'its messages are events, each stored once, over a restart; the group commits nothing',
    async () => {
      const { topic, admin, send, close } = await theirTopic(3)
      await send(numbered(topic, 0, 2500))
      const first = node(topic)
      await stored(topic, 2500)
      await first.stop()
      await send(numbered(topic, 2500, 2600))
      const second = node(topic)
      await stored(topic, 2600)
      expect(await counted(topic)).toMatchObject({ count: 2600, duplicates: 0 })
      const [committed] = await admin.fetchOffsets({ groupId: `test-${topic}`, topics: [topic] })
      expect(committed!.partitions.map(({ offset }) => offset)).toEqual(['-1', '-1', '-1'])
      await second.stop()
      expect([...first.said, ...second.said]).toEqual([])
      await close()
    },
    LONG,
  )

  test(
    'a message that is no event is a dead letter and stops nothing; one without an id is known by its place',
    async () => {
      const { topic, send, close } = await theirTopic()
      const type = JSON.stringify({ type: topic })
      await send([{ value: type }, { value: '{' }, { key: 'gone', value: null }, { value: '[]' }, { value: type }])
      const { stop } = node(topic)
      await stored(topic, 2)
      await stop()
      const events = await system.call('GET', `/api/v1/events?type=${topic}`, { token })
      const items = events.json.items as { id: string }[]
      expect(items.map(({ id }) => id).sort()).toEqual([`${topic}-0-0`, `${topic}-0-4`])
      const state = JSON.parse((await system.cluster.ask(`source/${topic}`, 'state')).body)
      expect(state).toEqual({ positions: { 0: 5 }, rejected: { MESSAGE_NOT_JSON: 1, VALIDATION: 1 } })
      const ofTopic = async () => {
        const { json } = await system.call('GET', '/api/v1/dead-letters?kind=source', { token })
        const all = json.items as { id: string; address: string; code: string; payload: string }[]
        return all.filter(({ address }) => address === `source/${topic}`)
      }
      await until('the dead letters', async () => (await ofTopic()).length === 2)
      expect((await ofTopic()).map(({ code, payload }) => [code, payload]).sort()).toEqual([
        ['MESSAGE_NOT_JSON', '{'],
        ['VALIDATION', '[]'],
      ])
      const again = await system.call('POST', `/api/v1/dead-letters/${(await ofTopic())[0]!.id}/replay`, { token })
      expect(again.status).toBe(409)
      await close()
    },
    LONG,
  )

  test(
    'who dies between the events and the word about them repeats them, and they are stored once',
    async () => {
      const { topic, send, close } = await theirTopic(2)
      await send(numbered(topic, 0, 100))
      const dying: (append: Append) => Append = (append) => (records) => {
        if (records.some(({ type }) => type === 'read')) throw new Fault('LOG_UNAVAILABLE', 'It dies here.')
        return append(records)
      }
      const first = node(topic, {}, dying)
      await stored(topic, 100)
      await first.stop()
      expect(await positions(topic)).toEqual({ 0: 0, 1: 0 })
      const second = node(topic)
      await until('all are read again', async () => (await counted(topic)).duplicates === 100, LONG)
      expect((await counted(topic)).count).toBe(100)
      await second.stop()
      await close()
    },
    LONG,
  )

  test(
    'nodes share the partitions, and who goes on for another loses none and stores none twice',
    async () => {
      const { topic, send, close } = await theirTopic(4)
      const took = [0, 0]
      const counting = (n: number) => (append: Append) => (records: Parameters<Append>[0]) => {
        took[n]! += records.filter(({ type }) => type === 'event').length
        return append(records)
      }
      const first = node(topic, {}, counting(0))
      const second = node(topic, {}, counting(1))
      let sent = 0
      const sendMore = async (count: number) => {
        await send(numbered(topic, sent, (sent += count)))
        await stored(topic, sent)
      }
      for (let round = 0; round < 40 && (took[0] === 0 || took[1] === 0); round++) await sendMore(40)
      expect(Math.min(...took)).toBeGreaterThan(0)
      await first.stop()
      const before = took[1]!
      await sendMore(200)
      expect(took[1]! - before).toBeGreaterThanOrEqual(200)
      expect((await counted(topic)).count).toBe(sent)
      await second.stop()
      await close()
    },
    LONG,
  )

  test(
    'while the log takes nothing nothing is lost, and nothing is read ahead',
    async () => {
      const { topic, send, close } = await theirTopic()
      await send(numbered(topic, 0, 50))
      let refusals = 0
      const { stop } = node(topic, {}, (append) => async (records) => {
        if (records[0]!.type === 'event' && refusals++ < 3) throw new Fault('LOG_UNAVAILABLE', 'The disk is full.')
        const positions = await append(records)
        // Of the first records that are taken some are not.
        return refusals++ === 4 ? positions.map((position, i) => (i % 2 ? position : null)) : positions
      })
      await stored(topic, 50)
      expect(refusals).toBeGreaterThan(3)
      await until('it is read', async () => Bun.deepEquals(await positions(topic), { 0: 50 }))
      expect((await counted(topic)).count).toBe(50)
      await stop()
      await close()
    },
    LONG,
  )

  test(
    'where it begins is settled once: what comes while nobody reads is not passed over',
    async () => {
      const { topic, send, close } = await theirTopic(2)
      await send(numbered(topic, 0, 10))
      const first = node(topic, { start: 'latest' })
      await until('it has begun', async () => Object.keys(await positions(topic)).length === 2, LONG)
      await first.stop()
      await send(numbered(topic, 10, 20))
      const second = node(topic, { start: 'latest' })
      await stored(topic, 10)
      await second.stop()
      const { json } = await system.call('GET', `/api/v1/events?type=${topic}`, { token })
      const ids = (json.items as { id: string }[]).map(({ id }) => id).sort()
      expect(ids).toEqual(numbered(topic, 10, 20).map(({ key }) => `${topic}-${key}`))
      await close()
    },
    LONG,
  )

  test(
    'it may begin at a time',
    async () => {
      const { topic, send, close } = await theirTopic()
      const at = (n: number) => String(Date.UTC(2026, 0, 1 + n))
      await send(numbered(topic, 0, 4).map((message, n) => ({ ...message, timestamp: at(n) })))
      const { stop } = node(topic, { start: Date.UTC(2026, 0, 3) })
      await stored(topic, 2)
      await until('it is read', async () => Bun.deepEquals(await positions(topic), { 0: 4 }))
      expect((await counted(topic)).count).toBe(2)
      await stop()
      await close()
    },
    LONG,
  )

  test(
    'a partition that the topic gets later is read from its beginning',
    async () => {
      const { topic, admin, send, close } = await theirTopic()
      await send(numbered(topic, 0, 5))
      const first = node(topic, { start: 'latest' })
      await until('it has begun', async () => Object.keys(await positions(topic)).length === 1, LONG)
      await first.stop()
      await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] })
      await until(
        'the partition is there',
        async () => (await admin.fetchTopicOffsets(topic).catch(() => [])).length === 2,
      )
      await send(numbered(topic, 5, 9).map((message) => ({ ...message, partition: 1 })))
      const { stop } = node(topic, { start: 'latest' })
      await stored(topic, 4)
      expect((await counted(topic)).count).toBe(4)
      await stop()
      await close()
    },
    LONG,
  )

  test(
    'messages that are gone before they were read are told of',
    async () => {
      const { topic, admin, send, close } = await theirTopic()
      await send(numbered(topic, 0, 5))
      const first = node(topic)
      await stored(topic, 5)
      await first.stop()
      await send(numbered(topic, 5, 10))
      await admin.fetchTopicMetadata({ topics: [topic] })
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '8' }] })
      const second = node(topic)
      await stored(topic, 7)
      expect(second.said).toEqual([`the topic ${topic}: messages 5 to 7 of partition 0 were not read and are gone`])
      await second.stop()
      await close()
    },
    LONG,
  )

  test(
    'the gaps that transactions leave are no loss, and what was aborted is no event',
    async () => {
      const { topic, kafka, close } = await theirTopic()
      const producer = kafka.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true })
      await producer.connect()
      for (const [from, to, commit] of [
        [0, 3, true],
        [3, 6, false],
        [6, 9, true],
      ] as const) {
        const transaction = await producer.transaction()
        await transaction.send({ topic, messages: numbered(topic, from, to) })
        await (commit ? transaction.commit() : transaction.abort())
      }
      await producer.disconnect()
      const { said, stop } = node(topic)
      await stored(topic, 6)
      expect((await counted(topic)).count).toBe(6)
      expect(said).toEqual([])
      await stop()
      await close()
    },
    LONG,
  )

  test(
    'a topic that was made anew is said, and nothing of it is taken for what was read before',
    async () => {
      const { topic, admin, make, send, close } = await theirTopic()
      await send(numbered(topic, 0, 5))
      const first = node(topic)
      await stored(topic, 5)
      await first.stop()
      await admin.deleteTopics({ topics: [topic] })
      await until('it is gone', async () => !(await admin.listTopics()).includes(topic))
      await make()
      const { said, stop } = node(topic)
      await until('it is said', () => said.some((sentence) => sentence.includes('made anew')), LONG)
      await stop()
      await close()
    },
    LONG,
  )

  test(
    'a topic that is not there is said, and read as soon as it is',
    async () => {
      const { topic, admin, make, send, close } = await theirTopic()
      await admin.deleteTopics({ topics: [topic] })
      await until('it is gone', async () => !(await admin.listTopics()).includes(topic))
      const { said, stop } = node(topic)
      await until('it is said', () => said.length > 0, LONG)
      expect(said).toEqual([`the topic ${topic}: the broker has no such topic; it is tried again`])
      expect(await admin.listTopics()).not.toContain(topic)
      await make()
      await send(numbered(topic, 0, 3))
      await stored(topic, 3)
      expect(said.slice(1)).toEqual([`the topic ${topic} is read again`])
      await stop()
      await close()
    },
    LONG,
  )
})

test("an authority's file that cannot be read stops the start", () => {
  const source = { ...accessTo('orders'), brokers: ['127.0.0.1:1'], caFile: '/nowhere/ca.pem' }
  const { signal } = new AbortController()
  expect(() => openEventSource({ source, group: 'g', now: Date.now, signal, report: () => {} })).toThrow(
    '/nowhere/ca.pem',
  )
})
