import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { noWork, withBit, workedSince } from './work.ts'

const MINUTE = 60_000
const after = (bits: [at: number, running: boolean][]) =>
  bits.reduce((work, [at, running]) => withBit(work, at * MINUTE, running), noWork())

test('the time between two frames counts as the first of them says', () => {
  const work = after([
    [0, false],
    [1, true],
    [2, true],
    [3, false],
    [4, true],
  ])
  expect(work.runs).toEqual([MINUTE, 3 * MINUTE])
  expect(workedSince(work, -Infinity)).toBe(2 * MINUTE)
})

test('it runs or stands since the frame in which the bit changed', () => {
  expect(
    after([
      [0, true],
      [1, true],
      [2, false],
      [3, false],
    ]),
  ).toMatchObject({ running: false, since: 2 * MINUTE })
})

test('a gap over 5 min is not counted, one of 5 min is, and running goes on over both', () => {
  const work = after([
    [0, true],
    [5, true],
    [11, true],
    [12, true],
  ])
  expect(workedSince(work, -Infinity)).toBe(6 * MINUTE)
  expect(work.since).toBe(0)
})

test('a rotor that is entered late gets the days since it was installed', () => {
  const work = after([
    [0, true],
    [1, true],
    [2, true],
    [20, true],
    [21, true],
  ])
  expect(workedSince(work, MINUTE)).toBe(2 * MINUTE)
  expect(workedSince(work, 1.5 * MINUTE)).toBe(1.5 * MINUTE)
  expect(workedSince(work, 30 * MINUTE)).toBe(0)
})

test('frames of one run are one interval, and the oldest of thousands are folded without losing a minute', () => {
  const one = after(Array.from({ length: 2000 }, (_, i) => [i, true]))
  expect(one.runs).toEqual([0, 1999 * MINUTE])
  const many = after(Array.from({ length: 4000 }, (_, i) => [i, i % 2 === 0]))
  expect(many.runs.length).toBeLessThanOrEqual(1024)
  expect(workedSince(many, -Infinity)).toBe(2000 * MINUTE)
  expect(workedSince(many, 3990 * MINUTE)).toBe(5 * MINUTE)
})

test('running time is what a count minute by minute gives, whatever the bits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.boolean()), { maxLength: 60 }),
      fc.integer({ min: 0, max: 100 }),
      (steps, from) => {
        let at = 0
        const bits = steps.map(([gap, running]): [number, boolean] => [(at += gap), running])
        let known = 0
        for (let i = 1; i < bits.length; i++) {
          const [[start, running], [end]] = [bits[i - 1]!, bits[i]!]
          if (running && end - start <= 5) for (let minute = start; minute < end; minute++) if (minute >= from) known++
        }
        expect(workedSince(after(bits), from * MINUTE)).toBe(known * MINUTE)
      },
    ),
  )
})
