import { POINT_COUNT, SETPOINTS, WIRE_SIGNALS, type Setpoint } from './wire.ts'

/** What is known of a kind of measurement before any reading: where a reading is doubtful, and where it cannot be true. */
export interface Quantity {
  readonly unit: string
  /** Outside it the reading cannot be true: `out_of_range`. In the unit. */
  readonly plausible: readonly [min: number, max: number]
  /** What the quantity itself can be; a plausible reading outside it is noise around the end: `uncertain`. */
  readonly physical: readonly [min: number, max: number]
  /** An alarm goes off only this part of the limit inside it. Starting values after ISA-18.2: T 1 %, level 5 %; vibration as level. */
  readonly deadband: number
  /** How far below a minimum of 0 a reading may lie without passing it. Seen in alarm by the strict rule: −0.18 mm/s. */
  readonly noise: number
  /** The same of a machine that does not run. */
  readonly noiseAtRest: number
  /** Identical for so long while running: a dead sensor. Real ones repeat for up to 18 min; `temperature` below. */
  readonly frozenAfterMs: number
}

const ANY = Infinity
const HOUR_MS = 3_600_000
const quantity = (
  unit: string,
  plausible: [number, number],
  physical: [number, number],
  more: Partial<Omit<Quantity, 'unit' | 'plausible' | 'physical'>> = {},
): Quantity => ({
  unit,
  plausible,
  physical,
  deadband: 0.05,
  noise: 0,
  noiseAtRest: more.noise ?? 0,
  frozenAfterMs: HOUR_MS,
  ...more,
})

export const QUANTITIES = {
  // Stands in steps of 0.1 °C, and a bearing at rest with its surroundings keeps one step for hours (204 min are on
  // record): only a whole day without a step is a dead sensor. A machine that stands in a Siberian winter is as cold as that.
  temperature: quantity('°C', [-100, 1000], [-ANY, ANY], {
    deadband: 0.01,
    noise: 2,
    noiseAtRest: 40,
    frozenAfterMs: 24 * HOUR_MS,
  }),
  // No bound of its own: hiding the largest vibration would hide the worst damage.
  vibration: quantity('mm/s', [-ANY, ANY], [0, ANY], { noise: 0.5 }),
  level: quantity('%', [-5, 150], [0, 100]),
  pressure: quantity('kgf/cm²', [-1, 100], [0, ANY]),
  underpressure: quantity('mmH2O', [-500, 5000], [0, ANY]),
  current: quantity('A', [-50, 3000], [0, ANY]),
  // Two or three steps are all that a voltage or a gate at rest shows, and a bit has two: identical says nothing.
  voltage: quantity('kV', [-10, 1000], [0, ANY], { frozenAfterMs: ANY }),
  position: quantity('%', [-5, 150], [0, 100], { frozenAfterMs: ANY }),
  bit: quantity('', [0, 1], [0, 1], { frozenAfterMs: ANY }),
} as const satisfies Record<string, Quantity>

export interface Signal {
  /** As the API names it: `bearing_1.temperature`. */
  readonly key: string
  /** Its place among the measured signals of an exhauster. */
  readonly index: number
  readonly quantity: Quantity
  readonly digital: boolean
  /** Under the strict rule a temperature beyond −100 … 1000 °C is no temperature. */
  readonly isTemperature: boolean
  /** A point has setpoints in the stream. */
  readonly isPoint: boolean
}

function quantityOf(key: string): Quantity {
  if (key.includes('temperature')) return QUANTITIES.temperature
  if (key.includes('.vibration_')) return QUANTITIES.vibration
  if (key.endsWith('_current')) return QUANTITIES.current
  if (key.endsWith('_voltage')) return QUANTITIES.voltage
  switch (key) {
    case 'gas_collector.underpressure_before':
      return QUANTITIES.underpressure
    case 'gate_valve.gas_valve_position':
      return QUANTITIES.position
    case 'oil.oil_level':
      return QUANTITIES.level
    case 'oil.oil_pressure':
      return QUANTITIES.pressure
    default:
      return QUANTITIES.bit
  }
}

/** The 37 measured signals of each exhauster, in the plant's order; the 21 points are the first. */
export const SIGNALS: readonly Signal[] = WIRE_SIGNALS.map((key, index) => ({
  key,
  index,
  quantity: quantityOf(key),
  digital: quantityOf(key) === QUANTITIES.bit,
  isTemperature: quantityOf(key) === QUANTITIES.temperature,
  isPoint: index < POINT_COUNT,
}))

export const SIGNAL_COUNT = SIGNALS.length
export const POINTS: readonly Signal[] = SIGNALS.filter((signal) => signal.isPoint)

const byKey = new Map(SIGNALS.map((signal) => [signal.key, signal]))
/** The signal of a key, or undefined when there is none. */
export const signalOf = (key: string): Signal | undefined => byKey.get(key)

function indexOf(key: string): number {
  const signal = byKey.get(key)
  if (!signal) throw new Error(`no signal ${key}`)
  return signal.index
}

export const WORK_BIT = indexOf('work.is_working')
export const GATE_CLOSED = indexOf('gate_valve.gas_valve_closed')
export const GATE_OPEN = indexOf('gate_valve.gas_valve_open')

/** What a value of the wire is multiplied by to stand in its unit: drives 3 … 6 send tenths. `number` is the exhauster's. */
export const scaleOf = (number: number, signal: Signal): number =>
  number >= 3 && signal.key.startsWith('drive.') ? 0.1 : 1

/** Where a signal, or a setpoint of a point, stands in a frame's 121 values. */
export function valueIndex(signal: Signal, setpoint?: Setpoint): number {
  const width = 1 + SETPOINTS.length
  if (!signal.isPoint) return POINT_COUNT * width + signal.index - POINT_COUNT
  return signal.index * width + (setpoint ? 1 + SETPOINTS.indexOf(setpoint) : 0)
}
