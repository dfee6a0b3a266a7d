import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../../actors/runtime/index.ts'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { NOBODY, type Identity } from '../auth/identity.ts'
import { createRetries, type Answered } from './retries.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

const HOUR_MS = 3_600_000
const ANN: Identity = { ...NOBODY, role: 'viewer', user: 7 }
const DEVICE: Identity = { ...NOBODY, device: 7 }

function start() {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-retries-'))
  const store = openSqliteStore(join(dir, 'store.sqlite'))
  undo.push(async () => {
    await store.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const clock = { ms: Date.parse('2026-11-22T10:20:00Z') }
  const open = () => createRetries({ store, now: () => clock.ms })
  const retries = open()
  let done = 0
  const ids: (string | undefined)[] = []
  const write = async (idOf?: (index: number) => string): Promise<Answered> => {
    ids.push(idOf?.(0))
    return { status: 202, body: `{"n":${++done}}`, position: `0-${done}` }
  }
  const once = (key: string | null, { who = ANN, body = 'a', work = write, by = retries } = {}) =>
    by.once(who, new Headers(key === null ? {} : { 'idempotency-key': key }), ['/path', body], work)
  const kept = () => store.count({ name: 'retry_keys', indexed: ['hour'], fleeting: true })
  return { retries, store, once, clock, ids, open, kept, count: () => done }
}

test('without a key a write is done each time, and nothing is kept', async () => {
  const { once, ids, count, kept } = start()
  await once(null)
  await once(null)
  expect([count(), await kept()]).toEqual([2, 0])
  expect(ids).toEqual([undefined, undefined])
})

test('under a key it is done once, by whichever process, and answers the same', async () => {
  const { once, open, count } = start()
  const first = await once('k')
  expect(await once('k')).toEqual(first)
  expect(await once('k', { by: open() })).toEqual(first)
  expect(count()).toBe(1)
})

test('a key is of who sends it: a user and a device with one number do not meet', async () => {
  const { once, count, ids } = start()
  await once('k')
  await once('k', { who: DEVICE })
  await once('k', { who: { ...ANN, user: 8 } })
  expect(count()).toBe(3)
  expect(new Set(ids).size).toBe(3)
})

test('another request under the key is refused, also while the first is under way', async () => {
  const { once } = start()
  const waiting = Promise.withResolvers<Answered>()
  const first = once('k', { work: () => waiting.promise })
  await Bun.sleep(0)
  expect(await once('k', { body: 'b' }).catch(({ code }) => code)).toBe('IDEMPOTENCY_MISMATCH')
  waiting.resolve({ status: 202, body: '{}' })
  await first
  expect(await once('k', { body: 'b' }).catch(({ code }) => code)).toBe('IDEMPOTENCY_MISMATCH')
})

test('two that are sent at once are done under the same ids', async () => {
  const { once, ids } = start()
  await Promise.all([once('k'), once('k')])
  expect(new Set(ids).size).toBe(1)
})

test('what failed because the log was away is done again under the same ids; what was refused leaves the key free', async () => {
  const { once, ids, kept } = start()
  const away = (idOf?: (index: number) => string) => {
    ids.push(idOf?.(0))
    return Promise.reject(new Fault('LOG_UNAVAILABLE', 'Away.'))
  }
  expect(await once('k', { work: away }).catch(({ code }) => code)).toBe('LOG_UNAVAILABLE')
  await once('k')
  expect(ids[0]).toBe(ids[1]!)
  const refuse = () => Promise.reject(new Fault('VALIDATION', 'No.'))
  expect(await once('l', { work: refuse }).catch(({ code }) => code)).toBe('VALIDATION')
  expect(await kept()).toBe(1)
  const before = ids.length
  await once('l')
  expect(await kept()).toBe(2)
  await once('m', { work: refuse }).catch(() => {})
  await once('m', { body: 'put right' })
  await once('m2', { body: 'put right' })
  expect(new Set(ids.slice(before)).size).toBe(3)
})

test('a day later a key is new, and so are its ids', async () => {
  const { once, clock, ids, count } = start()
  await once('k')
  clock.ms += 24 * HOUR_MS - 1
  await once('k')
  expect(count()).toBe(1)
  clock.ms += 1
  await once('k', { body: 'b' })
  expect(count()).toBe(2)
  expect(ids[0]).not.toBe(ids[1]!)
})

test('the id of a record goes with the key that it came from', async () => {
  const { retries, once, clock, store } = start()
  await retries.sweep()
  const record = { address: 'viewer/1', id: '' }
  const work = async (idOf?: (index: number) => string) => {
    record.id = idOf!(0)
    return { status: 202, body: '{}', record: { ...record } }
  }
  expect(await once('k', { work })).toEqual({ status: 202, body: '{}' })
  await store.putIds([
    { ...record, partition: 0, offset: 7 },
    { ...record, id: 'another', partition: 0, offset: 8 },
  ])
  clock.ms += 24 * HOUR_MS
  await retries.sweep()
  expect(await store.findIds([record, { ...record, id: 'another' }])).toEqual([7, 8])
  clock.ms += 2 * HOUR_MS
  await retries.sweep()
  expect(await store.findIds([record, { ...record, id: 'another' }])).toEqual([-1, 8])
})

test('keys whose time is over are removed, and no others', async () => {
  const { retries, once, clock, kept } = start()
  await retries.sweep()
  for (let i = 0; i < 150; i++) await once(`early ${i}`)
  clock.ms += 3 * HOUR_MS
  await once('late')
  clock.ms += 22 * HOUR_MS
  await retries.sweep()
  expect(await kept()).toBe(1)
  await retries.sweep()
  clock.ms += 3 * HOUR_MS
  await retries.sweep()
  expect(await kept()).toBe(0)
})
