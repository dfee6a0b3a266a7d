import { expect, test } from 'bun:test'
import { autoStep, stepsOf } from './steps.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

test('an interval up to a day has steps of minutes, an hour from an hour on; a longer one has steps of hours', () => {
  expect(stepsOf(30 * MINUTE)).toEqual([60, 600, 1800])
  expect(stepsOf(HOUR)).toEqual([60, 600, 1800, 3600])
  expect(stepsOf(DAY)).toEqual([60, 600, 1800, 3600])
  expect(stepsOf(DAY + 1)).toEqual([3600, 43_200, 86_400])
  expect(stepsOf(31 * DAY)).toEqual([3600, 43_200, 86_400])
})

test('the step that is taken without a choice draws every interval with enough points and no more', () => {
  expect([HOUR, 12 * HOUR, DAY, 2 * DAY, 31 * DAY].map(autoStep)).toEqual([60, 60, 600, 3600, 3600])
})
