import { expect, test } from 'bun:test'
import { textOf } from '../../../actors/event/row.ts'
import type { EventRows, Piece, Pieces } from '../../events/segments.ts'
import { createEventFigures } from './event-figures.ts'

const NOW = Date.parse('2026-11-22T03:14:03.000Z')
const SECOND = 1000

interface Came {
  readonly at: number
  readonly type: string
  readonly lag?: number
  readonly repeated?: boolean
}

/** Events of one partition that are not flushed yet; counts how often their rows are read. */
function tailOf(events: Came[]) {
  let read = 0
  const rows = async (): Promise<EventRows> => {
    read++
    return {
      times: Float64Array.from(events, ({ at }) => at),
      offsets: Float64Array.from(events, (_, index) => index),
      texts: events.map(({ type }) => textOf({ type }, '{}')),
      lag: (row) => events[row]!.lag ?? 2,
      repeated: (row) => events[row]!.repeated ?? false,
      track: () => false,
    }
  }
  const piece: Piece = {
    address: 'event/#0',
    first: 0,
    last: 1e9,
    from: 0,
    to: Infinity,
    covered: -1,
    pending: true,
    rows,
  }
  const pieces: Pieces = {
    piecesOf: async () => [piece],
    digestsOf: async (all) => all.map(() => undefined),
    steady: (question) => question(),
  }
  return { figures: createEventFigures({ pieces, partitions: 1 }), reads: () => read }
}

const ago = (seconds: number) => NOW - seconds * SECOND

test('counts, types and lags are those of the range; a step without events is there, and empty', async () => {
  const { figures } = tailOf([
    { at: ago(3600), type: 'old' },
    { at: ago(300), type: 'play', lag: 3 },
    { at: ago(299), type: 'play', lag: 5 },
    { at: ago(60), type: 'like', lag: 4 },
    { at: ago(60), type: 'like', repeated: true },
  ])
  const { count, duplicates, types, points, step, lag } = await figures.of('15m', undefined, NOW, NOW)
  expect([count, duplicates]).toEqual([3, 1])
  expect(types).toEqual([
    { type: 'play', count: 2 },
    { type: 'like', count: 1 },
  ])
  expect(points.reduce((sum, one) => sum + one.count, 0)).toBe(3)
  expect(points.every(({ at }, index) => index === 0 || at === points[index - 1]!.at + step)).toBe(true)
  expect([points[0]!.at >= ago(900), points.at(-1)!.at <= NOW]).toEqual([true, true])
  expect(lag!.p50).toBeCloseTo(4, 0)
})

test('of one type only that one is counted', async () => {
  const { figures } = tailOf([
    { at: ago(30), type: 'play' },
    { at: ago(30), type: 'like' },
  ])
  expect(await figures.of('15m', 'like', NOW, NOW)).toMatchObject({ count: 1, types: [{ type: 'like', count: 1 }] })
})

test('without events there is nothing, and no lag', async () => {
  expect(await tailOf([]).figures.of('1h', undefined, NOW, NOW)).toMatchObject({ count: 0, lag: null, types: [] })
})

test('steps that are over are counted once; those that may still grow are counted anew', async () => {
  const events: Came[] = [
    { at: ago(600), type: 'play' },
    { at: ago(5), type: 'play' },
  ]
  const { figures, reads } = tailOf(events)
  await figures.of('15m', undefined, NOW, NOW)
  const first = reads()
  await figures.of('15m', undefined, NOW + SECOND, NOW + SECOND)
  expect(reads()).toBe(first)
  events.push({ at: ago(4), type: 'play' })
  const { count } = await figures.of('15m', undefined, NOW + 3 * SECOND, NOW + 3 * SECOND)
  expect(count).toBe(3)
  expect(reads() - first).toBeLessThan(6)
})
