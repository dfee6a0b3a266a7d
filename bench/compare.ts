import type { Figure } from './bench.ts'

/** One side of a comparison: does so many units of its work. */
export type Work = (units: number) => void | Promise<void>

/**
 * CPU time a unit of work, ours and the yardstick's, in microseconds: user and system, all threads of this process, the two
 * sides in turns so that a busy machine touches both. On shared cores wall time varies tenfold, CPU time by a fifth.
 */
export async function compare(sides: { ours: Work; yardstick: Work; units: number; rounds: number }): Promise<Figure> {
  const { ours, yardstick, units, rounds } = sides
  for (const side of [ours, yardstick]) await cpuOf(side, Math.ceil(units / 4))
  const costs: { ours: number; yardstick: number }[] = []
  for (let round = 0; round < rounds; round++) {
    // Who begins alternates: what one side leaves to the collector is not always the other's bill.
    const first = round % 2 === 0
    const a = await cpuOf(first ? ours : yardstick, units)
    const b = await cpuOf(first ? yardstick : ours, units)
    costs.push(first ? { ours: a, yardstick: b } : { ours: b, yardstick: a })
  }
  return ratioOf(costs)
}

/** Medians over the rounds: the ratio's median, not the medians' ratio, for what disturbs a round disturbs both of its sides. */
export function ratioOf(costs: readonly { ours: number; yardstick: number }[]): Figure {
  const ratios = costs.map(({ ours, yardstick }) => yardstick / ours)
  return {
    value: median(costs.map(({ ours }) => ours)),
    ratio: median(ratios),
    note: `yardstick ${median(costs.map(({ yardstick }) => yardstick)).toFixed(2)} µs; rounds ${ratios.map((r) => r.toFixed(2)).join(' ')}`,
  }
}

async function cpuOf(side: Work, units: number): Promise<number> {
  Bun.gc(true)
  const before = process.cpuUsage()
  await side(units)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / units
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** With linear interpolation between neighbours; NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (sorted.length - 1) * q
  const low = sorted[Math.floor(at)] ?? NaN
  const high = sorted[Math.ceil(at)] ?? NaN
  return low + (high - low) * (at - Math.floor(at))
}
