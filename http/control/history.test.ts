import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Cluster } from '../../actors/cluster/port.ts'
import type { Past } from '../../actors/control/actor.ts'
import { readHistory } from './history.ts'

/** A loop that began at `changes[0]`, down, and toggled at each of the others; the first `expired` rows are not kept any more. */
function clusterOf(changes: readonly number[], expired = 0): Cluster {
  const past: Past = {
    began: changes[0] ?? null,
    status: changes.length % 2 === 0 ? 'up' : 'down',
    since: changes.at(-1) ?? null,
  }
  return {
    ask: () => Promise.resolve({ body: JSON.stringify(past), offset: 0, at: 0, state: 'live' }),
    history: (_: string, { from, to }: { from: number; to: number }) => {
      const rows = changes
        .map((at, i) => ({ at, value: i % 2 }))
        .slice(expired)
        .filter(({ at }) => at >= from && at < to)
      return Promise.resolve({
        names: ['status'],
        times: Float64Array.from(rows, ({ at }) => at),
        columns: [Float64Array.from(rows, ({ value }) => value)],
      })
    },
  } as unknown as Cluster
}

const spanOf = ({ from_datetime, to_datetime, status }: Awaited<ReturnType<typeof readHistory>>[number]) =>
  [Date.parse(from_datetime), Date.parse(to_datetime), status] as const

test('whatever the range, the runs say what was commanded at each moment of it, and nothing else', async () => {
  const moment = fc.integer({ min: 0, max: 40 })
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(moment, { maxLength: 8 }),
      fc.option(moment, { nil: undefined }),
      fc.option(moment, { nil: undefined }),
      moment,
      async (some, after, before, now) => {
        const changes = some.toSorted((a, b) => a - b).filter((at) => at <= now)
        const runs = await readHistory(clusterOf(changes), 'x', {
          now,
          ...(after === undefined ? {} : { after }),
          ...(before === undefined ? {} : { before }),
        })
        const end = Math.min(before ?? now, now)
        for (let at = 0; at < 42; at++) {
          const last = changes.findLastIndex((change) => change <= at)
          const inRange = at >= (after ?? 0) && at < end && last >= 0
          const told = runs.map(spanOf).find(([from, to]) => from <= at && at < to)
          expect(told?.[2]).toBe(inRange ? (last % 2 === 0 ? 'down' : 'up') : undefined)
        }
        runs.slice(1).forEach((run, i) => expect(run.from_datetime).toBe(runs[i]!.to_datetime))
      },
    ),
  )
})

test('a status that has held for longer than history is kept is told all the same', async () => {
  const runs = await readHistory(clusterOf([10, 20], 2), 'x', { after: 500, now: 1000 })
  expect(runs.map(spanOf)).toEqual([[500, 1000, 'up']])
})

test('what is no longer kept is not made up', async () => {
  const runs = await readHistory(clusterOf([10, 20, 30, 40], 2), 'x', { now: 100 })
  expect(runs.map(spanOf)).toEqual([
    [30, 40, 'down'],
    [40, 100, 'up'],
  ])
})
