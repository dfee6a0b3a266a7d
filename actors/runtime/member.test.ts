import { expect, test } from 'bun:test'
import { defineActor } from './kind.ts'
import { Member } from './member.ts'
import type { AssignedPartition, ConsumerHandler } from './ports.ts'
import type { LogRecord } from './record.ts'
import { MemoryStore } from './sim/memory-store.ts'

const count = defineActor<{ total: number }>({
  kind: 'count',
  version: 1,
  initial: () => ({ total: 0 }),
  on: { add: (state, { n }: { n: number }) => void (state.total += n) },
  ask: { total: ({ total }) => total },
})

const log: LogRecord[] = [1, 2, 4, 8].map((n, offset) => ({
  offset,
  at: offset,
  key: 'count/a',
  type: 'add',
  value: JSON.stringify({ n }),
  id: '',
  source: '',
}))

/** A member and everything that its consumer was told. */
async function member() {
  const store = new MemoryStore()
  const told: string[] = []
  const failures: unknown[] = []
  const consumer = {
    start: async (_: ConsumerHandler) => {},
    seek: (partition: number, offset: number) => void told.push(`seek ${partition} ${offset}`),
    pause: (partition: number) => void told.push(`pause ${partition}`),
    resume: (partition: number) => void told.push(`resume ${partition}`),
    commit: async (offsets: ReadonlyMap<number, number>) => void told.push(`commit ${[...offsets].join(' ')}`),
    leaseMs: () => Infinity,
    stop: async () => void told.push('stop'),
  }
  const one = new Member({
    consumer,
    store,
    append: async () => [],
    clock: { now: () => 0, yield: async () => {} },
    kinds: new Map([['count', count]]),
    owner: 'node',
    failed: (error) => void failures.push(error),
  })
  await one.start()
  const assigned = async (more: Partial<AssignedPartition> = {}) => {
    one.assigned([{ partition: 0, committed: null, earliest: 0, end: log.length, ...more }])
    // The memory store answers within a few microtasks.
    await new Promise(setImmediate)
  }
  const total = async (stale = false) => {
    const { body, state } = await one.ask(0, 'count/a', 'total', undefined, 0, stale)
    return `${body} ${state}`
  }
  return { one, store, told, failures, assigned, total, consumer }
}

test('an assigned partition begins at its commit, or at the earliest record when there is none', async () => {
  const { told, assigned } = await member()
  await assigned({ earliest: 1 })
  await assigned({ committed: 3 })
  expect(told).toEqual(['seek 0 1', 'resume 0', 'seek 0 1', 'resume 0'])
})

test('until it has caught up with the end seen at the assignment it answers only who takes stale answers', async () => {
  const { one, assigned, total } = await member()
  await assigned()
  await one.batch(0, log.slice(0, 2), log.length)
  expect(total()).rejects.toMatchObject({ code: 'RESTORING' })
  expect(await total(true)).toBe('3 restoring')
  await one.batch(0, log.slice(2), log.length)
  expect(await total()).toBe('15 live')
})

test('a partition that stays keeps its memory and goes on at its own position', async () => {
  const { one, told, assigned, total } = await member()
  await assigned()
  await one.batch(0, log, log.length)
  await assigned()
  expect(told.slice(-2)).toEqual(['seek 0 4', 'resume 0'])
  expect(await total()).toBe('15 live')
})

test('a partition that somebody else had meanwhile is dropped and opened at the commit', async () => {
  const { one, store, told, assigned, total } = await member()
  await assigned()
  await one.batch(0, log, log.length)
  await store.claim(0)
  await assigned()
  expect(told.slice(-2)).toEqual(['seek 0 0', 'resume 0'])
  expect(await total(true)).toBe('0 restoring')
})

test('a suspended partition answers everybody, says that it is not the present, and makes nothing durable', async () => {
  const { one, store, assigned, total } = await member()
  await assigned()
  await one.batch(0, log, log.length)
  one.suspended([0])
  await one.flushAndCommit()
  expect(await total()).toBe('15 restoring')
  expect([...one.owned.keys()]).toEqual([])
  expect(store.snapshots.size).toBe(0)
})

test('a partition that is suspended before it caught up has less than its predecessor answered from: only who takes that gets it', async () => {
  const { one, assigned, total } = await member()
  await assigned()
  await one.batch(0, log.slice(0, 2), log.length)
  one.suspended([0])
  expect(total()).rejects.toMatchObject({ code: 'RESTORING' })
  expect(await total(true)).toBe('3 restoring')
})

test('what was suspended is the present again once it is claimed, if nobody else had it', async () => {
  const { one, told, assigned, total } = await member()
  await assigned()
  await one.batch(0, log, log.length)
  one.suspended([0])
  one.assigned([{ partition: 0, committed: null, earliest: 0, end: log.length }])
  expect(total()).rejects.toMatchObject({ code: 'RESTORING' })
  await new Promise(setImmediate)
  expect(told.slice(-2)).toEqual(['seek 0 4', 'resume 0'])
  expect(await total()).toBe('15 live')
  one.suspended([0])
  await assigned({ end: log.length + 1 })
  expect(await total(true)).toBe('15 restoring')
})

test('what was suspended, and somebody else had meanwhile, is dropped', async () => {
  const { one, store, assigned, total } = await member()
  await assigned()
  await one.batch(0, log, log.length)
  one.suspended([0])
  await store.claim(0)
  await assigned()
  expect(await total(true)).toBe('0 restoring')
})

test('a revoked partition answers nothing and takes nothing', async () => {
  const { one, store, assigned, total } = await member()
  await assigned()
  one.revoked([0])
  await one.batch(0, log, log.length)
  await one.flushAndCommit()
  expect(total()).rejects.toMatchObject({ code: 'NOT_OWNER' })
  expect(store.snapshots.size).toBe(0)
})

test('a commit below the earliest record is a failure, not a silent jump', async () => {
  const { told, failures, assigned } = await member()
  await assigned({ committed: 1, earliest: 2 })
  expect(failures).toMatchObject([{ code: 'LOG_OFFSET_OUT_OF_RANGE' }])
  expect(told).toEqual([])
})

test('a claim that fails is tried again at the next tick', async () => {
  const { one, store, told, assigned } = await member()
  const { claim } = store
  store.claim = () => Promise.reject(new Error('down'))
  await assigned()
  expect(told).toEqual([])
  store.claim = claim
  await one.tick()
  await new Promise(setImmediate)
  expect(told).toEqual(['seek 0 0', 'resume 0'])
})

test('only what is durable is committed, and the same is not committed twice', async () => {
  const { one, store, told, assigned } = await member()
  await assigned()
  await one.batch(0, log, log.length)
  const { putSnapshots } = store
  store.putSnapshots = () => Promise.reject(new Error('down'))
  await one.flushAndCommit()
  store.putSnapshots = putSnapshots
  await one.flushAndCommit()
  await one.flushAndCommit()
  expect(told.filter((line) => line.startsWith('commit'))).toEqual(['commit 0,0', 'commit 0,4'])
})

test('stop makes everything durable, commits and leaves', async () => {
  const { one, store, told, assigned } = await member()
  await assigned()
  await one.batch(0, log, log.length)
  await one.stop()
  expect(store.snapshots.get('count/a')!.offset).toBe(3)
  expect(told.slice(-2)).toEqual(['commit 0,4', 'stop'])
})

test('two assignments one after the other cost no memory, however long the store takes to answer the first', async () => {
  const { one, told, assigned, total, store } = await member()
  await assigned()
  await one.batch(0, log, log.length)
  const { claim } = store
  const { promise: slow, resolve: answer } = Promise.withResolvers<void>()
  store.claim = async (...given) => {
    const epoch = await claim.apply(store, given)
    await slow
    return epoch
  }
  await assigned()
  await assigned()
  expect(await total()).toBe('15 live')
  answer()
  await new Promise(setImmediate)
  expect(await total()).toBe('15 live')
  expect(told.slice(2)).toEqual(['seek 0 4', 'resume 0'])
})
