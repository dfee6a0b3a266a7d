import type { ObeyedLimits, Setpoints } from './limits.ts'
import { STATUSES, type Status } from './schema.ts'

/** A status as history rows hold it: its place in {@link STATUSES}. */
export const statusCode = (status: Status): number => STATUSES.indexOf(status)

/**
 * The replaced system's rule on the value as sent: outside a setpoint, strictly, and nothing else. It knows no sentinel except in a
 * temperature, and takes a setpoint that did not come as infinite. NaN stands for what did not come.
 */
export function strictStatus(raw: number, isTemperature: boolean, limits?: Setpoints): Status {
  if (Number.isNaN(raw)) return 'unknown'
  if (isTemperature && (raw > 1000 || raw < -100)) return 'unknown'
  if (!limits) return 'ok'
  const [alarmMax, alarmMin, warningMax, warningMin] = limits
  if (raw > alarmMax || raw < alarmMin) return 'alarm'
  if (raw > warningMax || raw < warningMin) return 'warning'
  return 'ok'
}

/** Which limit is passed: 2 alarm_max, 1 warning_max, 0 none, −1 warning_min, −2 alarm_min. */
export type Level = -2 | -1 | 0 | 1 | 2
/** In a history row, in the place of a level: the value was not known. */
export const LEVEL_UNKNOWN = 3

/** How far from a limit its passing begins and ends: parts of the limit, and the noise below a minimum of 0, in the value's unit. */
export interface Tolerance {
  readonly deadband: number
  readonly noise: number
}

/**
 * The tolerant rule. A limit is passed strictly beyond it, a minimum of 0 only beyond the quantity's noise (and that of a machine at
 * rest is larger: it is as cold as the weather); it stays passed until the value is inside by the deadband, a part of the limit. Limits that contradict each other are not obeyed ({@link ObeyedLimits}),
 * and a value of bad quality is not judged at all: it raises nothing and clears nothing, the level waits for the next good one.
 */
export function nextLevel(value: number, limits: ObeyedLimits, { deadband, noise }: Tolerance, previous: Level): Level {
  const band = (limit: number) => Math.abs(limit) * deadband
  const above = (limit: number, passed: boolean) => value > limit || (passed && value > limit - band(limit))
  const below = (limit: number, passed: boolean) =>
    value < limit - (limit === 0 ? noise : 0) || (passed && value < limit + band(limit))
  if (above(limits.alarmMax, previous === 2)) return 2
  if (below(limits.alarmMin, previous === -2)) return -2
  if (above(limits.warningMax, previous > 0)) return 1
  if (below(limits.warningMin, previous < 0)) return -1
  return 0
}

/** The status that a row's level means. */
export const statusOfLevel = (level: number): Status => (Math.abs(level) <= 2 ? STATUSES[Math.abs(level)]! : 'unknown')

/** The worst of the known statuses; unknown when none is known. */
export function worst(levels: ArrayLike<number>): Status {
  let most = -1
  for (let i = 0; i < levels.length; i++) {
    const size = Math.abs(levels[i]!)
    if (size <= 2 && size > most) most = size
  }
  return most < 0 ? 'unknown' : STATUSES[most]!
}
