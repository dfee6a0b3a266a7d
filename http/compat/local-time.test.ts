import { expect, test } from 'bun:test'
import { localTimes } from './local-time.ts'

const berlin = localTimes('Europe/Berlin')
const iso = (ms: number) => new Date(ms).toISOString()

test.each([
  ['2023-09-17T20:28:02.123456', '2023-09-17T18:28:02.123Z'],
  ['2023-01-17T20:28:02', '2023-01-17T19:28:02.000Z'],
  ['2023-01-17 20:28', '2023-01-17T19:28:00.000Z'],
  ['2023-07-01', '2023-06-30T22:00:00.000Z'],
  // Just before and just after the clocks change.
  ['2023-03-26T01:59:59', '2023-03-26T00:59:59.000Z'],
  ['2023-03-26T03:00:00', '2023-03-26T01:00:00.000Z'],
  ['2023-10-29T01:59:59', '2023-10-28T23:59:59.000Z'],
  ['2023-10-29T03:00:00', '2023-10-29T02:00:00.000Z'],
  // Skipped by the clock: as if it had not been put forward.
  ['2023-03-26T02:30:00', '2023-03-26T01:30:00.000Z'],
])('%s in Berlin is %s', (local, utc) => {
  expect(iso(berlin(local, 0))).toBe(utc)
})

test('the hour that comes twice is the nearer one', () => {
  const [first, second] = ['2023-10-29T00:30:00.000Z', '2023-10-29T01:30:00.000Z']
  const near = (ms: number) => iso(berlin('2023-10-29T02:30:00', ms))
  expect(near(Date.parse(first))).toBe(first)
  expect(near(Date.parse(second))).toBe(second)
  expect([near(-Infinity), near(Infinity)]).toEqual([first, second])
})

test('a time with a zone is what it says', () => {
  for (const text of ['2023-09-17T20:28:02Z', '2023-09-17T22:28:02+02:00', '2023-09-17T15:28:02-0500']) {
    expect(iso(berlin(text, 0))).toBe('2023-09-17T20:28:02.000Z')
  }
  expect(iso(berlin('2023-09-17T22:28:02 02:00', 0))).toBe('2023-09-17T20:28:02.000Z')
})

test('zones off the hour, and zones that changed for other reasons than summer', () => {
  expect(iso(localTimes('Asia/Kathmandu')('2023-09-17T12:00:00', 0))).toBe('2023-09-17T06:15:00.000Z')
  expect(iso(localTimes('America/St_Johns')('2023-07-17T12:00:00', 0))).toBe('2023-07-17T14:30:00.000Z')
  expect(iso(localTimes('Australia/Lord_Howe')('2023-07-17T12:00:00', 0))).toBe('2023-07-17T01:30:00.000Z')
  expect(iso(localTimes('Europe/Moscow')('2013-01-01T12:00:00', 0))).toBe('2013-01-01T08:00:00.000Z')
  expect(iso(localTimes('Europe/Moscow')('2015-01-01T12:00:00', 0))).toBe('2015-01-01T09:00:00.000Z')
})

test('in UTC and for what is no time it says so', () => {
  expect(iso(localTimes('UTC')('2023-09-17T20:28:02', 0))).toBe('2023-09-17T20:28:02.000Z')
  expect(berlin('soon', 0)).toBeNaN()
  expect(berlin('2023-02-30T00:00:00', 0)).toBeNaN()
})
