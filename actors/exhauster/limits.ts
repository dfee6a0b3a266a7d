import { isSentinel } from './quality.ts'
import { SETPOINTS, type Setpoint } from './wire.ts'

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

/**
 * Which setpoints are obeyed. Sound ones stand as alarm_min ≤ warning_min < warning_max ≤ alarm_max. A warning limit beyond its alarm
 * limit is dropped and the alarm limit stays (one real point has warning 105 above alarm 75); where a minimum is not below its
 * maximum, nobody knows which is meant, and both are dropped.
 */
export function obeyed(setpoints: Setpoints): ObeyedLimits {
  const wrong = new Set<Setpoint>()
  // A limit that is found wrong becomes NaN, and what is compared with it after that is neither above nor below it.
  let [alarmMax, alarmMin, warningMax, warningMin] = setpoints.map((value, i) => {
    if (!isSentinel(value)) return value
    wrong.add(SETPOINTS[i]!)
    return NaN
  }) as [number, number, number, number]
  if (alarmMin >= alarmMax) {
    alarmMin = alarmMax = NaN
    wrong.add('alarm_max').add('alarm_min')
  }
  if (warningMax > alarmMax || warningMax <= alarmMin) {
    warningMax = NaN
    wrong.add('warning_max')
  }
  if (warningMin < alarmMin || warningMin >= alarmMax) {
    warningMin = NaN
    wrong.add('warning_min')
  }
  if (warningMin >= warningMax) {
    warningMin = warningMax = NaN
    wrong.add('warning_max').add('warning_min')
  }
  const or = (value: number, none: number) => (Number.isNaN(value) ? none : value)
  return {
    alarmMax: or(alarmMax, Infinity),
    alarmMin: or(alarmMin, -Infinity),
    warningMax: or(warningMax, Infinity),
    warningMin: or(warningMin, -Infinity),
    misconfigured: [...wrong],
  }
}
