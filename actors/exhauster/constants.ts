import type { ObeyedLimits } from './limits.ts'
import type { Signal } from './signals.ts'

/** What the plant's own screens colour, for signals that have no setpoints in the stream. In the signal's unit. */
export interface Constants {
  readonly alarmMin?: number
  readonly warningMin?: number
  readonly warningMax?: number
  readonly alarmMax?: number
}

const COOLER: Constants = { warningMax: 30 }
const NONE: Constants = {}

/** The colour table of the plant's mnemonic; `number` is the exhauster's: oil pressure and rotor current depend on it. */
export function constantsOf(number: number, { key }: Signal): Constants {
  switch (key) {
    case 'oil.oil_level':
      return { warningMin: 20, alarmMin: 10 }
    case 'oil.oil_pressure':
      return { alarmMin: number <= 2 ? 0.5 : 0.2 }
    case 'drive.rotor_current':
      return { warningMax: number <= 2 ? 250 : 200 }
    case 'drive.stator_current':
      return { warningMax: 230, alarmMax: 280 }
  }
  if (key.startsWith('cooler_')) return COOLER
  if (/^bearing_\d\.temperature$/.test(key)) return { warningMax: 65, alarmMax: 75 }
  return NONE
}

/** ISO 20816-3, group 1 on rigid supports, zones B/C and C/D: for a point whose setpoints are missing or not obeyed. */
const VIBRATION = { warningMax: 4.5, alarmMax: 7.1 }

/**
 * The colour of a value on the plant's screens, or null for none. A maximum colours from itself upwards, a minimum only below itself.
 * Vibration takes its bounds from the stream; the plant leaves exactly 7.1 open, and it counts as red, the safe side.
 */
export function adviceOf(
  number: number,
  signal: Signal,
  value: number,
  limits: ObeyedLimits | undefined,
): 'warning' | 'alarm' | null {
  let constants = constantsOf(number, signal)
  if (signal.key.includes('.vibration_')) {
    const { warningMax = Infinity, alarmMax = Infinity } = limits ?? {}
    constants = {
      warningMax: Number.isFinite(warningMax) ? warningMax : VIBRATION.warningMax,
      alarmMax: Number.isFinite(alarmMax) ? alarmMax : VIBRATION.alarmMax,
    }
  }
  const { alarmMin = -Infinity, warningMin = -Infinity, warningMax = Infinity, alarmMax = Infinity } = constants
  if (value >= alarmMax || value < alarmMin) return 'alarm'
  return value >= warningMax || value < warningMin ? 'warning' : null
}
