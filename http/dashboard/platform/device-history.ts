import type { PlotLine } from '../../../views/components/plot.ts'
import {
  DEVICE_RANGES,
  SHOWN_LINES,
  type DeviceRange,
  type NameStatistics,
} from '../../../views/pages/devices/model.ts'
import type { StatisticsReader } from '../../statistics/statistics.ts'

/** Steps of the chart: some hundred and fifty a range. */
const STEP_MS: Readonly<Record<DeviceRange, number>> = {
  '5m': 2_000,
  '1h': 20_000,
  '24h': 600_000,
  '30d': 21_600_000,
}
/** How often figures over the whole range are counted anew. */
const FRESH_MS = 2000
const MOST_KEPT = 500

export interface DeviceHistory {
  /** Epoch ms. */
  readonly from: number
  readonly to: number
  /** Points further apart than this have a gap between them. */
  readonly gapMs: number
  readonly lines: readonly PlotLine[]
  readonly statistics: readonly NameStatistics[]
}

/** The middle one of the distances between neighbours; 0 of fewer than two points. */
function usualDistance({ points }: PlotLine): number {
  const distances = points.slice(1).map(([at], index) => at - points[index]![0])
  return distances.sort((a, b) => a - b)[distances.length >> 1] ?? 0
}

/** What a device's page shows of the past, by the functions of the API's statistics. */
export function createDeviceHistory(reader: StatisticsReader) {
  const kept = new Map<string, { at: number; history: Promise<DeviceHistory> }>()

  async function read(
    address: string,
    names: readonly string[],
    range: DeviceRange,
    to: number,
  ): Promise<DeviceHistory> {
    const step = STEP_MS[range]
    const from = Math.ceil((to - DEVICE_RANGES[range]) / step) * step
    const wanted = { addresses: [address], from, to }
    const [lines, statistics] = await Promise.all([
      Promise.all(
        names.slice(0, SHOWN_LINES).map(async (name): Promise<PlotLine> => {
          const points = await reader.series({ ...wanted, name }, step)
          return { name, points: points.map(({ at, mean }) => [at, mean] as const) }
        }),
      ),
      Promise.all(names.map(async (name) => ({ name, ...(await reader.statistics({ ...wanted, name })) }))),
    ])
    return { from, to, gapMs: Math.max(step * 1.5, ...lines.map((line) => usualDistance(line) * 4)), lines, statistics }
  }

  /** Of these names, over the range that ends now. */
  return (address: string, names: readonly string[], range: DeviceRange, now: number): Promise<DeviceHistory> => {
    const key = `${address} ${range} ${names.join(' ')}`
    const known = kept.get(key)
    if (known && now - known.at < FRESH_MS) return known.history
    if (kept.size >= MOST_KEPT) kept.clear()
    const history = read(address, names, range, now)
    kept.set(key, { at: now, history })
    return history
  }
}
