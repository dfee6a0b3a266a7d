import { expect, test } from 'bun:test'
import { ALONE, type Change, type Cluster } from '../../actors/cluster/port.ts'
import { createPieces } from '../events/segments.ts'
import { KeptAnswers } from '../exhausters/kept-answers.ts'
import { LiveHub, type Topic } from './hub.ts'
import { Ring } from './ring.ts'
import { COMMENT, frame } from './sse.ts'

const MINUTE = 60_000

/** As the standard's own algorithm reads a stream (HTML, 9.2.6): events with their fields. */
function parse(text: string) {
  const events: { id?: string; event?: string; data: string }[] = []
  for (const block of text.split('\n\n')) {
    const data: string[] = []
    const event: { id?: string; event?: string } = {}
    for (const line of block.split('\n')) {
      const [, field, value] = /^([^:]*): ?(.*)$/.exec(line) ?? []
      if (field === 'data') data.push(value!)
      if (field === 'id' || field === 'event') event[field] = value!
    }
    if (data.length > 0) events.push({ ...event, data: data.join('\n') })
  }
  return events
}

test('data of several lines arrives as it was', () => {
  for (const data of ['one', 'one\ntwo', 'a\n\nb', 'ends\n', '\nbegins', ': no comment', 'data: x', '']) {
    expect(parse(frame({ id: '1', event: 'x', data }))).toEqual([{ id: '1', event: 'x', data }])
  }
  expect(parse(frame({ data: 'a\r\nb\rc' }))).toEqual([{ data: 'a\nb\nc' }])
  expect(parse(COMMENT)).toEqual([])
})

const all = new Set(['t'])

test('a ring gives what came after an id, of the topics asked for', () => {
  const ring = new Ring('e')
  for (let i = 1; i <= 6; i++) ring.add(i % 2 ? 't' : 'u', i, (id) => id)
  expect(ring.after('e-2', new Set(['t', 'u']), 10)).toEqual(['e-3', 'e-4', 'e-5', 'e-6'])
  expect(ring.after('e-0', all, 10)).toEqual(['e-1', 'e-3', 'e-5'])
  expect(ring.after('e-6', all, 10)).toEqual([])
})

test.each(['other-3', 'e-7', 'e-x', 'e-', 'nonsense', '', 'e--1', 'e-1.5'])(
  'an id that the ring did not give is unknown: %p',
  (id) => {
    const ring = new Ring('e')
    for (let i = 1; i <= 6; i++) ring.add('t', i, String)
    expect(ring.after(id, all, 10)).toBeUndefined()
  },
)

test('what is older than five minutes is gone, and who asks from before is told', () => {
  const ring = new Ring('e')
  for (let i = 1; i <= 10; i++) ring.add('t', i * MINUTE, (id) => id)
  expect(ring.after('e-4', all, 10 * MINUTE)).toEqual(['e-5', 'e-6', 'e-7', 'e-8', 'e-9', 'e-10'])
  expect(ring.after('e-3', all, 10 * MINUTE)).toBeUndefined()
  expect(ring.after('e-10', all, 60 * MINUTE)).toEqual([])
  expect(ring.after('e-9', all, 60 * MINUTE)).toBeUndefined()
})

test('a ring is bounded by size as well', () => {
  const ring = new Ring('e')
  const big = 'x'.repeat(1024 * 1024)
  for (let i = 1; i <= 100; i++) ring.add('t', 1, () => big)
  expect(ring.after('e-50', all, 1)).toBeUndefined()
  expect(ring.after('e-90', all, 1)!.length).toBe(10)
})

/** A hub over one exhauster whose summary is a number that goes up. */
function hubOf() {
  let tell: (changes: readonly Change[]) => void = () => {}
  let count = 0
  const cluster = {
    partitions: 4,
    version: () => count,
    ask: () =>
      Promise.resolve({
        body: JSON.stringify({ count, clock: 'replay', updated_at: null, data_age_ms: null }),
        offset: count,
        at: 1,
        state: 'live',
      }),
    onChange: (listener: typeof tell) => {
      tell = listener
      return () => (tell = () => {})
    },
    inspect: () => Promise.resolve({}),
    bus: ALONE,
  } as unknown as Cluster
  const now = () => 1_700_000_000_000
  const hub = new LiveHub({
    cluster,
    answers: new KeptAnswers(cluster, now),
    pieces: createPieces(cluster),
    now,
    newEpoch: () => 'e',
  })
  hub.start()
  return {
    hub,
    async change(address = 'exhauster/u-171') {
      count++
      tell([{ address, offset: count }])
      // The question goes out and comes back.
      await new Promise<void>((done) => setImmediate(done))
    },
  }
}

const topics = new Set<Topic>(['exhausters'])
const good = () => true

/** Reads until there are so many events. */
async function read(stream: ReadableStream<Uint8Array>, count: number) {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let text = ''
  while (parse(text).length < count) {
    const { done, value } = await reader.read()
    if (done) break
    text += decoder.decode(value, { stream: true })
  }
  await reader.cancel()
  return parse(text)
}

test('a stream hears of a change with the summary, under an id', async () => {
  const { hub, change } = hubOf()
  const stream = hub.open(topics, null, good)!
  await change()
  await change()
  const events = await read(stream, 2)
  expect(events.map(({ id, event }) => [id, event])).toEqual([
    ['e-1', 'exhauster'],
    ['e-2', 'exhauster'],
  ])
  expect(events.map(({ data }) => JSON.parse(data).count)).toEqual([1, 2])
  expect(hub.size).toBe(0)
  hub.stop()
})

test('what came while a stream was away comes again, once and in order', async () => {
  const { hub, change } = hubOf()
  for (let i = 0; i < 4; i++) await change()
  const events = await read(hub.open(topics, 'e-2', good)!, 2)
  expect(events.map(({ id }) => id)).toEqual(['e-3', 'e-4'])
  hub.stop()
})

test('a stream that comes back from another life of the server begins with reset', async () => {
  const { hub, change } = hubOf()
  await change()
  const [first] = await read(hub.open(topics, 'earlier-7', good)!, 1)
  expect(first).toEqual({ event: 'reset', data: '{}' })
  hub.stop()
})

test('a stream hears of its topics only', async () => {
  const { hub, change } = hubOf()
  const stream = hub.open(new Set<Topic>(['control']), null, good)!
  await change()
  hub.stop()
  expect(await read(stream, 1)).toEqual([])
})

test('a control loop that changed is told of under its own topic', async () => {
  const { hub, change } = hubOf()
  const stream = hub.open(new Set<Topic>(['control']), null, good)!
  await change('viewer/7')
  await change('control/default')
  const [event] = await read(stream, 1)
  expect(event).toMatchObject({ event: 'loop', data: expect.stringContaining('"count":2') })
  hub.stop()
})

test('a stream ends with its session', async () => {
  const { hub } = hubOf()
  let isGood = true
  const stream = hub.open(topics, null, () => Promise.resolve(isGood))!
  const stays = hub.open(topics, null, good)!
  isGood = false
  hub.recheck()
  expect(await read(stream, 1)).toEqual([])
  expect(hub.size).toBe(1)
  hub.stop()
  expect(await read(stays, 1)).toEqual([])
})

test('a client that takes nothing is let go', async () => {
  const { hub, change } = hubOf()
  hub.open(topics, null, good)
  // Events of 100 bytes each: the limit is a megabyte.
  for (let i = 0; i < 30_000 && hub.size > 0; i++) await change()
  expect(hub.size).toBe(0)
  hub.stop()
})
