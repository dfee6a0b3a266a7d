/**
 * What the plant measures, by code on the wire. The codes of measurements are regular over the blocks of the controllers (those of
 * setpoints are not, and setpoints never change, so they are only in `statistics.json`). Source: the plant's list of signals.
 */
export type Role =
  | 'bearing'
  | 'vibration'
  | 'oil_temperature'
  | 'water_temperature'
  | 'water_pressure'
  | 'gas_temperature'
  | 'underpressure'
  | 'oil_level'
  | 'oil_pressure'
  | 'rotor_current'
  | 'stator_current'
  | 'rotor_voltage'
  | 'stator_voltage'
  | 'running'
  | 'gate_open'
  | 'starting_pump'
  | 'collector_underpressure'
  | 'collector_temperature'
  | 'strand_speed'
  | 'strand_running'

export interface Point {
  readonly code: string
  readonly role: Role
  /** 0 … 2 */
  readonly machine: number
  /** 0 … 5 in the order of the plant; null for a signal of the sinter machine. */
  readonly exhauster: number | null
}

/** Blocks of the two exhausters of a sinter machine: bearings and gas, drive and oil. */
const BLOCKS = [
  { body: 2, drive: 4 },
  { body: 0, drive: 1 },
  { body: 3, drive: 5 },
]

const BEARINGS = [
  [27, 28, 29, 30, 31, 32, 33, 34, 35],
  [43, 44, 45, 47, 48, 49, 50, 51, 52],
]

export const temperatureCode = (exhauster: number, bearing: number): string =>
  `${BLOCKS[exhauster >> 1]!.body}:${BEARINGS[exhauster % 2]![bearing - 1]!}`

/** Only bearings 1, 2, 7 and 8 have sensors of vibration. */
export function vibrationCode(
  exhauster: number,
  bearing: 1 | 2 | 7 | 8,
  direction: 'horizontal' | 'vertical' | 'axial',
): string {
  const first = (exhauster % 2) * 12 + { 1: 0, 2: 3, 7: 6, 8: 9 }[bearing]
  return `${BLOCKS[exhauster >> 1]!.body}:${first + { horizontal: 0, vertical: 1, axial: 2 }[direction]}`
}

function pointsOfExhauster(exhauster: number): Point[] {
  const machine = exhauster >> 1
  const second = exhauster % 2
  const { body, drive } = BLOCKS[machine]!
  const of = (role: Role, ...codes: string[]) => codes.map((code) => ({ code, role, machine, exhauster }))
  const analog = (nth: number) => `${drive}:${nth + second * 7}`
  const digital = (nth: number) => `${drive}.${nth + second * 5}`
  return [
    ...of('bearing', ...BEARINGS[second]!.map((nth) => `${body}:${nth}`)),
    ...of('vibration', ...Array.from({ length: 12 }, (_, nth) => `${body}:${nth + second * 12}`)),
    ...of('oil_temperature', ...(second ? [`${body}:59`, `${body}:60`] : [`${body}:41`, `${body}:42`])),
    ...of('water_temperature', ...(second ? [`${body}:53`, `${body}:54`] : [`${body}:36`, `${body}:37`])),
    ...of('gas_temperature', `${body}:${24 + second}`),
    ...of('underpressure', `${body}:${61 + second}`),
    ...of('oil_level', analog(0)),
    ...of('oil_pressure', analog(1)),
    ...of('rotor_current', analog(2)),
    ...of('stator_current', analog(3)),
    ...of('rotor_voltage', analog(4)),
    ...of('stator_voltage', analog(5)),
    ...of('running', `${body}.${second}`, digital(0)),
    ...of('starting_pump', digital(3)),
    // Only the first machine has these two: elsewhere the gates' bits never change, and there is no pressure of water.
    ...(machine === 0 ? of('gate_open', digital(2)) : []),
    ...(machine === 0 ? of('water_pressure', `${body}:${63 + second}`) : []),
  ]
}

function pointsOfMachine(machine: number): Point[] {
  const block = 6 + machine
  const of = (role: Role, code: string) => ({ code, role, machine, exhauster: null })
  return [
    of('collector_underpressure', `${block}:0`),
    of('collector_temperature', `${block}:1`),
    of('strand_speed', `${block}:2`),
    of('strand_running', `${block}.0`),
  ]
}

/** Every code whose value moves; some of them never arrive (exhausters 1 and 2 have no rotor current). */
export const points: ReadonlyMap<string, Point> = new Map(
  [...[0, 1, 2, 3, 4, 5].flatMap(pointsOfExhauster), ...[0, 1, 2].flatMap(pointsOfMachine)].map((point) => [
    point.code,
    point,
  ]),
)
