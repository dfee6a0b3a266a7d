import { afterEach, expect, test } from 'bun:test'
import { Broadcast } from './broadcast.ts'
import { NodeBus } from './bus.ts'
import { Following } from './following.ts'
import type { KnownNode } from './registry.ts'
import { until } from './waiting.fixture.ts'

const undo: (() => unknown)[] = []

afterEach(() => {
  for (const step of undo.splice(0)) step()
})

const now = () => performance.now()
const PACE = { silentMs: 200, firstMs: 5, mostMs: 20 }
const BEAT_MS = 20

/** One who listens, over streams that can be cut. `speaker` may become another process. */
function listen(speaker: { now: Broadcast | undefined }) {
  const heard: string[] = []
  let cut = () => {}
  let attempts = 0
  let streams = 0
  const following = new Following({
    async connect(signal) {
      attempts++
      if (speaker.now === undefined) throw new Error('refused')
      streams++
      const broken = new AbortController()
      cut = () => broken.abort()
      const through = new TransformStream<Uint8Array, Uint8Array>()
      speaker.now
        .stream()
        .pipeTo(through.writable, { signal: AbortSignal.any([signal, broken.signal]) })
        .catch(() => {})
      return through.readable
    },
    onMessage: (topic, body, from) => heard.push(`${from} ${topic} ${body}`),
    onChanges: (changes) => heard.push(...changes.map(([address, offset]) => `${address} ${offset}`)),
    onGap: () => heard.push('gap'),
    now,
    pace: PACE,
  })
  undo.push(() => following.stop())
  return { heard, following, cut: () => cut(), attempts: () => attempts, streams: () => streams }
}

function speak(instance: string): Broadcast {
  const broadcast = new Broadcast(instance, BEAT_MS)
  undo.push(() => broadcast.end())
  return broadcast
}

test('what a node says is heard in order, and who is there from the first word misses nothing', async () => {
  const speaker = speak('a')
  const { heard, streams } = listen({ now: speaker })
  await until('the stream is open', () => streams() === 1)
  for (let i = 0; i < 100; i++) speaker.say('keys', String(i))
  speaker.sayChanges([{ address: 'device/1', offset: 7 }])
  await until(
    'the last is heard',
    () => heard.length >= 101,
    () => heard,
  )
  expect(heard).toEqual([...Array.from({ length: 100 }, (_, i) => `a keys ${i}`), 'device/1 7'])
})

test('who comes later than the first word may have missed it', async () => {
  const speaker = speak('a')
  speaker.say('keys', 'early')
  const { heard } = listen({ now: speaker })
  await until('the gap is told', () => heard.length > 0)
  expect(heard).toEqual(['gap'])
})

test('a stream that breaks while nothing is said leaves no gap, and one that misses a word does', async () => {
  const speaker = { now: speak('a') as Broadcast | undefined }
  const { heard, cut, streams } = listen(speaker)
  await until('the stream is open', () => streams() === 1)
  speaker.now!.say('keys', '1')
  await until('it is heard', () => heard.length === 1)
  cut()
  await until('the stream is open again', () => streams() === 2)
  speaker.now!.say('keys', '2')
  await until(
    'it is heard',
    () => heard.length === 2,
    () => heard,
  )
  const there = speaker.now!
  speaker.now = undefined
  cut()
  there.say('keys', 'lost')
  speaker.now = there
  await until('the stream is open again', () => streams() === 3)
  there.say('keys', '4')
  await until(
    'it is heard',
    () => heard.length === 4,
    () => heard,
  )
  expect(heard).toEqual(['a keys 1', 'a keys 2', 'gap', 'a keys 4'])
})

test('the next process at an address is another sender, and what the last one said at its end may be missed', async () => {
  const speaker = { now: speak('a') as Broadcast | undefined }
  const { heard, cut, streams } = listen(speaker)
  await until('the stream is open', () => streams() === 1)
  speaker.now = undefined
  cut()
  await until('the silence is told', () => heard.length === 1)
  speaker.now = speak('b')
  await until('the stream is open again', () => streams() === 2)
  speaker.now.say('keys', '1')
  await until(
    'it is heard',
    () => heard.length === 2,
    () => heard,
  )
  expect(heard).toEqual(['gap', 'b keys 1'])
})

test('a node that falls silent on an open stream is given up and heard again', async () => {
  const silent = new Broadcast('a', 1_000_000)
  undo.push(() => silent.end())
  const { heard, streams } = listen({ now: silent })
  await until('the stream was opened anew', () => streams() >= 2)
  await until('the silence is told', () => heard.includes('gap'))
})

test('who does not read loses what does not fit, and learns of it', async () => {
  const speaker = speak('a')
  const reader = speaker.stream().getReader()
  const large = 'x'.repeat(60_000)
  for (let i = 0; i < 200; i++) speaker.say('keys', large)
  const decoder = new TextDecoder()
  let text = ''
  while (!text.includes('"seq":200}')) {
    const { value } = await reader.read()
    text += decoder.decode(value, { stream: true })
  }
  expect(text.length).toBeLessThan(5_000_000)
  await reader.cancel()
  // The same, seen by one who hears it.
  const slow = new Broadcast('a', BEAT_MS)
  undo.push(() => slow.end())
  let release = () => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  const heard: string[] = []
  const following = new Following({
    connect: async () =>
      slow.stream().pipeThrough(
        new TransformStream({
          async transform(chunk, controller) {
            await released
            controller.enqueue(chunk)
          },
        }),
      ),
    onMessage: (_, body) => heard.push(`${body.length}`),
    onChanges: () => {},
    onGap: () => heard.push('gap'),
    now,
    pace: { ...PACE, silentMs: 60_000 },
  })
  undo.push(() => following.stop())
  for (let i = 0; i < 200; i++) slow.say('keys', large)
  release()
  await until(
    'the gap is told',
    () => heard.includes('gap'),
    () => heard.length,
  )
  expect(heard.filter((one) => one === 'gap')).toHaveLength(1)
})

test.each([
  ['a farewell is no gap', (speaker: Broadcast) => void speaker.end(), ['a keys 1']],
  ['an end without a farewell is one', (_: Broadcast, cut: () => void) => cut(), ['a keys 1', 'gap']],
])('%s, for a node that has left the list', async (_, end, expected) => {
  const last = speak('a')
  const speaker = { now: last as Broadcast | undefined }
  const { heard, following, cut, attempts } = listen(speaker)
  last.say('keys', '1')
  await until('it is heard', () => heard.length === 1)
  speaker.now = undefined
  end(last, cut)
  await until('the end is noticed', () => attempts() > 1)
  following.gone()
  expect(heard).toEqual(expected)
})

/** A bus that can be connected to by its address. */
function busesOf(...urls: string[]) {
  const buses = new Map<string, NodeBus>()
  const reports: string[] = []
  for (const url of urls) {
    const bus = new NodeBus({
      instance: url,
      connect: async (peer) => buses.get(peer)!.stream(),
      now,
      report: (_, sentence) => reports.push(sentence),
    })
    buses.set(url, bus)
    undo.push(() => bus.stop())
  }
  const known = (url: string): KnownNode => ({ url, instance: url, workers: 1, version: '1', started_at: '' })
  for (const [url, bus] of buses) bus.follow(urls.filter((other) => other !== url).map(known))
  return { buses: urls.map((url) => buses.get(url)!), reports, known }
}

test('a message comes to all other nodes and not to the one who sent it, by its topic', async () => {
  const { buses } = busesOf('a', 'b', 'c')
  const heard: string[] = []
  buses.forEach((bus, i) => {
    bus.subscribe('keys', (body, from) => heard.push(`${i} ${from} ${body}`))
    bus.onChange((changes) => heard.push(`${i} ${JSON.stringify(changes)}`))
  })
  buses[0]!.publish('other', 'x')
  buses[0]!.publish('keys', 'x')
  buses[2]!.tell([{ address: 'device/1', offset: 3 }])
  await until(
    'all have heard',
    () => heard.length >= 4,
    () => heard,
  )
  const changed = '[{"address":"device/1","offset":3}]'
  expect(heard.toSorted()).toEqual([`0 ${changed}`, `1 ${changed}`, '1 a x', '2 a x'])
})

test('who listens no more hears nothing, one that throws does not silence the others, and too long a message is refused', async () => {
  const { buses, reports } = busesOf('a', 'b')
  const heard: string[] = []
  buses[1]!.subscribe('keys', () => {
    throw new Error('broken')
  })
  const stop = buses[1]!.subscribe('keys', (body) => heard.push(`first ${body}`))
  buses[1]!.subscribe('keys', (body) => heard.push(body))
  buses[0]!.publish('keys', '1')
  await until('it is heard', () => heard.length === 2)
  stop()
  buses[0]!.publish('keys', '2')
  await until('it is heard', () => heard.length === 3)
  expect(heard).toEqual(['first 1', '1', '2'])
  expect(reports).toHaveLength(2)
  expect(() => buses[0]!.publish('keys', 'ё'.repeat(32 * 1024 + 1))).toThrow(RangeError)
})
