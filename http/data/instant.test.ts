import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { parseTime } from '../time.ts'
import { instantOf } from './instant.ts'

test('every time is the same as by the careful parser', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('1960-01-01'), max: new Date('2500-01-01'), noInvalidDate: true }), (date) => {
      expect(instantOf(date.toISOString())).toBe(date.getTime())
    }),
    { numRuns: 3000 },
  )
})

test('so is what is no time, or written otherwise', () => {
  const usual = '2026-11-22T10:00:00.000Z'
  fc.assert(
    fc.property(fc.nat(23), fc.constantFrom('-', ':', '9', '0', 'Z', 'a', ' ', '٣'), (place, sign) => {
      const text = usual.slice(0, place) + sign + usual.slice(place + 1)
      expect(instantOf(text)).toBe(parseTime(text))
    }),
    { numRuns: 500 },
  )
  for (const text of [
    '2026-02-29T10:00:00.000Z',
    '2024-02-29T10:00:00.000Z',
    '2026-04-31T00:00:00.000Z',
    '2026-11-22',
    '',
  ]) {
    expect(instantOf(text)).toBe(parseTime(text))
  }
})
