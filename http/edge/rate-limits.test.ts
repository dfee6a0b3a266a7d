import { expect, test } from 'bun:test'
import { busesOf } from '../nodes.fixture.ts'
import { RateLimits } from './rate-limits.ts'
import { TokenBucket } from './token-bucket.ts'

test('a bucket lets its rate through, with a burst of one second', () => {
  const bucket = new TokenBucket(100)
  let taken = 0
  for (let ms = 0; ms < 10_000; ms++) for (let i = 0; i < 5; i++) if (bucket.take(ms)) taken++
  expect(taken).toBe(100 + 999)
})

test('a clock that steps back gives nothing and takes nothing', () => {
  const bucket = new TokenBucket(2)
  expect([bucket.take(1000), bucket.take(1000), bucket.take(0), bucket.take(1000)]).toEqual([true, true, false, false])
  expect(bucket.take(1500)).toBe(true)
})

/** One sender asks all nodes for as much as they give, for so many seconds; how much got through. */
async function flood({ nodes, perSecond, seconds }: { nodes: number; perSecond: number; seconds: number }) {
  const clock = { ms: 1000 }
  const { buses, heard } = busesOf(nodes)
  const limits = buses.map((bus) => new RateLimits({ perSecond, now: () => clock.ms, bus }))
  const stops = limits.map((limit) => limit.start())
  let passed = 0
  for (let ms = 0; ms < seconds * 1000; ms += 10) {
    for (const limit of limits) while (limit.of('user/7').take(clock.ms)) passed++
    clock.ms += 10
    if (ms % 250 === 0) for (const limit of limits) limit.tell()
    await heard()
  }
  for (const stop of stops) stop()
  return passed
}

test.each([
  [1, 100],
  [3, 100],
  [8, 1000],
])('over %p nodes a sender gets its rate, and one burst a node', async (nodes, perSecond) => {
  const seconds = 20
  const passed = await flood({ nodes, perSecond, seconds })
  expect(passed).toBeLessThanOrEqual(perSecond * (seconds + nodes))
  expect(passed).toBeGreaterThan(perSecond * seconds * 0.9)
})

test('a sender who is slow on many nodes is not held up by what they tell', async () => {
  const clock = { ms: 1000 }
  const { buses, heard } = busesOf(4)
  const limits = buses.map((bus) => new RateLimits({ perSecond: 100, now: () => clock.ms, bus }))
  const stops = limits.map((limit) => limit.start())
  for (let i = 0; i < 400; i++) {
    expect(limits[i % 4]!.of('user/7').take(clock.ms)).toBe(true)
    clock.ms += 15
    for (const limit of limits) limit.tell()
    await heard()
  }
  for (const stop of stops) stop()
})
