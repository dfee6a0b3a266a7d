import { expect, test } from 'bun:test'
import { drainMicrotasks } from 'bun:jsc'
import { LateStore } from './late-store.ts'
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

test('a power cut takes the last writes of the store, and none that is on the disk', async () => {
  const snapshot = { partition: 0, epoch: 1, version: 1, due: null, state: '{}', at: 0 }
  const store = new LateStore(GUARDS)
  for (let offset = 0; offset < 4; offset++) {
    await store.putSnapshots([{ ...snapshot, address: `ledger/${offset}`, offset }])
    if (offset === 0) await store.sync()
  }
  expect([store.snapshots.size, store.late]).toEqual([4, 3])
  store.cut(1)
  expect([...store.snapshots.keys()]).toEqual(['ledger/0', 'ledger/1'])
  await store.putSnapshots([{ ...snapshot, address: 'ledger/1', offset: 9 }])
  store.cut(0)
  expect([...store.snapshots.values()].map(({ offset }) => offset)).toEqual([0, 1])
})

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
