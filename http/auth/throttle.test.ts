import { expect, test } from 'bun:test'
import { TokenBucket } from '../edge/token-bucket.ts'
import { Throttle } from './throttle.ts'

const tries = (throttle: Throttle, name: string, nowMs: number, count: number) => {
  let passed = 0
  for (let i = 0; i < count; i++) {
    try {
      throttle.begin(name, nowMs)
      passed++
    } catch (error) {
      expect(error).toMatchObject({ code: 'RATE_LIMITED' })
    }
  }
  return passed
}

test('ten tries a minute pass, the eleventh is told how long to wait', () => {
  const throttle = new Throttle(10)
  expect(tries(throttle, 'ann', 0, 40)).toBe(10)
  expect(() => throttle.begin('ann', 15_000)).toThrow(expect.objectContaining({ retryAfterS: 45 }))
  expect(tries(throttle, 'ann', 60_000, 40)).toBe(10)
})

test('one name does not use up the tries of another', () => {
  const throttle = new Throttle(1)
  expect([tries(throttle, 'ann', 0, 2), tries(throttle, 'bob', 0, 2)]).toEqual([1, 1])
})

test('a try that was good is given back', () => {
  const throttle = new Throttle(2)
  for (let i = 0; i < 50; i++) throttle.begin('ann', i)()
  expect(tries(throttle, 'ann', 50, 3)).toBe(2)
})

test('tries that began before any was decided count: many at once do not slip through', () => {
  const throttle = new Throttle(3)
  const begun = [throttle.begin('ann', 0), throttle.begin('ann', 0), throttle.begin('ann', 0)]
  expect(() => throttle.begin('ann', 0)).toThrow()
  begun[0]!()
  expect(() => throttle.begin('ann', 0)).not.toThrow()
})

test('names beyond number are forgotten, the oldest first', () => {
  const throttle = new Throttle(1)
  for (let i = 0; i < 50_000; i++) throttle.begin(`name ${i}`, 0)
  expect(throttle.size).toBeLessThanOrEqual(20_000)
  expect(() => throttle.begin('name 49999', 1)).toThrow()
})

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
