import { describe, expect, test } from 'bun:test'
import { BROKERS, theirTopic } from '../gateway/topic.fixture.ts'
import { relayed } from '../relay/schema.ts'
import type { RelayMessage } from '../relay/schema.ts'
import { messageOf, topicTarget } from './topic.ts'
import { openTopicWriter } from './topic-writer.ts'

const AT = Date.UTC(2026, 10, 22)
const leaving = (event: { id: string; [name: string]: unknown }) =>
  relayed({ id: 7, kind: 'topic', filter: {} }, event, AT).payload as RelayMessage

test('an event goes as the CloudEvent that it is, under its subject', () => {
  const event = {
    id: 'o-1',
    type: 'order.paid',
    source: 'shop',
    subject: 'orders/7',
    time: '2026-11-21T00:00:00Z',
    data: { total: 9 },
    user_id: 'u',
  }
  const { key, value, headers } = messageOf(leaving(event), 'abc-1-2-0')
  expect(key).toBe('orders/7')
  expect(JSON.parse(value)).toEqual({ ...event, specversion: '1.0' })
  expect(headers).toEqual({
    'content-type': 'application/cloudevents+json; charset=UTF-8',
    'windbox-id': 'abc-1-2-0',
    ce_specversion: '1.0',
    ce_id: 'o-1',
    ce_source: 'shop',
    ce_type: 'order.paid',
    ce_subject: 'orders/7',
    ce_time: '2026-11-21T00:00:00Z',
  })
})

test('what a CloudEvent must have, and the event has not, is put in; the key is the id then', () => {
  const { key, value } = messageOf(leaving({ id: 'o-2' }), 'abc-1-3-0')
  expect(key).toBe('o-2')
  const time = new Date(AT).toISOString()
  expect(JSON.parse(value)).toEqual({ id: 'o-2', source: 'windbox', type: 'event', specversion: '1.0', time })
})

test.each([
  ['orders', null],
  ['windbox-orders', null],
  ['windbox.log', 'may hold a log of Windbox'],
  ['windbox.anything', 'may hold a log of Windbox'],
  ['other.log', 'may hold a log of Windbox'],
  ['other.log-id', 'may hold a log of Windbox'],
  ['__consumer_offsets', "is the broker's own"],
  ['a topic', 'is no name of a topic'],
  ['..', 'is no name of a topic'],
  ['', 'is no name of a topic'],
])('%p may be written to, or why not: %p', async (topic, why) => {
  const writer = openTopicWriter({ brokers: ['127.0.0.1:1'], namespace: 'windbox' })
  if (why === null) expect(writer.refusal(topic)).toBeNull()
  else expect(writer.refusal(topic)).toContain(why)
  const target = topicTarget({ destination: () => Promise.resolve({ topic, origin: 'abc' }), writer })
  if (why !== null) {
    const message = { id: '1-2-0', key: '7', payload: leaving({ id: 'o-1' }) }
    const { signal } = new AbortController()
    expect(await target.send(message, signal)).toMatchObject({ taken: false, code: 'RELAY_ADDRESS_REFUSED' })
  }
  await writer.close()
})

test('a broker that is away is a failed attempt', async () => {
  const writer = openTopicWriter({ brokers: ['127.0.0.1:1'], namespace: 'windbox' })
  expect(writer.write('orders', { key: 'k', value: '{}', headers: {} })).rejects.toThrow('ECONNREFUSED')
  await writer.close()
})

describe.skipIf(BROKERS.length === 0)('on a real broker', () => {
  const { signal } = new AbortController()

  test('a message is where the answer says, with key and headers', async () => {
    const { topic, kafka, close } = await theirTopic(3)
    const writer = openTopicWriter({ brokers: BROKERS, namespace: 'windbox' })
    const target = topicTarget({ destination: () => Promise.resolve({ topic, origin: 'abc' }), writer })
    const payload = leaving({ id: 'o-1', subject: 'orders/7' })
    const sent = await Promise.all(
      [1, 2].map((attempt) => target.send({ id: `1-${attempt}-0`, key: '7', payload }, signal)),
    )
    const consumer = kafka.consumer({ groupId: `test-${topic}` })
    await consumer.connect()
    await consumer.subscribe({ topic, fromBeginning: true })
    const got: { place: string; key: string; id: string; event: object }[] = []
    const both = Promise.withResolvers<void>()
    await consumer.run({
      async eachMessage({ partition, message: { offset, key, value, headers } }) {
        const id = headers!['windbox-id']!.toString()
        got.push({
          place: `${topic}-${partition}-${offset}`,
          key: key!.toString(),
          id,
          event: JSON.parse(value!.toString()),
        })
        if (got.length === 2) both.resolve()
      },
    })
    await both.promise
    expect(sent.map((attempt) => attempt.taken && attempt.answer).sort()).toEqual(got.map(({ place }) => place).sort())
    expect(got.map(({ id }) => id).sort()).toEqual(['abc-1-1-0', 'abc-1-2-0'])
    for (const { key, event } of got) expect([key, event]).toMatchObject(['orders/7', { id: 'o-1' }])
    await consumer.disconnect()
    await writer.close()
    await close()
  }, 60_000)

  test('a topic that is not there is not made; once it is there, it is written to, and others are meanwhile', async () => {
    const { topic, admin, make, close } = await theirTopic()
    const other = await theirTopic()
    await admin.deleteTopics({ topics: [topic] })
    while ((await admin.listTopics()).includes(topic)) await Bun.sleep(50)
    const writer = openTopicWriter({ brokers: BROKERS, namespace: 'windbox' })
    const message = { key: 'k', value: '{}', headers: {} }
    await expect(writer.write(topic, message)).rejects.toThrow(`there is no topic ${topic}`)
    expect(await admin.listTopics()).not.toContain(topic)
    expect(await writer.write(other.topic, message)).toEqual({ partition: 0, offset: '0' })
    await make()
    expect(await writer.write(topic, message)).toEqual({ partition: 0, offset: '0' })
    await writer.close()
    await other.close()
    await close()
  }, 60_000)
})
