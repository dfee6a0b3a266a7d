import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { EXHAUSTER_IDS } from './schema.ts'
import { POINTS, SIGNALS, scaleOf, signalOf, valueIndex } from './signals.ts'
import { SETPOINTS, VALUE_COUNT, codesOf, wireKey } from './wire.ts'

const list = new URL('../../../shared/data/exhausters/signals.csv', import.meta.url)

/** The plant's list as rows of cells; titles may hold commas and quotes. */
function cells(): string[][] {
  return readFileSync(list, 'utf8')
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((match) => match[1]!.replace(/^"|"$/g, '')))
}

test('an exhauster has 121 signals: 21 points with four setpoints each, and 16 others', () => {
  expect([SIGNALS.length, POINTS.length, VALUE_COUNT]).toEqual([37, 21, 121])
  expect(SIGNALS.slice(0, 21)).toEqual([...POINTS])
})

test('all 726 codes of the six are distinct', () => {
  expect(new Set(EXHAUSTER_IDS.flatMap((id) => codesOf(id))).size).toBe(726)
})

test.skipIf(!existsSync(list))('the codes are those of the plant’s list, row by row', () => {
  const rows = cells()
  expect(rows).toHaveLength(726)
  for (const [number, id] of EXHAUSTER_IDS.entries()) {
    const sheet = rows.filter((row) => row[0]!.includes(`№ ${number + 1} `))
    expect(codesOf(id).map(wireKey)).toEqual(sheet.map((row) => row[6]!))
    const digital = SIGNALS.filter((signal) => signal.digital).map((signal) => valueIndex(signal))
    expect(sheet.flatMap((row, i) => (row[8] === 'digital' ? [i] : []))).toEqual(digital)
  }
})

test.skipIf(!existsSync(list))(
  'oil is oil and water is water: each key stands on its own row of the plant’s list',
  () => {
    const groups: Record<string, string> = { 'Охладитель|Масло': 'cooler_oil', 'Охладитель|Вода': 'cooler_water' }
    const sheet = cells().slice(0, 121)
    for (const signal of SIGNALS.filter(({ key }) => key.startsWith('cooler_'))) {
      const [, , component, group, , key] = sheet[valueIndex(signal)]!
      expect(signal.key).toBe(`${groups[`${component}|${group}`]}.${key}`)
    }
  },
)

test('2:0 and 2.0 are different signals', () => {
  const codes = codesOf('u-171')
  expect(codes.indexOf('2:0')).toBe(valueIndex(signalOf('bearing_1.vibration_horizontal')!))
  expect(codes.indexOf('2.0')).toBe(valueIndex(signalOf('work.is_working')!))
})

test('code 46 is a stator winding, and no bearing of exhausters 2, 4 and 6 reads it', () => {
  const bearings = [3, 4, 5, 6].map((bearing) => valueIndex(signalOf(`bearing_${bearing}.temperature`)!))
  for (const [id, module] of [
    ['u-172', 2],
    ['f-172', 0],
    ['x-172', 3],
  ] as const) {
    expect(bearings.map((index) => codesOf(id)[index])).toEqual([45, 47, 48, 49].map((number) => `${module}:${number}`))
  }
})

test('setpoints follow no arithmetic: each module has its own numbers', () => {
  const first = POINTS[0]!
  const of = (id: string) => SETPOINTS.map((setpoint) => codesOf(id)[valueIndex(first, setpoint)])
  expect(of('u-171')).toEqual(['2:65', '2:74', '2:83', '2:92'])
  expect(of('f-171')).toEqual(['0:63', '0:72', '0:81', '0:90'])
})

test('the drives of exhausters 3 to 6 send tenths, and nothing else does', () => {
  const tenths = (number: number) => SIGNALS.filter((signal) => scaleOf(number, signal) !== 1).map(({ key }) => key)
  expect(tenths(2)).toEqual([])
  expect(tenths(3)).toEqual([
    'drive.rotor_current',
    'drive.rotor_voltage',
    'drive.stator_current',
    'drive.stator_voltage',
  ])
})
