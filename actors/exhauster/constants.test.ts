import { expect, test } from 'bun:test'
import { adviceOf } from './constants.ts'
import { obeyed } from './limits.ts'
import { signalOf } from './signals.ts'

const advice = (number: number, key: string, values: number[], limits?: ReturnType<typeof obeyed>) =>
  values.map((value) => adviceOf(number, signalOf(key)!, value, limits))

test('the plant’s colours, field by field', () => {
  expect(advice(1, 'bearing_4.temperature', [64.9, 65, 74.9, 75])).toEqual([null, 'warning', 'warning', 'alarm'])
  expect(advice(1, 'oil.oil_level', [20, 19.9, 10, 9.9])).toEqual([null, 'warning', 'warning', 'alarm'])
  expect(advice(1, 'drive.stator_current', [229, 230, 279, 280])).toEqual([null, 'warning', 'warning', 'alarm'])
  for (const side of ['after', 'before'])
    for (const medium of ['oil', 'water'])
      expect(advice(1, `cooler_${medium}.temperature_${side}`, [29.9, 30, 99])).toEqual([null, 'warning', 'warning'])
})

test('oil pressure and rotor current have other bounds on exhausters 3 to 6', () => {
  expect(advice(2, 'oil.oil_pressure', [0.5, 0.4])).toEqual([null, 'alarm'])
  expect(advice(3, 'oil.oil_pressure', [0.2, 0.1])).toEqual([null, 'alarm'])
  expect(advice(3, 'oil.oil_pressure', [0.4])).toEqual([null])
  expect(advice(2, 'drive.rotor_current', [249, 250])).toEqual([null, 'warning'])
  expect(advice(3, 'drive.rotor_current', [199, 200])).toEqual([null, 'warning'])
})

test('vibration takes its colours from the setpoints of the stream, and exactly 7.1 is red', () => {
  const stream = (alarmMax: number) => obeyed([alarmMax, 0, 4.5, 0])
  expect(advice(1, 'bearing_7.vibration_axial', [4.4, 4.5, 7, 7.1], stream(7.1))).toEqual([
    null,
    'warning',
    'warning',
    'alarm',
  ])
  expect(advice(1, 'bearing_7.vibration_axial', [9.9, 10], stream(10))).toEqual(['warning', 'alarm'])
  expect(advice(1, 'bearing_7.vibration_axial', [4.5, 7.1])).toEqual(['warning', 'alarm'])
})

test('what has no constant has no colour', () => {
  expect(advice(1, 'gas_collector.underpressure_before', [-999, 0, 9999])).toEqual([null, null, null])
})
