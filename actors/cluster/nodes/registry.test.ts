import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../../runtime/index.ts'
import type { StateStore } from '../../store/port.ts'
import { openSqliteStore } from '../../store/sqlite/store.ts'
import { Registry, type RegistryOptions } from './registry.ts'
import { until } from './waiting.fixture.ts'

const undo: (() => unknown)[] = []

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

function storeOf(): StateStore {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-nodes-'))
  const store = openSqliteStore(join(dir, 'store.sqlite'))
  undo.push(async () => {
    await store.close()
    rmSync(dir, { recursive: true })
  })
  return store
}

const PACE = { beatMs: 10, aliveMs: 200, goneMs: 600 }

async function enter(documents: RegistryOptions['documents'], url: string, more: Partial<RegistryOptions> = {}) {
  const events: string[] = []
  const registry = new Registry({
    documents,
    self: { url, instance: crypto.randomUUID(), workers: 2, version: '1.0.0', started_at: '2026-01-01T00:00:00Z' },
    now: () => performance.now(),
    report: (level, sentence) => events.push(`${level}: ${sentence}`),
    onReplaced: () => events.push('replaced'),
    pace: PACE,
    ...more,
  })
  await registry.start(() => {})
  let stopped = false
  const stop = async () => {
    if (!stopped) await registry.stop()
    stopped = true
  }
  undo.push(stop)
  return { registry, events, stop, others: () => registry.others().map((node) => node.url) }
}

/** The process ends without a word: nothing is written any more, and what it wrote stays. */
function mortal(documents: RegistryOptions['documents']) {
  let dead = false
  const unless = async <T>(work: () => Promise<T>): Promise<T> => {
    if (dead) throw new Fault('STORE_UNAVAILABLE', 'no store')
    return work()
  }
  return {
    die: () => (dead = true),
    wake: () => (dead = false),
    documents: {
      get: (...given) => unless(() => documents.get(...given)),
      insert: (...given) => unless(() => documents.insert(...given)),
      replace: (...given) => unless(() => documents.replace(...given)),
      remove: (...given) => (dead ? Promise.resolve(false) : documents.remove(...given)),
      find: (...given) => unless(() => documents.find(...given)),
    } as RegistryOptions['documents'],
  }
}

test('nodes find each other, with what they say of themselves, until they leave', async () => {
  const store = storeOf()
  const a = await enter(store, 'http://a')
  const b = await enter(store, 'http://b')
  expect(b.registry.others()).toEqual([expect.objectContaining({ url: 'http://a', workers: 2, version: '1.0.0' })])
  await until('a sees b', () => a.others().includes('http://b'))
  await b.stop()
  await until('a sees that b left', () => a.others().length === 0)
  expect(a.registry.isListed('http://b')).toBe(false)
})

test('a node that falls silent is dead, and is taken off the list later', async () => {
  const store = storeOf()
  const a = await enter(store, 'http://a')
  const world = mortal(store)
  await enter(world.documents, 'http://b')
  await until('a sees b', () => a.registry.isSeen('http://b'))
  world.die()
  await until('b is dead', () => !a.registry.isAlive('http://b'))
  expect(a.registry.isListed('http://b')).toBe(true)
  await until('b is off the list', () => !a.registry.isListed('http://b'))
  world.wake()
  await until('b that was only away is alive again', () => a.others().includes('http://b'))
})

test('what a dead node left is asked for and not relied on', async () => {
  const store = storeOf()
  const world = mortal(store)
  await enter(world.documents, 'http://b')
  world.die()
  const a = await enter(store, 'http://a')
  expect([a.registry.isAlive('http://b'), a.registry.isSeen('http://b')]).toEqual([true, false])
  await until('b is dead', () => !a.registry.isAlive('http://b'))
  expect(a.registry.isSeen('http://b')).toBe(false)
})

test('while the store is away nobody dies, and a long sleep of one who looks makes nobody silent', async () => {
  const store = storeOf()
  const world = mortal(store)
  let asleepMs = 0
  const a = await enter(world.documents, 'http://a', { now: () => performance.now() + asleepMs })
  await enter(store, 'http://b')
  await until('a sees b', () => a.others().includes('http://b'))
  world.die()
  await until('a says so, once', () => a.events.length > 0)
  asleepMs += 1_000_000
  world.wake()
  await a.registry.look()
  expect(a.others()).toEqual(['http://b'])
  expect(a.events).toEqual([expect.stringContaining('warn: the list of nodes cannot be read')])
})

test('a node that starts again takes the place of its predecessor, and of two at one address the older hears of it', async () => {
  const store = storeOf()
  const world = mortal(store)
  const first = await enter(world.documents, 'http://a')
  world.die()
  const second = await enter(store, 'http://a')
  const b = await enter(store, 'http://b')
  await until('b sees it', () => b.registry.isSeen('http://a'))
  expect(b.others()).toEqual(['http://a'])
  world.wake()
  await until('the older hears of it', () => first.events.includes('replaced'))
  expect(second.events).toEqual([])
})

test('a heartbeat whose answer was lost is no other process', async () => {
  const store = storeOf()
  let lose = false
  const a = await enter(
    {
      get: (...given) => store.get(...given),
      insert: (...given) => store.insert(...given),
      find: (...given) => store.find(...given),
      remove: (...given) => store.remove(...given),
      async replace(...given) {
        const put = await store.replace(...given)
        if (!lose) return put
        lose = false
        throw new Fault('STORE_UNAVAILABLE', 'no answer')
      },
    } as RegistryOptions['documents'],
    'http://a',
  )
  const b = await enter(store, 'http://b')
  await until('b sees a', () => b.registry.isSeen('http://a'))
  lose = true
  await until('the answer is lost', () => !lose)
  const { version } = (await store.get({ name: 'nodes' }, 'http://a'))!
  await until('a beats on', async () => (await store.get({ name: 'nodes' }, 'http://a'))!.version > version + 3)
  expect(a.events.filter((event) => event === 'replaced')).toEqual([])
})
