import { expect, test } from 'bun:test'
import { inTurn } from './in-turn.ts'

test('no more run at once than may, the others in the order in which they came, and the rest is refused', async () => {
  const run = inTurn({ atOnce: 2, mostWaiting: 2, refusal: 'Full.' })
  const ends: (() => void)[] = []
  const began: number[] = []
  const work = (n: number) =>
    run(() => {
      began.push(n)
      return new Promise<number>((done) => ends.push(() => done(n)))
    })
  const all = [1, 2, 3, 4].map(work)
  expect(began).toEqual([1, 2])
  await expect(work(5)).rejects.toMatchObject({ code: 'OVERLOADED' })
  for (const n of [1, 2, 3, 4]) {
    while (ends.length < n) await new Promise(setImmediate)
    ends[n - 1]!()
    expect(await all[n - 1]!).toBe(n)
  }
  expect(began).toEqual([1, 2, 3, 4])
})

test('one that fails makes room', async () => {
  const run = inTurn({ atOnce: 1, mostWaiting: 0, refusal: 'Full.' })
  await expect(run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await run(() => Promise.resolve('yes'))).toBe('yes')
})
