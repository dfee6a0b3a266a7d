import type { Cluster, HistoryRows } from '../../actors/cluster/port.ts'
import { QUALITIES, type ExhausterId } from '../../actors/exhauster/schema.ts'
import type { Sparkline } from '../../views/pages/model.ts'
import { AXES } from '../../views/text/catalogue.ts'

const SPAN_MS = 12 * 3_600_000
const STEPS = 200
const STEP_MS = SPAN_MS / STEPS

/** A line is good for a minute, unless its end has moved on by more than a step (a fast replay), or nothing stands there yet. */
const FRESH_MS = 60_000
const RETRY_MS = 2000
/** A new line for one that is there comes so much later than the frame that asked for it: that one goes to the viewers first. */
const AFTER_MS = 200
/** A page waits no longer than this for a line that it has never had. */
const PATIENCE_MS = 1000

const POINTS = [1, 2, 7, 8].flatMap((bearing) => AXES.map((axis) => `bearing_${bearing}.vibration_${axis}`))
const NAMES = [...POINTS.map((key) => `v:${key}`), ...POINTS.map((key) => `q:${key}`)]
/** Qualities from here on keep their value. */
const FIRST_WITH_VALUE = QUALITIES.indexOf('stale')

/** The largest vibration of each step before `to`; null where there was none. Values of bad quality are none. */
export function sparklineOf({ times, columns }: Pick<HistoryRows, 'times' | 'columns'>, to: number): Sparkline {
  const from = to - SPAN_MS
  const values = new Array<number | null>(STEPS).fill(null)
  for (let row = 0; row < times.length; row++) {
    const step = Math.min(STEPS - 1, Math.floor((times[row]! - from) / STEP_MS))
    if (step < 0) continue
    for (let point = 0; point < POINTS.length; point++) {
      const value = columns[point]![row]!
      if (!(columns[POINTS.length + point]![row]! >= FIRST_WITH_VALUE) || Number.isNaN(value)) continue
      if (values[step] === null || value > values[step]!) values[step] = value
    }
  }
  return { from, to, values }
}

interface Known {
  line: Sparkline | undefined
  /** When it was asked for last, epoch ms. */
  askedAt: number
  asking: Promise<void> | undefined
}

/**
 * The lines of the six machines, each read about once a minute and shared. One is read after the other: all at once keep the thread busy for
 * some hundred milliseconds, and a frame waiting.
 */
export function createSparklines({ cluster, now }: { cluster: Cluster; now: () => number }) {
  const known = new Map<ExhausterId, Known>()
  let before: Promise<void> = Promise.resolve()

  function readInTurn(id: ExhausterId, to: number, entry: Known): Promise<void> {
    entry.askedAt = now()
    const turn = entry.line === undefined ? before : before.then(() => Bun.sleep(AFTER_MS))
    return (before = turn.then(() => read(id, to, entry)))
  }

  async function read(id: ExhausterId, to: number, entry: Known): Promise<void> {
    try {
      const rows = await cluster.history(`exhauster/${id}`, { from: to - SPAN_MS, to: to + 1, names: NAMES })
      entry.line = sparklineOf(rows, to)
    } catch {
      // The line stays as it was; it is asked for again soon.
    } finally {
      entry.asking = undefined
    }
  }

  return {
    /** The line up to `to` (epoch ms), a minute old at most, or none while it cannot be read. */
    async of(id: ExhausterId, to: number): Promise<Sparkline | undefined> {
      let entry = known.get(id)
      if (!entry) known.set(id, (entry = { line: undefined, askedAt: -Infinity, asking: undefined }))
      const age = now() - entry.askedAt
      const { line } = entry
      const behind = !line || Math.abs(to - line.to) > STEP_MS || line.values.at(-1) === null
      if (age > FRESH_MS || (behind && age > RETRY_MS)) entry.asking ??= readInTurn(id, to, entry)
      if (entry.line === undefined && entry.asking) await Promise.race([entry.asking, Bun.sleep(PATIENCE_MS)])
      return entry.line
    },
  }
}
