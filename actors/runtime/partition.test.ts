import { expect, test } from 'bun:test'
import { defineActor, type ActorKind } from './kind.ts'
import { Partition, type PartitionOptions } from './partition.ts'
import type { LogRecord, NewRecord } from './record.ts'
import { MemoryStore } from './sim/memory-store.ts'

interface Sum {
  total: number
  seen: number
}

const sum: ActorKind = defineActor<Sum>({
  kind: 'sum',
  version: 1,
  initial: () => ({ total: 0, seen: 0 }),
  history: () => ['value'],
  on: {
    add: (state, { n }: { n: number }, turn) => {
      if (n < 0) throw new RangeError('negative')
      turn.row(turn.at, [n])
      state.total += n
      state.seen++
      turn.changed()
    },
    tell: (_, { to }: { to: string }, turn) => turn.send({ key: to, type: 'add', value: '{"n":1}' }),
    note: (_, body: object, turn) => turn.emit('notes', turn.at, body),
    call: (_, body: object, turn) => turn.emit('notes', turn.at, body, { urgent: true }),
    // Everything is asked for, and then it throws.
    fail: (_, __, turn) => {
      turn.emit('notes', 0, {})
      turn.send({ key: 'sum/b', type: 'add', value: '{"n":1}' })
      turn.setTimer('t', 0, 'add')
      turn.row(turn.at, [1])
      throw new Error('on purpose')
    },
    wait: (_, { ms }: { ms: number }, turn) => turn.setTimer('t', turn.at + ms, 'add', { n: 100 }),
    stop: (_, __, turn) => turn.clearTimer('t'),
  },
  ask: { total: ({ total }) => ({ total }) },
})

/** A log of one partition, a clock that stands still until it is moved, and a partition on them. */
function world(options: Partial<PartitionOptions> = {}) {
  const log: LogRecord[] = []
  const store = new MemoryStore()
  const clock = { time: 0, now: () => clock.time, yield: async () => {} }
  const put = (key: string, type: string, value: unknown, more: Partial<NewRecord> = {}) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    log.push({ key, type, value: text, id: '', source: '', offset: log.length, at: clock.time, ...more })
  }
  const append = async (records: readonly NewRecord[]) =>
    records.map(({ key, type, value, source }) => {
      put(key, type, value, { source: source ?? '' })
      return { partition: 0, offset: log.length - 1 }
    })
  const open = async (start = 0, other: Partial<PartitionOptions> = {}) => {
    const epoch = await store.claim(0)
    const kinds = new Map([['sum', sum]])
    const partition = new Partition({ partition: 0, epoch, kinds, store, append, clock, ...options, ...other })
    await partition.open(start)
    return partition
  }
  const total = async (partition: Partition, address = 'sum/a') =>
    JSON.parse((await partition.ask(address, 'total', undefined, 0)).body).total as number
  /** Applies until the log holds nothing new: turns append to it. */
  const drain = async (partition: Partition) => {
    while (partition.position < log.length) await partition.apply(log.slice(partition.position))
  }
  const deadLetters = () =>
    [...store.effects.values()]
      .filter(({ collection }) => collection === 'dead_letters')
      .map(({ body }) => JSON.parse(body))
  return { log, store, clock, put, append, open, total, drain, deadLetters }
}

test('a partition that was lost with its memory goes on from the low watermark as if nothing had happened', async () => {
  const { put, open, total, drain } = world()
  for (let n = 1; n <= 10; n++) put('sum/a', 'add', { n })
  const first = await open()
  await drain(first)
  expect(first.lowWatermark).toBe(0)
  await first.flush()
  expect(first.lowWatermark).toBe(10)
  put('sum/a', 'add', { n: 100 })
  await drain(first)
  expect(first.lowWatermark).toBe(10)

  const second = await open(first.lowWatermark)
  expect(await total(second)).toBe(55)
  await drain(second)
  expect(await total(second)).toBe(155)
})

test('records that come again change nothing', async () => {
  const { log, put, open, total } = world()
  for (let n = 1; n <= 5; n++) put('sum/a', 'add', { n })
  const partition = await open()
  await partition.apply(log)
  await partition.apply(log.slice(2))
  expect(await total(partition)).toBe(15)
  expect(partition.stats().skipped).toBe(3)
})

test('an id that comes again is applied once, before and after it is durable, and its own replay is not a copy', async () => {
  const { store, put, open, total, drain } = world()
  put('sum/a', 'add', { n: 1 }, { id: 'x' })
  put('sum/a', 'add', { n: 1 }, { id: 'x' })
  const first = await open()
  await drain(first)
  put('sum/a', 'add', { n: 1 }, { id: 'x' })
  await drain(first)
  await first.flush()
  put('sum/a', 'add', { n: 1 }, { id: 'x' })
  await drain(first)
  expect(await total(first)).toBe(1)

  // Lost before the snapshot, after the ids.
  store.snapshots.clear()
  const second = await open()
  await drain(second)
  expect(await total(second)).toBe(1)
})

test('the same id to another actor is another id', async () => {
  const { put, open, total, drain } = world()
  put('sum/a', 'add', { n: 1 }, { id: 'x' })
  put('sum/b', 'add', { n: 2 }, { id: 'x' })
  const partition = await open()
  await drain(partition)
  expect(await total(partition, 'sum/a')).toBe(1)
  expect(await total(partition, 'sum/b')).toBe(2)
})

test('a record that throws leaves nothing but a dead letter', async () => {
  const { log, store, put, open, total, drain, deadLetters } = world()
  put('sum/a', 'fail', {})
  put('sum/a', 'add', { n: 1 })
  const partition = await open()
  await drain(partition)
  await partition.flush()
  expect(await total(partition)).toBe(1)
  expect(log.length).toBe(2)
  expect(store.effects.size).toBe(1)
  expect([...store.segments.get('sum/a')!.values()][0]!.rows).toBe(1)
  expect((await partition.inspect('sum/a'))!.timers).toEqual([])
  expect(deadLetters()[0]).toMatchObject({ code: 'POISON', error: 'on purpose', key: 'sum/a', partition: 0, offset: 0 })
})

test('what cannot be read, has no kind or no type becomes a dead letter with its code', async () => {
  const { put, open, drain, deadLetters } = world()
  put('sum/a', 'add', '{')
  put('nobody/a', 'add', {})
  put('sum/a', 'constructor', {})
  put('noslash', 'add', {})
  const partition = await open()
  await drain(partition)
  await partition.flush()
  expect(deadLetters().map(({ code, offset }) => [offset, code])).toEqual([
    [0, 'UNREADABLE_RECORD'],
    [1, 'UNKNOWN_KIND'],
    [2, 'UNKNOWN_TYPE'],
    [3, 'UNKNOWN_KIND'],
  ])
  expect(partition.lowWatermark).toBe(4)
})

test('five records that throw within 60 s quarantine the actor, also after a reload, until it is released', async () => {
  const { clock, put, open, total, drain, deadLetters } = world()
  const poison = (times: number) => {
    for (let i = 0; i < times; i++) put('sum/a', 'add', { n: -1 })
  }
  poison(4)
  clock.time = 60_000
  poison(4)
  put('sum/a', 'add', { n: 1 })
  const first = await open()
  await drain(first)
  expect(await total(first)).toBe(1)
  poison(1)
  put('sum/a', 'add', { n: 2 })
  await drain(first)
  expect(total(first)).rejects.toMatchObject({ code: 'QUARANTINED' })
  await first.flush()

  const second = await open(first.lowWatermark)
  put('sum/a', 'add', { n: 4 })
  await drain(second)
  expect(total(second)).rejects.toMatchObject({ code: 'QUARANTINED' })
  put('sum/a', '$release', {})
  put('sum/a', 'add', { n: 8 })
  await drain(second)
  expect(await total(second)).toBe(9)
  await second.flush()
  expect(
    deadLetters()
      .filter(({ code }) => code === 'QUARANTINED')
      .map(({ offset }) => offset),
  ).toEqual([10, 11])
})

test('a timer fires once when it is due, though its actor is not in memory', async () => {
  const { log, clock, put, open, total, drain } = world()
  put('sum/a', 'wait', { ms: 1000 })
  const first = await open()
  await drain(first)
  await first.flush()
  const second = await open(first.lowWatermark)
  clock.time = 999
  await second.tick()
  expect(log.length).toBe(1)
  clock.time = 1000
  await second.tick()
  await second.tick()
  expect(log.slice(1)).toMatchObject([{ key: 'sum/a', type: '$timer', value: '{"name":"t","due":1000}' }])
  await drain(second)
  await second.tick()
  expect(log.length).toBe(2)
  expect(await total(second)).toBe(100)
})

test('a timer that is moved or cleared does not fire at its old time', async () => {
  const { log, clock, put, open, total, drain } = world()
  put('sum/a', 'wait', { ms: 10 })
  put('sum/a', 'wait', { ms: 20 })
  const partition = await open()
  await drain(partition)
  clock.time = 10
  await partition.tick()
  expect(log.length).toBe(2)
  put('sum/a', '$timer', { name: 't', due: 10 })
  await drain(partition)
  expect(await total(partition)).toBe(0)
  put('sum/a', 'stop', {})
  await drain(partition)
  clock.time = 20
  await partition.tick()
  expect(log.length).toBe(4)
})

test('a message that the log holds twice is applied once', async () => {
  const { log, put, open, total, drain } = world()
  put('sum/a', 'tell', { to: 'sum/b' })
  const partition = await open()
  await drain(partition)
  await partition.flush()
  expect(log.length).toBe(2)
  const { key, type, value, source } = log[1]!
  put(key, type, value, { source })
  await drain(partition)
  expect(await total(partition, 'sum/b')).toBe(1)
})

test('an actor of a newer version answers so, holds the commit, and is never written', async () => {
  const { store, put, open, total, drain } = world()
  const state = '{"state":{"total":7}}'
  const snapshot = { address: 'sum/a', partition: 0, offset: 3, epoch: 1, version: 2, due: null, state, at: 0 }
  await store.putSnapshots([snapshot])
  for (let n = 0; n < 8; n++) put('sum/a', 'add', { n })
  put('sum/b', 'add', { n: 1 })
  const partition = await open()
  await drain(partition)
  await partition.flush()
  expect(total(partition)).rejects.toMatchObject({ code: 'VERSION_AHEAD' })
  expect(store.snapshots.get('sum/a')).toBe(snapshot)
  expect(partition.lowWatermark).toBe(4)
  expect(await total(partition, 'sum/b')).toBe(1)
})

test('a snapshot that cannot be read is refused like one of a newer version', async () => {
  const { store, put, open, total, drain } = world()
  const snapshot = { address: 'sum/a', partition: 0, offset: 0, epoch: 1, version: 1, due: null, state: '{', at: 0 }
  await store.putSnapshots([snapshot])
  for (let n = 0; n < 3; n++) put('sum/a', 'add', { n })
  const partition = await open()
  await drain(partition)
  await partition.flush()
  expect(total(partition)).rejects.toMatchObject({ code: 'DATA_CORRUPT' })
  expect(store.snapshots.get('sum/a')).toBe(snapshot)
  expect(partition.lowWatermark).toBe(1)
})

test('a snapshot that meets a newer one of the same history keeps the actor, which goes on', async () => {
  const { log, store, put, open, total, drain } = world()
  for (let n = 1; n <= 6; n++) put('sum/a', 'add', { n })
  const ahead = await open()
  const behind = await open()
  await ahead.apply(log.slice(0, 5))
  await behind.apply(log.slice(0, 3))
  await ahead.flush()
  await behind.flush()
  expect(behind.stats().snapshots.conflicts).toBe(1)
  expect(behind.lowWatermark).toBe(3)
  await drain(behind)
  await behind.flush()
  expect(await total(behind)).toBe(21)
  expect(store.snapshots.get('sum/a')!.offset).toBe(5)
  expect(behind.lowWatermark).toBe(6)
})

test('only clean actors leave memory, those unused for longest first', async () => {
  const { put, open, drain, total } = world({ limits: { maxResident: 2 } })
  const partition = await open()
  for (const id of ['a', 'b', 'c']) put(`sum/${id}`, 'add', { n: 1 })
  await drain(partition)
  expect(partition.stats()).toMatchObject({ resident: 3, dirty: 3 })
  await partition.flush()
  for (const id of ['d', 'a']) {
    put(`sum/${id}`, 'add', { n: 1 })
    await drain(partition)
  }
  expect(partition.stats().evictions).toBeGreaterThan(0)
  for (const [id, n] of [
    ['a', 2],
    ['b', 1],
    ['c', 1],
    ['d', 1],
  ] as const)
    expect(await total(partition, `sum/${id}`)).toBe(n)
})

test.each(['putSegments', 'putEffects', 'putIds', 'putSnapshots'] as const)(
  'a store whose %s fails costs time only',
  async (name) => {
    const { store, put, open, total, drain } = world()
    for (let n = 1; n <= 4; n++) put('sum/a', 'add', { n }, { id: String(n) })
    put('sum/a', 'note', { text: 'x' })
    const partition = await open()
    await drain(partition)
    const original = store[name]
    Object.assign(store, { [name]: () => Promise.reject(new Error('down')) })
    expect(await partition.flush()).toBe(false)
    expect(partition.lowWatermark).toBe(0)
    expect(store.snapshots.size).toBe(0)
    Object.assign(store, { [name]: original })
    expect(await partition.flush()).toBe(true)
    expect(partition.lowWatermark).toBe(5)
    expect(await total(partition)).toBe(10)
  },
)

test('a read that waits for an offset is woken when it is applied', async () => {
  const { put, open, drain } = world()
  put('sum/a', 'add', { n: 1 })
  const partition = await open()
  const waiting = partition.reached(0)
  const never = partition.reached(5)
  await drain(partition)
  expect(await waiting).toBe(true)
  partition.close()
  expect(await never).toBe(false)
})

test('an actor that changed is named once, with its latest offset, and others are silent', async () => {
  const { put, open, drain } = world()
  put('sum/a', 'add', { n: 1 })
  put('sum/b', 'note', {})
  put('sum/a', 'add', { n: 1 })
  const partition = await open()
  await drain(partition)
  expect(partition.takeChanged()).toEqual([{ address: 'sum/a', offset: 2 }])
  expect(partition.takeChanged()).toEqual([])
})

test('an actor whose state cannot become JSON holds the low watermark, also when a flush of younger ones fails', async () => {
  const { store, put, open, drain } = world()
  const circular: ActorKind = defineActor<Sum>({
    ...sum,
    kind: 'circular',
    toJson: () => {
      throw new TypeError('a circle')
    },
  })
  put('circular/a', 'add', { n: 1 })
  put('sum/a', 'add', { n: 1 })
  put('sum/b', 'add', { n: 1 })
  const putSnapshots = store.putSnapshots.bind(store)
  const partition = await open(0, {
    kinds: new Map([
      ['sum', sum],
      ['circular', circular],
    ]),
  })
  await drain(partition)
  store.putSnapshots = () => Promise.reject(new Error('the store is away'))
  expect(await partition.flush()).toBe(false)
  expect(partition.lowWatermark).toBe(0)
  store.putSnapshots = putSnapshots
  expect(await partition.flush()).toBe(false)
  expect(partition.lowWatermark).toBe(0)
  expect([...store.snapshots.keys()].sort()).toEqual(['sum/a', 'sum/b'])
})

test('an urgent effect is stored without a flush, with the effects before it and with nothing else', async () => {
  const told: string[][] = []
  const { store, put, open, drain } = world({ stored: (effects) => told.push(effects.map(({ id }) => id)) })
  const partition = await open()
  put('sum/a', 'note', { n: 1 })
  await drain(partition)
  expect(store.effects.size).toBe(0)
  put('sum/a', 'call', { n: 2 })
  await drain(partition)
  await settled(() => store.effects.size === 2)
  expect(told).toEqual([['0-0-0', '0-1-0']])
  expect(store.snapshots.size).toBe(0)
  expect(partition.lowWatermark).toBe(0)
  await partition.flush()
  expect(told).toHaveLength(1)
  expect(partition.lowWatermark).toBe(2)
})

test('an urgent effect that the store did not take is written at the next tick', async () => {
  const { store, put, open, drain } = world()
  const partition = await open()
  const putEffects = store.putEffects.bind(store)
  let refused = 0
  store.putEffects = async () => {
    refused++
    throw new Error('the store is away')
  }
  put('sum/a', 'call', { n: 1 })
  await drain(partition)
  await settled(() => refused === 1)
  store.putEffects = putEffects
  expect(store.effects.size).toBe(0)
  await partition.tick()
  await settled(() => store.effects.size === 1)
})

/** Lets everything that is under way come to its end. */
async function settled(holds: () => boolean): Promise<void> {
  for (let turns = 0; turns < 100; turns++) await Promise.resolve()
  expect(holds()).toBe(true)
}

test('a partition whose last records are repetitions is restored, and reached, when they are passed', async () => {
  const { store, log, put, clock } = world()
  put('sum/a', 'add', { n: 1 })
  const partition = new Partition({
    partition: 0,
    epoch: await store.claim(0),
    kinds: new Map([['sum', sum]]),
    store,
    append: async () => [],
    clock,
  })
  await partition.open(0, 3)
  const reached = partition.reached(2)
  await partition.apply(log, 3)
  expect([partition.position, partition.restoring]).toEqual([1, true])
  await partition.apply([], 3, 3)
  expect([partition.position, partition.restoring, await reached]).toEqual([3, false, true])
  expect(partition.lowWatermark).toBe(0)
  await partition.flush()
  expect(partition.lowWatermark).toBe(3)
})
