import type { Setpoint } from './wire.ts'
import { isSentinel } from './quality.ts'

/** The four setpoints of a point in the order of the stream; NaN where there is none. */
export type Setpoints = readonly [alarmMax: number, alarmMin: number, warningMax: number, warningMin: number]

export interface ObeyedLimits {
  /** ±Infinity where there is no limit, or one that is not obeyed. */
  readonly alarmMax: number
  readonly alarmMin: number
  readonly warningMax: number
  readonly warningMin: number
  /** Setpoints that contradict others, or are no numbers of this world: shown, reported, not obeyed. */
  readonly misconfigured: readonly Setpoint[]
}

const NONE: readonly Setpoint[] = []

/**
 * Which setpoints are obeyed. Sound ones stand as alarm_min ≤ warning_min < warning_max ≤ alarm_max. A warning limit beyond its alarm
 * limit is dropped and the alarm limit stays (one real point has warning 105 above alarm 75); where a minimum is not below its
 * maximum, nobody knows which is meant, and both are dropped.
 */
export function obeyed([alarmMax, alarmMin, warningMax, warningMin]: Setpoints): ObeyedLimits {
  const wrong = new Set<Setpoint>()
  if (isSentinel(alarmMax)) wrong.add('alarm_max')
  if (isSentinel(alarmMin)) wrong.add('alarm_min')
  if (isSentinel(warningMax) || warningMax > alarmMax || warningMax <= alarmMin) wrong.add('warning_max')
  if (isSentinel(warningMin) || warningMin < alarmMin || warningMin >= alarmMax) wrong.add('warning_min')
  if (alarmMin >= alarmMax) wrong.add('alarm_max').add('alarm_min')
  if (!wrong.has('warning_max') && !wrong.has('warning_min') && warningMin >= warningMax)
    wrong.add('warning_max').add('warning_min')
  const limit = (name: Setpoint, value: number, none: number) => (wrong.has(name) || Number.isNaN(value) ? none : value)
  return {
    alarmMax: limit('alarm_max', alarmMax, Infinity),
    alarmMin: limit('alarm_min', alarmMin, -Infinity),
    warningMax: limit('warning_max', warningMax, Infinity),
    warningMin: limit('warning_min', warningMin, -Infinity),
    misconfigured: wrong.size ? [...wrong] : NONE,
  }
}
