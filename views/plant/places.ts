/** Places of the scheme: which signals stand on which tag. Together with the work bit they are all 37 of a machine. */

/** Bearings with vibration; the others have a temperature only. */
const VIBRATING: readonly number[] = [1, 2, 7, 8]

export const BEARINGS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const

/** The signals of a bearing in the order of its tag. */
export const bearingSignals = (bearing: number): readonly string[] => {
  const measured = ['temperature']
  if (VIBRATING.includes(bearing)) measured.push('vibration_vertical', 'vibration_horizontal', 'vibration_axial')
  return measured.map((name) => `bearing_${bearing}.${name}`)
}

export const DRIVE = [
  'drive.stator_current',
  'drive.stator_voltage',
  'drive.rotor_current',
  'drive.rotor_voltage',
] as const
export const TANK = ['oil.oil_level'] as const
export const FEED = ['oil.oil_pressure'] as const
/** Tank and feed together, where they are no two places. */
export const OIL = [...TANK, ...FEED] as const
export const COOLER = [
  'cooler_oil.temperature_before',
  'cooler_oil.temperature_after',
  'cooler_water.temperature_before',
  'cooler_water.temperature_after',
] as const
export const GAS = ['gas_collector.temperature_before', 'gas_collector.underpressure_before'] as const
export const DAMPER = [
  'gate_valve.gas_valve_position',
  'gate_valve.gas_valve_closed',
  'gate_valve.gas_valve_open',
] as const
export const WORK = ['work.is_working'] as const
