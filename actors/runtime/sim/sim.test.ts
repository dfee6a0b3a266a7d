import { expect, test } from 'bun:test'
import { drainMicrotasks } from 'bun:jsc'
import { GUARDS, runWorld, type AllGuards } from './world.ts'

const drain = drainMicrotasks
/** Time enough on any machine; on a quiet one all of this takes less than ten seconds. */
const SLOW_MACHINE_MS = 120_000

const seeds = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

test(
  '2,000 worlds come out as the plain fold of their logs',
  () => {
    const wrong = seeds(2000).flatMap((seed) =>
      runWorld({ seed, drain }).map((sentence) => `seed ${seed}: ${sentence}`),
    )
    expect(wrong).toEqual([])
  },
  SLOW_MACHINE_MS,
)

test('a seed is one world for ever', () => {
  const story = () => {
    const lines: string[] = []
    runWorld({ seed: 7, drain, tell: (line) => void lines.push(line) })
    return lines
  }
  expect(story().length).toBeGreaterThan(10)
  expect(story()).toEqual(story())
})

test.each(Object.keys(GUARDS) as (keyof AllGuards)[])(
  'without %s some world comes out wrong',
  (guard) => {
    const found = seeds(10_000).find((seed) => runWorld({ seed, drain, guards: { [guard]: false } }).length > 0)
    expect(found).toBeDefined()
  },
  SLOW_MACHINE_MS,
)
