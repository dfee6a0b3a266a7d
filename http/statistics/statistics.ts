import type { Cluster } from '../../actors/cluster/port.ts'
import { Fault, MomentsSum, SketchSum } from '../../actors/runtime/index.ts'
import { Gathered, lookUp } from './gather.ts'
import { unmoved } from './moved.ts'
import { SegmentParts } from './parts.ts'
import type { Wanted } from './plan.ts'

/** Up to so many values in the range quantiles are exact, … */
export const EXACT_VALUES = 100_000
/** … if they lie in no more stored rows than these: to decode them takes some 10 ms. Else quantiles are within 1 %. */
export const EXACT_ROWS = 250_000
export const MOST_POINTS = 50_000

type Range = Omit<Wanted, 'step'>

/** Figures of all values; of none all are null but `count`. */
export interface Statistics {
  readonly count: number
  readonly min: number | null
  readonly max: number | null
  readonly sum: number | null
  readonly mean: number | null
  /** Of the population. */
  readonly stddev: number | null
  /** Quantiles with linear interpolation between neighbours, as numpy has them. */
  readonly median: number | null
  /** Whether the quantiles are exact; else each is within 1 % of the true value. */
  readonly median_exact: boolean
  readonly p05: number | null
  readonly p95: number | null
}

export interface Point {
  /** Start of the step, epoch ms. */
  readonly at: number
  readonly count: number
  readonly min: number
  readonly max: number
  readonly mean: number
}

const QUANTILES = [0.05, 0.5, 0.95] as const

/** Statistics over the histories of devices: what is flushed and what is not, each row by its own time. */
export class StatisticsReader {
  readonly #cluster: Pick<Cluster, 'tails' | 'store'>
  readonly #parts: SegmentParts
  readonly #sketch = new SketchSum()

  constructor(cluster: Pick<Cluster, 'tails' | 'store'>) {
    this.#cluster = cluster
    this.#parts = new SegmentParts(cluster.store)
  }

  /** Faults: those of `Cluster.tails`. */
  async statistics(range: Range): Promise<Statistics> {
    return await unmoved(async () => {
      const wanted = { ...range, step: Infinity }
      const gathered = await Gathered.of(await lookUp(this.#cluster, wanted), this.#parts, wanted)
      const sum = gathered.sums.get(0) ?? new MomentsSum()
      if (sum.count === 0) return NO_STATISTICS
      const median_exact = sum.count <= EXACT_VALUES && gathered.rowsToDecode <= EXACT_ROWS
      const [p05, median, p95] = median_exact
        ? exactQuantiles(await gathered.values())
        : this.#estimatedQuantiles(gathered, sum)
      const { count, min, max, total, mean, deviation } = sum
      return {
        count,
        min,
        max,
        sum: total,
        mean,
        stddev: deviation,
        median: median!,
        median_exact,
        p05: p05!,
        p95: p95!,
      }
    })
  }

  /** By time; a step without values is not there. Faults: TOO_MANY_POINTS, and those of `Cluster.tails`. */
  async series(range: Range, stepMs: number): Promise<Point[]> {
    return await unmoved(async () => {
      const wanted = { ...range, step: stepMs }
      const { sums } = await Gathered.of(await lookUp(this.#cluster, wanted), this.#parts, wanted)
      if (sums.size > MOST_POINTS) throw tooManyPoints()
      return [...sums]
        .sort(([a], [b]) => a - b)
        .map(([step, { count, min, max, mean }]) => ({ at: step * stepMs, count, min, max, mean }))
    })
  }

  #estimatedQuantiles(gathered: Gathered, { count, min, max }: MomentsSum): number[] {
    const sketch = this.#sketch
    gathered.addTo(sketch)
    // Of the first and the last one the sum knows the value itself.
    const at = (ranks: readonly number[]) =>
      sketch.at(ranks).map((value, i) => (ranks[i] === 0 ? min : ranks[i] === count - 1 ? max : clamp(value, min, max)))
    const quantiles = quantilesOf(count, at)
    sketch.clear()
    return quantiles
  }
}

export const tooManyPoints = () =>
  new Fault('TOO_MANY_POINTS', `The answer would have more than ${MOST_POINTS} points: take a longer step.`)

const NO_STATISTICS: Statistics = {
  count: 0,
  min: null,
  max: null,
  sum: null,
  mean: null,
  stddev: null,
  median: null,
  median_exact: true,
  p05: null,
  p95: null,
}

const clamp = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value))

function exactQuantiles(values: Float64Array): number[] {
  values.sort()
  return quantilesOf(values.length, (ranks) => ranks.map((rank) => values[rank]!))
}

/** `at` gives the values at places of the order, each asked for once, ascending. */
function quantilesOf(count: number, at: (ranks: readonly number[]) => readonly number[]): number[] {
  const places = QUANTILES.map((q) => (count - 1) * q)
  const ranks = [...new Set(places.flatMap((place) => [Math.floor(place), Math.ceil(place)]))].sort((a, b) => a - b)
  const values = at(ranks)
  return places.map((place) => {
    const [low, high] = [Math.floor(place), Math.ceil(place)].map((rank) => values[ranks.indexOf(rank)]!) as [
      number,
      number,
    ]
    const share = place - Math.floor(place)
    const apart = high - low
    // Two of the largest numbers may be further apart than any number is.
    return Number.isFinite(apart) ? low + apart * share : low * (1 - share) + high * share
  })
}
