import { eventAddresses } from '../../../actors/event/address.ts'
import { addLags, type Lags } from '../../../actors/event/lags.ts'
import type { Counts } from '../../../actors/event/digest.ts'
import { EVENT_RANGES, type EventFigures, type EventRange } from '../../../views/pages/events/model.ts'
import type { Pieces } from '../../events/segments.ts'
import { eventStatistics, lagOf, type Statistics } from '../../events/statistics.ts'

/** Steps of the chart: about ninety a range. */
const STEP_MS: Readonly<Record<EventRange, number>> = { '15m': 10_000, '1h': 60_000, '24h': 900_000 }
/** Events are counted by when they came in: so long after its end nothing comes into a step any more. */
const SETTLED_MS = 20_000
/** How often the steps that are not over are counted anew. */
const FRESH_MS = 2000
const MOST_KEPT = 4000

/**
 * Statistics of events over the latest minutes or hours, for pages: the steps that are over are counted once and kept, so that a page that
 * is open costs what has come in since, however much there was before.
 */
export function createEventFigures({ pieces, partitions }: { pieces: Pieces; partitions: number }) {
  const settled = new Map<string, Statistics>()
  const recent = new Map<string, { at: number; figures: Promise<EventFigures> }>()

  /** The pieces of a range, looked up once for all its steps. */
  async function lookUp(from: number, to: number): Promise<Pieces> {
    const found = await pieces.piecesOf(eventAddresses(partitions), from, to)
    return {
      ...pieces,
      piecesOf: async (addresses, begin, end) =>
        found.filter((piece) => addresses.includes(piece.address) && piece.to >= begin && piece.from < end),
    }
  }

  /** Statistics of each step, those that are over from memory. */
  async function countSteps(type: string | undefined, starts: readonly number[], step: number, now: number) {
    const keyOf = (start: number) => `${step} ${start} ${type ?? ''}`
    const missing = starts.filter((start) => !settled.has(keyOf(start)))
    const counted = new Map<number, Statistics>()
    if (missing.length > 0) {
      await pieces.steady(async () => {
        const there = await lookUp(missing[0]!, missing.at(-1)! + step)
        for (const from of missing) {
          if (counted.has(from)) continue
          const query = { from, to: from + step, by: 'type' as const, ...(type === undefined ? {} : { type }) }
          counted.set(from, await eventStatistics(there, partitions, query))
        }
      })
    }
    const all = starts.map((start) => ({ start, counted: counted.get(start) ?? settled.get(keyOf(start))! }))
    for (const [start, one] of counted) {
      if (start + step + SETTLED_MS >= now) continue
      if (settled.size >= MOST_KEPT) settled.clear()
      settled.set(keyOf(start), one)
    }
    return all
  }

  async function count(range: EventRange, type: string | undefined, to: number, now: number): Promise<EventFigures> {
    const step = STEP_MS[range]
    const points: { at: number; count: number }[] = []
    const lags: Lags = new Map()
    const types = new Map<string, number>()
    let duplicates = 0
    let all = 0
    const first = Math.ceil((to - EVENT_RANGES[range]) / step) * step
    const starts = Array.from({ length: Math.ceil((to - first) / step) }, (_, index) => first + index * step)
    for (const { start, counted } of await countSteps(type, starts, step, now)) {
      points.push({ at: start, count: counted.count })
      all += counted.count
      duplicates += counted.duplicates
      addLags(lags, counted.lags)
      for (const [name, [events]] of counted.groups as Map<string, Counts>)
        types.set(name, (types.get(name) ?? 0) + events)
    }
    const { p50, p95, p99 } = lagOf({ lags })
    return {
      count: all,
      duplicates,
      lag: p50 === null || p95 === null || p99 === null ? null : { p50, p95, p99 },
      step,
      points,
      types: [...types]
        .map(([name, events]) => ({ type: name === '' ? null : name, count: events }))
        .filter((one) => one.count > 0)
        .sort((a, b) => b.count - a.count),
    }
  }

  return {
    /** Over the range that ends at `to`, epoch ms. */
    of(range: EventRange, type: string | undefined, to: number, now: number): Promise<EventFigures> {
      if (to !== now) return count(range, type, to, now)
      const key = `${range} ${type ?? ''}`
      const known = recent.get(key)
      if (known && now - known.at < FRESH_MS) return known.figures
      if (recent.size >= MOST_KEPT) recent.clear()
      const figures = count(range, type, to, now)
      recent.set(key, { at: now, figures })
      return figures
    },
  }
}
