import { expect, test } from 'bun:test'
import { event } from '../event/actor.ts'
import { Partition, readRows, type ActorKind, type LogRecord, type NewRecord } from '../runtime/index.ts'
import { MemoryStore } from '../runtime/sim/memory-store.ts'
import { exhauster } from './actor.ts'
import { COLUMNS, columnOf } from './columns.ts'
import { EXHAUSTERS } from './directory.ts'
import { documentFromRow, type Past } from './document.ts'
import { quietFrame } from './frames.fixture.ts'
import type { ExhausterDocument } from './schema.ts'
import { signalOf } from './signals.ts'
import { trend } from './trends.ts'

const MINUTE = 60_000
const START = Date.parse('2026-11-22T10:00:00Z')
const T = 'bearing_4.temperature'
const V = 'bearing_7.vibration_axial'

/** The owner's store and clock; a partition that `open` gives goes on where the last one was left. */
function world() {
  const log: LogRecord[] = []
  const store = new MemoryStore()
  const clock = { time: START, now: () => clock.time, yield: async () => {} }
  const put = ({ key, type, value, id = '', source = '' }: NewRecord) =>
    void log.push({ key, type, value, id, source, offset: log.length, at: clock.time })
  const append = async (records: readonly NewRecord[]) =>
    records.map((record) => {
      put(record)
      return { partition: 0, offset: log.length - 1 }
    })
  let watermark = 0
  const open = async () => {
    const epoch = await store.claim(0)
    const kinds = new Map([exhauster, event].map((kind): [string, ActorKind] => [kind.kind, kind]))
    const partition = new Partition({ partition: 0, epoch, kinds, store, append, clock })
    await partition.open(watermark, log.length)
    return partition
  }
  const drain = async (partition: Partition) => {
    while (partition.position < log.length) await partition.apply(log.slice(partition.position, partition.position + 7))
    watermark = partition.lowWatermark
  }
  const frame = (n: number, signals: Record<string, number | null>, clock: 'live' | 'replay') => {
    for (const { id } of EXHAUSTERS) {
      const value = JSON.stringify(quietFrame(START + n * MINUTE, signals, clock))
      put({ key: `exhauster/${id}`, type: 'frame', id: String(START + n * MINUTE), value })
    }
  }
  const history = async (partition: Partition, id: string, names: readonly string[]) => {
    const tail = partition.tail(`exhauster/${id}`)
    const segments = await store.readSegments(`exhauster/${id}`, 0, Infinity)
    return readRows(tail ? [...segments, tail] : segments, { names, from: 0, to: Infinity })
  }
  const document = async (partition: Partition, id: string, nowMs = clock.time): Promise<ExhausterDocument> =>
    JSON.parse((await partition.ask(`exhauster/${id}`, 'document', {}, nowMs)).body)
  return { log, store, clock, open, drain, frame, history, document }
}

const story = (n: number) => ({
  [T]: n === 33 ? -3276.8 : 60 + (n % 20),
  [V]: n % 7 === 0 ? null : 5 + (n % 3) / 10,
  'work.is_working': Number(n % 40 < 30),
})

test('a node that dies between any two flushes ends with the same documents, history and events as one that never died', async () => {
  const [calm, restless] = [world(), world()]
  const [first, second] = [await calm.open(), await restless.open()]
  let owner = second
  for (let n = 0; n < 100; n++) {
    for (const { frame } of [calm, restless]) {
      frame(n, story(n), 'replay')
      if (n % 10 === 3) frame(n - 2, story(n - 2), 'replay')
    }
    await calm.drain(first)
    await restless.drain(owner)
    if (n % 3 === 0) await owner.flush()
    if (n % 8 === 5) owner = await restless.open()
  }
  for (const [{ drain }, partition] of [
    [calm, first],
    [restless, owner],
  ] as const) {
    await drain(partition)
    await partition.flush()
  }
  for (const { id } of EXHAUSTERS) {
    expect(await restless.document(owner, id)).toEqual(await calm.document(first, id))
    const [left, right] = [await restless.history(owner, id, COLUMNS), await calm.history(first, id, COLUMNS)]
    expect([...left.times]).toEqual(Array.from({ length: 100 }, (_, n) => START + n * MINUTE))
    expect(left.columns.map((column) => [...column])).toEqual(right.columns.map((column) => [...column]))
  }
  const changes = ({ store }: typeof calm) => [...store.effects.values()].map(({ body }) => body).sort()
  expect(changes(restless)).toEqual(changes(calm))
  expect(changes(calm).length).toBeGreaterThan(6)
  const told = async (world: typeof calm, partition: Partition) => {
    const segments = await world.store.readSegments('event/#0', 0, Infinity)
    const tail = partition.tail('event/#0')
    return readRows(tail ? [...segments, tail] : segments, { names: ['lag', 'repeated'], from: 0, to: Infinity })
  }
  const [left, right] = [await told(restless, owner), await told(calm, first)]
  expect(left.times).toEqual(right.times)
  expect(left.times.length).toBeGreaterThan(6)
  expect([...left.columns[1]!].every(Number.isNaN)).toBe(true)
})

test('what the history gives back rebuilds the document of each moment, and its trends', async () => {
  const { open, drain, frame, history, document } = world()
  const partition = await open()
  const documents: ExhausterDocument[] = []
  for (let n = 0; n < 40; n++) {
    frame(n, story(n), 'replay')
    await drain(partition)
    if (n === 20) await partition.flush()
    documents.push(await document(partition, 'x-172'))
  }
  const past: Past = JSON.parse((await partition.ask('exhauster/x-172', 'past', {}, 0)).body)
  const rows = await history(partition, 'x-172', COLUMNS)
  documents.forEach((then, i) => {
    const values = rows.columns.map((column) => column[i]!)
    const time = rows.times[i]!
    expect(JSON.parse(JSON.stringify(documentFromRow('x-172', COLUMNS, values, time, time, past)))).toEqual(then)
  })
  const range = { stepS: 600, from: START, to: START + 40 * MINUTE }
  const [series] = trend(EXHAUSTERS[5]!, [signalOf(T)!], await history(partition, 'x-172', [columnOf(T)]), range)
  expect(series!.points[0]).toEqual([START, 60, 64.5, 69])
  // The broken reading of minute 33 is in no mean.
  expect(series!.points[3]).toEqual([START + 30 * MINUTE, 70, (745 - 73) / 9, 79])
})

test('a live plant that falls silent is announced by the timer, once, also when its owner died meanwhile', async () => {
  const { store, clock, log, open, drain, frame, document } = world()
  const first = await open()
  frame(0, {}, 'live')
  await drain(first)
  await first.flush()
  clock.time = START + 3 * MINUTE
  const second = await open()
  await drain(second)
  for (let i = 0; i < 3; i++) {
    await second.tick()
    await drain(second)
  }
  await second.flush()
  const changes = [...store.effects.values()].map(({ body }) => JSON.parse(body))
  expect(changes.filter(({ status }) => status === 'unknown')).toHaveLength(6)
  expect(log.filter(({ key }) => key === 'exhauster/u-171')).toHaveLength(2)
  expect((await document(second, 'u-171', clock.time + 1)).status).toBe('unknown')
})
