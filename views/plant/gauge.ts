import { bearingOf } from '../text/names.ts'

/** How a signal is drawn: the ends of its bar, and digits after the point on the scheme and on a card. */
export interface Gauge {
  readonly from: number
  readonly to: number
  readonly digits: number
  readonly cardDigits: number
}

const gauge = (to: number, digits: number, cardDigits = digits): Gauge => ({ from: 0, to, digits, cardDigits })

const temperature = gauge(90, 1, 0)
const vibration = gauge(10, 2, 1)
const coolant = gauge(50, 1)
const current = gauge(320, 1, 0)
const plain = gauge(100, 1)
const bit = gauge(1, 2)

const gauges: Readonly<Record<string, Gauge>> = {
  'cooler_oil.temperature_before': coolant,
  'cooler_oil.temperature_after': coolant,
  'cooler_water.temperature_before': coolant,
  'cooler_water.temperature_after': coolant,
  'gas_collector.temperature_before': gauge(200, 1),
  'gas_collector.underpressure_before': gauge(1200, 0),
  'gate_valve.gas_valve_position': gauge(100, 0),
  'gate_valve.gas_valve_closed': bit,
  'gate_valve.gas_valve_open': bit,
  'work.is_working': bit,
  'drive.rotor_current': current,
  'drive.stator_current': current,
  'drive.rotor_voltage': gauge(100, 1),
  'drive.stator_voltage': gauge(12, 1),
  'oil.oil_level': gauge(100, 0),
  'oil.oil_pressure': gauge(4, 2, 1),
}

/** The gauge of a signal's key. */
export function gaugeOf(key: string): Gauge {
  const place = bearingOf(key)
  if (place) return place.axis ? vibration : temperature
  return gauges[key] ?? plain
}
