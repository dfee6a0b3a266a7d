import { expect, test } from 'bun:test'
import { obeyed, type Setpoints } from './limits.ts'
import { QUANTITIES } from './signals.ts'
import { nextLevel, strictStatus, worst, type Level } from './status.ts'

const { temperature, vibration } = QUANTITIES
const T: Setpoints = [75, 0, 65, 0]
const V: Setpoints = [7.1, 0, 4.5, 0]

/** Levels of a sequence of values, one after the other. */
function levels(values: number[], setpoints: Setpoints, quantity = temperature): Level[] {
  let level: Level = 0
  return values.map((value) => (level = nextLevel(value, obeyed(setpoints), quantity, level)))
}

test('the strict rule: a limit is passed strictly beyond it', () => {
  expect([64, 65, 65.1, 75, 75.1, 0, -0.1].map((raw) => strictStatus(raw, true, T))).toEqual([
    'ok',
    'ok',
    'warning',
    'warning',
    'alarm',
    'ok',
    'alarm',
  ])
})

test('the strict rule: outliers are unknown for every temperature, also of bearings 3 to 6 and 9', () => {
  expect([-3276.8, 1000.1, -100.1].map((raw) => strictStatus(raw, true, T))).toEqual(['unknown', 'unknown', 'unknown'])
  expect(strictStatus(-3276.8, false, V)).toBe('alarm')
})

test('the strict rule: a missing limit is infinite, a missing value unknown', () => {
  expect(strictStatus(500, true, [NaN, NaN, NaN, NaN])).toBe('ok')
  expect(strictStatus(70, true, [NaN, NaN, 65, NaN])).toBe('warning')
  expect(strictStatus(NaN, true, T)).toBe('unknown')
  expect(strictStatus(5, false)).toBe('ok')
})

test('from 4.5 to 7.1 mm/s it warns, above 7.1 it alarms, in every direction', () => {
  expect(levels([4.5, 4.6, 7.1, 7.2], V, vibration)).toEqual([0, 1, 1, 2])
})

test('a warning ends only a deadband below its limit, and an alarm falls to the warning first', () => {
  expect(levels([65.1, 64.9, 64.4, 64.3], T)).toEqual([1, 1, 1, 0])
  expect(levels([75.1, 74.9, 74.3, 74.2, 65, 64.3], T)).toEqual([2, 2, 2, 1, 1, 0])
})

test('a value that swings around its limit changes nothing after the first time', () => {
  expect(new Set(levels([75.1, ...Array.from({ length: 50 }, (_, i) => 75 + (i % 2 ? 0.3 : -0.3))], T))).toEqual(
    new Set([2]),
  )
})

test('noise below a minimum of 0 passes no limit, much less than 0 does', () => {
  expect(levels([-0.18], V, vibration)).toEqual([0])
  expect(levels([-0.6], T)).toEqual([0])
  expect(levels([-5], V, vibration)).toEqual([-2])
  expect(levels([-20], T)).toEqual([-2])
})

test('a minimum that is not 0 holds as it stands', () => {
  expect(levels([21, 19.9, 9.9], [75, 10, 65, 20])).toEqual([0, -1, -2])
})

test('a warning limit above its alarm limit is reported and not obeyed; the alarm limit stays', () => {
  const limits = obeyed([75, 0, 105, 0])
  expect(limits.misconfigured).toEqual(['warning_max'])
  expect(limits.alarmMax).toBe(75)
  expect(levels([76], [75, 0, 105, 0])).toEqual([2])
  expect(levels([70], [75, 0, 105, 0])).toEqual([0])
})

test('a minimum above its maximum: nobody knows which is meant, and neither is obeyed', () => {
  expect(obeyed([10, 20, 5, 4]).misconfigured).toContain('alarm_max')
  expect(obeyed([10, 20, 5, 4]).misconfigured).toContain('alarm_min')
  expect(obeyed([75, 0, 20, 30]).misconfigured).toEqual(['warning_max', 'warning_min'])
  expect(levels([1000, -1000], [10, 20, NaN, NaN])).toEqual([0, 0])
})

test('a setpoint that is a sentinel is no limit', () => {
  expect(obeyed([-3276.8, 0, 65, 0])).toMatchObject({
    alarmMax: Infinity,
    warningMax: 65,
    misconfigured: ['alarm_max'],
  })
})

test('sound setpoints, equal minimums included, are all obeyed', () => {
  expect(obeyed(T).misconfigured).toEqual([])
  expect(obeyed([7.1, 0, 7.1, 0]).misconfigured).toEqual([])
})

test('a machine is as bad as its worst known signal, and unknown only when none is known', () => {
  expect(worst([0, 3, 1, 3])).toBe('warning')
  expect(worst([-2, 3, 1])).toBe('alarm')
  expect(worst([3, 0])).toBe('ok')
  expect(worst([3, 3])).toBe('unknown')
})
