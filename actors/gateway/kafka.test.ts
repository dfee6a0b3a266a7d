import { expect, test } from 'bun:test'
import { Kafka, logLevel } from 'kafkajs'
import { kafkaPlant } from './kafka.ts'
import type { Start } from './source-setting.ts'
import { theirTopic } from './topic.fixture.ts'

const brokers = process.env.WINDBOX_KAFKA_BROKERS?.split(',') ?? []

/** A topic of the plant with one partition, as the real one has. */
async function plantTopic() {
  const topic = `plant-${crypto.randomUUID()}`
  const kafka = new Kafka({ brokers, logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
  await admin.disconnect()
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await producer.connect()
  return {
    topic,
    send: (...values: string[]) => producer.send({ topic, messages: values.map((value) => ({ value })) }),
    close: () => producer.disconnect(),
  }
}

const reports: string[] = []
const sourceOf = (topic: string, signal: AbortSignal, start: Start = 'earliest') => {
  const report = (_: string, sentence: string) => reports.push(sentence)
  const nobody = { username: undefined, password: undefined, caFile: undefined, start }
  return kafkaPlant({ brokers, topic, group: topic, ...nobody, signal, report })
}

/** The next `count` frames behind the cursor; a reader that leaves then closes its consumer. */
async function take(topic: string, after: string | null, count: number, start?: Start) {
  const taken: { text: string; cursor: string }[] = []
  for await (const { text, cursor } of sourceOf(topic, AbortSignal.timeout(60_000), start).frames(after)) {
    taken.push({ text: new TextDecoder().decode(text), cursor })
    if (taken.length === count) break
  }
  return taken
}

test.skipIf(brokers.length === 0)(
  "frames come from the plant's topic in order, and after a restart from behind the cursor",
  async () => {
    const { topic, send, close } = await plantTopic()
    await send('{"moment":"1"}', 'not json', '{"moment":"3"}')
    const first = await take(topic, null, 2)
    expect(first.map(({ text }) => text)).toEqual(['{"moment":"1"}', 'not json'])
    await send('{"moment":"4"}')
    const rest = await take(topic, first[1]!.cursor, 2)
    expect(rest.map(({ text }) => text)).toEqual(['{"moment":"3"}', '{"moment":"4"}'])
    expect(await take(topic, first[0]!.cursor, 1)).toEqual([first[1]!])
    await close()
  },
  90_000,
)

test.skipIf(brokers.length === 0)(
  'a plant may begin at a time; what comes later is read, in each partition',
  async () => {
    const { topic, send, close } = await theirTopic(2)
    const at = (n: number) => String(Date.UTC(2026, 0, 1 + n))
    const frame = (n: number, partition: number) => ({ value: String(n), timestamp: at(n), partition })
    await send([frame(0, 0), frame(1, 1), frame(2, 0), frame(3, 1)])
    const taken = await take(topic, null, 2, Date.UTC(2026, 0, 3))
    expect(taken.map(({ text }) => text).sort()).toEqual(['2', '3'])
    // The first frame's cursor speaks of both partitions: nothing older of the other is asked for.
    expect(await take(topic, taken[0]!.cursor, 1)).toMatchObject([{ text: taken[1]!.text }])
    await close()
  },
  90_000,
)

test.skipIf(brokers.length === 0)(
  'a topic that is not there is said',
  async () => {
    const stopping = new AbortController()
    const topic = `nowhere-${crypto.randomUUID()}`
    const next = sourceOf(topic, stopping.signal).frames(null).next()
    const sentence = "the plant's topic: the broker has no such topic; it is tried again"
    while (!reports.includes(sentence)) await Bun.sleep(10)
    stopping.abort()
    expect(await next).toMatchObject({ done: true })
  },
  90_000,
)

test.skipIf(brokers.length === 0)(
  'frames that the plant no longer has are reported, and those that it has come',
  async () => {
    const { topic, send, close } = await plantTopic()
    await send('{"moment":"1"}', '{"moment":"2"}', '{"moment":"3"}')
    const [first] = await take(topic, null, 1)
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    await admin.fetchTopicMetadata({ topics: [topic] })
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
    await admin.disconnect()
    expect((await take(topic, first!.cursor, 1)).map(({ text }) => text)).toEqual(['{"moment":"3"}'])
    expect(reports).toContain("the plant's topic goes on at 2 instead of 1: what lies between is gone")
    await close()
  },
  90_000,
)

test.skipIf(brokers.length === 0)(
  'a reader that waits for frames ends when it is told to',
  async () => {
    const { topic, close } = await plantTopic()
    const stopping = new AbortController()
    const next = sourceOf(topic, stopping.signal).frames(null).next()
    setTimeout(() => stopping.abort(), 500)
    expect(await next).toMatchObject({ done: true })
    await close()
  },
  60_000,
)

test('a broker that cannot be reached is reported and tried again', async () => {
  const stopping = new AbortController()
  const reported = Promise.withResolvers<string>()
  const plant = kafkaPlant({
    brokers: ['127.0.0.1:1'],
    topic: 'plant',
    group: 'windbox',
    username: undefined,
    password: undefined,
    caFile: undefined,
    start: 'earliest',
    signal: stopping.signal,
    report: (level, sentence) => reported.resolve(`${level}: ${sentence}`),
  })
  const next = plant.frames(null).next()
  expect(await reported.promise).toMatch(/^warn: the plant's topic: .*it is tried again$/)
  stopping.abort()
  expect(await next).toMatchObject({ done: true })
})

test("an authority's file that cannot be read stops the start", () => {
  const signal = new AbortController().signal
  const plant = {
    brokers: ['127.0.0.1:1'],
    topic: 'plant',
    group: 'windbox',
    username: undefined,
    password: undefined,
    start: 'earliest' as const,
    signal,
    report: () => {},
  }
  expect(() => kafkaPlant({ ...plant, caFile: '/nowhere/ca.pem' })).toThrow('/nowhere/ca.pem')
})
