import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { BROKERS, theirTopic } from '../../actors/gateway/topic.fixture.ts'
import { DeliveryLoop } from '../../actors/outgoing/loop.ts'
import type { TargetKind } from '../../actors/outgoing/target.ts'
import { openTopicWriter } from '../../actors/outgoing/topic-writer.ts'
import { running, until, type Running } from '../running.fixture.ts'

const writer = openTopicWriter({ brokers: BROKERS, namespace: 'windbox' })
let system: Running
let admin: string
let loop: DeliveryLoop

beforeAll(async () => {
  system = await running({}, { topics: writer })
  admin = (await system.logIn()).access_token
  loop = new DeliveryLoop({
    store: system.store,
    append: system.cluster.append,
    kinds: new Map<string, TargetKind>(Object.entries(system.targets)),
    now: Date.now,
    random: () => 0.5,
    report: () => {},
  })
})
afterAll(async () => {
  await loop.stop()
  await system.end()
  await writer.close()
})

const call = (method: string, path: string, body?: unknown) =>
  system.call(method, path, { token: admin, ...(body === undefined ? {} : { body }) })

const RELAY = { name: 'a', kind: 'topic', topic: 'orders', filter: {} }

test('what cannot be a relay to a topic is refused, and says what', async () => {
  const wrong: [object, string][] = [
    [{ ...RELAY, topic: undefined }, '/topic'],
    [{ ...RELAY, topic: 'a topic' }, '/topic'],
    [{ ...RELAY, topic: 'windbox.log' }, '/topic'],
    [{ ...RELAY, topic: '__consumer_offsets' }, '/topic'],
    [{ ...RELAY, url: 'https://1.1.1.1/' }, '/url'],
    [{ ...RELAY, secret: `whsec_${Buffer.alloc(32, 5).toString('base64')}` }, '/secret'],
  ]
  for (const [body, path] of wrong) {
    const { status, json } = await call('POST', '/api/v1/relays', body)
    expect(status).toBe(422)
    expect((json.errors as { path: string }[]).map((error) => error.path)).toContain(path)
  }
})

test('it has a topic, which may be changed to another, and neither url nor secret', async () => {
  const made = await call('POST', '/api/v1/relays', { ...RELAY, filter: { type: 'never' } })
  expect(made.status).toBe(201)
  expect(made.json).toMatchObject({ kind: 'topic', topic: 'orders', url: null })
  expect(made.json).not.toHaveProperty('secret')
  const path = `/api/v1/relays/${made.json.id}`
  expect((await call('PATCH', path, { topic: 'bills' })).json).toMatchObject({ topic: 'bills' })
  expect((await call('PATCH', path, { topic: 'windbox.log' })).status).toBe(422)
  expect((await call('PATCH', path, { url: 'https://1.1.1.1/' })).status).toBe(422)
  expect((await call('DELETE', path)).status).toBe(204)
})

describe.skipIf(BROKERS.length === 0)('on a real broker', () => {
  test('events go into the topic, each once; the deliveries say where', async () => {
    const { topic, kafka, close } = await theirTopic(2)
    const { json } = await call('POST', '/api/v1/relays', { ...RELAY, topic, filter: { type: topic } })
    const path = `/api/v1/relays/${json.id}`
    expect((await call('POST', `${path}/test`)).json).toEqual({
      delivered: true,
      answer: expect.stringMatching(new RegExp(`^${topic}-[01]-0$`)),
      error: null,
    })
    const ids = Array.from({ length: 300 }, (_, n) => `${topic}-${n}`)
    await call(
      'POST',
      '/api/v1/events',
      ids.map((id) => ({ id, type: topic })),
    )
    const items = async () =>
      (await call('GET', `${path}/deliveries?limit=1000`)).json.items as { status: string; answer: string }[]
    await until('all are delivered', async () => {
      loop.wake(Date.now())
      const all = await items()
      return all.length === ids.length && all.every(({ status }) => status === 'delivered')
    })
    const consumer = kafka.consumer({ groupId: `test-${topic}` })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    const got: string[] = []
    const all = Promise.withResolvers<void>()
    await consumer.run({
      async eachMessage({ message }) {
        const { id, type } = JSON.parse(message.value!.toString()) as { id: string; type: string }
        if (type === topic) got.push(id)
        if (got.length === ids.length) all.resolve()
      },
    })
    await all.promise
    expect(got.sort()).toEqual([...ids].sort())
    expect((await items())[0]!.answer).toStartWith(topic)
    await consumer.disconnect()
    await close()
  }, 60_000)

  test('a topic that is not there is said, by the test and in the deliveries', async () => {
    const topic = `nowhere-${crypto.randomUUID()}`
    const { json } = await call('POST', '/api/v1/relays', { ...RELAY, topic, filter: { type: topic } })
    const path = `/api/v1/relays/${json.id}`
    const error = `there is no topic ${topic}, or this server may not see it`
    expect((await call('POST', `${path}/test`)).json).toEqual({ delivered: false, answer: null, error })
    await call('POST', '/api/v1/events', { id: topic, type: topic })
    await until('it was tried', async () => {
      loop.wake(Date.now())
      const { items } = (await call('GET', `${path}/deliveries`)).json as { items: { error: string | null }[] }
      return items[0]?.error === error
    })
  }, 60_000)
})
