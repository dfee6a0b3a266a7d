import { expect, test } from 'bun:test'
import { hasValue, isSentinel, qualities, qualityOf } from './quality.ts'
import { QUANTITIES, SIGNALS, signalOf } from './signals.ts'

const { temperature, vibration, pressure, level, current, underpressure } = QUANTITIES

test('−3276.8 and +3276.7 are a broken sensor, whatever they measure', () => {
  for (const raw of [-3276.8, -3276.800048828125, 3276.69970703125, 3276]) {
    expect(isSentinel(raw)).toBe(true)
    for (const quantity of Object.values(QUANTITIES)) expect(qualityOf(raw, quantity)).toBe('sentinel')
  }
  expect([3275.9, -3275.9, 3277].map(isSentinel)).toEqual([false, false, false])
})

test('what did not come is absent, and zero is a value', () => {
  expect(qualityOf(NaN, temperature)).toBe('absent')
  expect(qualityOf(0, temperature)).toBe('good')
  expect(qualityOf(0, pressure)).toBe('good')
})

test('a temperature beyond −100 … 1000 °C cannot be true; the ends can', () => {
  expect([1000.1, -100.1].map((raw) => qualityOf(raw, temperature))).toEqual(['out_of_range', 'out_of_range'])
  expect([1000, -100].map((raw) => qualityOf(raw, temperature))).toEqual(['good', 'good'])
})

test('no vibration that a controller can send is hidden: the largest is the worst damage', () => {
  expect([749, 1767, 3275].map((raw) => qualityOf(raw, vibration))).toEqual(['good', 'good', 'good'])
  expect(qualityOf(3300, vibration)).toBe('out_of_range')
})

test('spikes of 749 and 1767 kgf/cm² are no oil pressure', () => {
  expect([749, 1767].map((raw) => qualityOf(raw, pressure))).toEqual(['out_of_range', 'out_of_range'])
})

test('small noise beyond a physical end is uncertain and keeps its value', () => {
  for (const [raw, quantity] of [
    [-0.17, vibration],
    [-0.111, pressure],
    [109.8, level],
    [-25.3, underpressure],
    [-0.8, current],
  ] as const)
    expect(qualityOf(raw, quantity)).toBe('uncertain')
  expect(hasValue('uncertain')).toBe(true)
  expect(qualityOf(-0.6, temperature)).toBe('good')
})

test('the range is held against the value in its unit, not against tenths', () => {
  expect(qualityOf(2482, current, 0.1)).toBe('good')
  expect(qualityOf(-600, current, 1)).toBe('out_of_range')
  expect(qualityOf(-80, current, 0.1)).toBe('uncertain')
})

const raw = (values: Record<string, number>) => Float64Array.from(SIGNALS, ({ key }) => values[key] ?? NaN)
const of = (key: string, found: string[]) => found[signalOf(key)!.index]

test('a gate that is open and closed at once is uncertain about both', () => {
  const both = qualities(5, raw({ 'gate_valve.gas_valve_closed': 1, 'gate_valve.gas_valve_open': 1 }))
  expect([of('gate_valve.gas_valve_closed', both), of('gate_valve.gas_valve_open', both)]).toEqual([
    'uncertain',
    'uncertain',
  ])
  const travelling = qualities(5, raw({ 'gate_valve.gas_valve_closed': 0, 'gate_valve.gas_valve_open': 0 }))
  expect(of('gate_valve.gas_valve_open', travelling)).toBe('good')
})

test('a bit is 0 or 1 and nothing between', () => {
  expect(of('work.is_working', qualities(1, raw({ 'work.is_working': 0.5 })))).toBe('out_of_range')
})

test('the first quality in the order is named: a broken sensor that repeats itself is broken, not frozen', () => {
  const same = SIGNALS.map(() => 48 * 3_600_000)
  const found = qualities(
    1,
    raw({ 'bearing_1.temperature': -3276.8, 'bearing_1.vibration_axial': 2, 'work.is_working': 1 }),
    same,
  )
  expect(of('bearing_1.temperature', found)).toBe('sentinel')
  expect(of('bearing_1.vibration_axial', found)).toBe('frozen')
  expect(of('bearing_2.temperature', found)).toBe('absent')
  expect(of('work.is_working', found)).toBe('good')
})
