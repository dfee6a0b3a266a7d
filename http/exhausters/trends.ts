import type { Cluster } from '../../actors/cluster/port.ts'
import { columnOf } from '../../actors/exhauster/columns.ts'
import type { Exhauster } from '../../actors/exhauster/directory.ts'
import { signalOf, type Signal } from '../../actors/exhauster/signals.ts'
import { trend, type TrendPoint, type TrendSeries } from '../../actors/exhauster/trends.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { isoTime, timeOf } from '../time.ts'

/** Seconds. */
export const STEPS = [60, 600, 1800, 3600, 43_200, 86_400] as const
const LONGEST_MS = 31 * 86_400_000
const MOST_SIGNALS = 16
export const MOST_POINTS = 50_000

export interface TrendQuery {
  readonly signals: readonly Signal[]
  /** Epoch ms, inclusive. */
  readonly from: number
  /** Epoch ms, exclusive. */
  readonly to: number
  readonly stepS: number
}

export interface Trend {
  /** Seconds. */
  readonly step: number
  readonly from: string
  readonly to: string
  readonly series: readonly TrendSeries[]
}

const wrong = (path: string, message: string) =>
  new Fault('VALIDATION', `${path}: ${message}.`, { errors: [{ path: `/${path}`, message }] })

/** Faults: VALIDATION, TOO_MANY_POINTS. */
export function trendQuery(query: { signals: string; from: string; to: string; step: number }): TrendQuery {
  const keys = query.signals.split(',').map((key) => key.trim())
  if (keys.length > MOST_SIGNALS) throw wrong('signals', `At most ${MOST_SIGNALS} at once`)
  if (new Set(keys).size < keys.length) throw wrong('signals', 'One of them stands there twice')
  const signals = keys.map((key) => {
    const signal = signalOf(key)
    if (signal === undefined) throw wrong('signals', `There is no signal ${JSON.stringify(key.slice(0, 60))}`)
    return signal
  })
  const from = timeOf(query.from, 'from')
  const to = timeOf(query.to, 'to')
  if (from >= to) throw wrong('to', 'Must be later than from')
  if (to - from > LONGEST_MS) throw wrong('to', 'At most 31 days after from')
  if (!STEPS.some((step) => step === query.step)) throw wrong('step', `One of ${STEPS.join(', ')}`)
  const stepMs = query.step * 1000
  const points = signals.length * (Math.ceil(to / stepMs) - Math.floor(from / stepMs))
  if (points > MOST_POINTS) {
    throw new Fault('TOO_MANY_POINTS', `This may give ${points} points; at most ${MOST_POINTS}: take a longer step.`)
  }
  return { signals, from, to, stepS: query.step }
}

/** Reads the history. A value that is none (broken sensor, not sent, impossible) is a gap; a step without values is not there. */
export async function readTrend(cluster: Cluster, exhauster: Exhauster, query: TrendQuery): Promise<Trend> {
  const { signals, from, to, stepS } = query
  const names = signals.map(({ key }) => columnOf(key))
  const rows = await cluster.history(`exhauster/${exhauster.id}`, { from, to, names })
  return {
    step: stepS,
    from: isoTime(from),
    to: isoTime(to),
    series: trend(exhauster, signals, rows, { stepS, from, to }),
  }
}

/**
 * The plant's controllers count in single precision, and 45.8 comes from them as 45.80000305175781: such a value is the shortest decimal that
 * is the same single. Any other stays as it is.
 */
function shortest(value: number): number {
  if (Math.fround(value) !== value) return value
  // Nine digits tell all singles apart.
  const candidates = [6, 7, 8, 9].map((digits) => Number(value.toPrecision(digits)))
  return candidates.find((short) => Math.fround(short) === value)!
}

/** RFC 4180: one line a step, three columns a signal; a gap is an empty field. */
export function trendCsv({ series }: Trend): string {
  const steps = new Map<number, (TrendPoint | undefined)[]>()
  for (const [i, { points }] of series.entries()) {
    for (const point of points) {
      let row = steps.get(point[0])
      if (row === undefined) steps.set(point[0], (row = new Array<TrendPoint | undefined>(series.length)))
      row[i] = point
    }
  }
  const head = ['at', ...series.flatMap(({ signal }) => [`${signal} min`, `${signal} mean`, `${signal} max`])]
  const lines = [...steps]
    .sort(([a], [b]) => a - b)
    .map(([at, row]) => {
      const fields = Array.from(row, (point) =>
        point ? [point[1], point[2], point[3]].map(shortest) : ['', '', ''],
      ).flat()
      return [isoTime(at), ...fields].join(',')
    })
  return [head.join(','), ...lines, ''].join('\r\n')
}
