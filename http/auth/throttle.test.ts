import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { Throttle, sweepTries } from './throttle.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

/** Nodes on one store, and a clock. */
function start(limit: number, nodes = 1) {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-throttle-'))
  const stores = Array.from({ length: nodes }, () => openSqliteStore(join(dir, 'store.sqlite')))
  undo.push(async () => {
    for (const store of stores) await store.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const clock = { ms: 1_000_000 }
  const throttles = stores.map((store) => new Throttle({ store, of: 'test', limit, now: () => clock.ms }))
  return { clock, throttles, throttle: throttles[0]!, store: stores[0]! }
}

async function tries(throttles: readonly Throttle[], name: string, count: number): Promise<number> {
  const begun = Array.from({ length: count }, (_, i) => throttles[i % throttles.length]!.begin(name))
  const results = await Promise.allSettled(begun)
  for (const result of results) if (result.status === 'fulfilled') await result.value(false)
  for (const result of results) if (result.status === 'rejected') expect(result.reason.code).toBe('RATE_LIMITED')
  return results.filter(({ status }) => status === 'fulfilled').length
}

test('ten tries a minute pass, the eleventh is told how long to wait', async () => {
  const { throttle, clock } = start(10)
  expect(await tries([throttle], 'ann', 40)).toBe(10)
  clock.ms += 15_000
  expect(await throttle.begin('ann').catch(({ retryAfterS }) => retryAfterS)).toBe(45)
  clock.ms += 45_000
  expect(await tries([throttle], 'ann', 40)).toBe(10)
})

test('tries that are spread over nodes are counted as one, also when they come at once', async () => {
  const { throttles } = start(10, 3)
  expect(await tries(throttles, 'ann', 60)).toBe(10)
})

test('a node whose clock is a little behind begins no window of its own', async () => {
  const { throttles, clock } = start(10, 2)
  expect(await tries([throttles[0]!], 'ann', 10)).toBe(10)
  clock.ms -= 2_000
  expect(await tries([throttles[1]!], 'ann', 10)).toBe(0)
})

test('nodes whose clocks are minutes apart do not begin the count anew for each other', async () => {
  const { store, clock } = start(10)
  const throttleAt = (ms: number) => new Throttle({ store, of: 'test', limit: 10, now: () => clock.ms + ms })
  expect(await tries([throttleAt(0), throttleAt(240_000)], 'ann', 60)).toBeLessThanOrEqual(11)
})

test('one name does not use up the tries of another', async () => {
  const { throttle } = start(1)
  expect([await tries([throttle], 'ann', 2), await tries([throttle], 'bob', 2)]).toEqual([1, 1])
})

test('a try that was good is given back', async () => {
  const { throttle } = start(2)
  for (let i = 0; i < 20; i++) await (await throttle.begin('ann'))(true)
  expect(await tries([throttle], 'ann', 3)).toBe(2)
})

test('a try that is given back lets the next in at once, though the last was refused', async () => {
  const { throttle } = start(3)
  const begun = [await throttle.begin('ann'), await throttle.begin('ann'), await throttle.begin('ann')]
  expect(await tries([throttle], 'ann', 1)).toBe(0)
  await begun[0]!(true)
  expect(await tries([throttle], 'ann', 1)).toBe(1)
})

test('while tries under way fill the limit, the next is told to come again in a second; once they have failed, how long it takes', async () => {
  const { throttles, clock } = start(3, 2)
  const wait = (throttle: Throttle) => throttle.begin('ann').catch(({ retryAfterS }) => retryAfterS as number)
  const begun = [await throttles[0]!.begin('ann'), await throttles[0]!.begin('ann'), await throttles[0]!.begin('ann')]
  expect([await wait(throttles[0]!), await wait(throttles[1]!)]).toEqual([1, 1])
  for (const end of begun) await end(false)
  clock.ms += 1_000
  expect([await wait(throttles[0]!), await wait(throttles[1]!)]).toEqual([59, 59])
})

test('tries that count however they end say at once how long it takes', async () => {
  const { throttle } = start(1)
  await throttle.count('ann')
  await expect(throttle.count('ann')).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterS: 60 })
})

test('counts whose minute is over are swept, and no others', async () => {
  const { throttle, store, clock } = start(2)
  const kept = () => store.count({ name: 'tries', fleeting: true })
  await tries([throttle], 'ann', 1)
  clock.ms += 59_000
  await tries([throttle], 'bob', 1)
  clock.ms += 1_000
  await sweepTries(store, clock.ms)
  expect(await kept()).toBe(1)
})
