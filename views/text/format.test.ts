import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { LANGUAGES } from './catalogue.ts'
import { makeFormat } from './format.ts'

const ru = makeFormat('ru', 'UTC')
const en = makeFormat('en', 'UTC')
const now = Date.parse('2026-11-22T03:14:03.250Z')
const ago = (ms: number) => now - ms
const HOUR = 3_600_000

test.each([
  [1767.4, 0, '1\u202f767', '1,767'],
  [1234567.891, 2, '1\u202f234\u202f567,89', '1,234,567.89'],
  [7.42, 2, '7,42', '7.42'],
  [-0.6, 1, '\u22120,6', '\u22120.6'],
  [999.96, 1, '1\u202f000,0', '1,000.0'],
])('%p with %i digits is %p and %p', (value, digits, russian, english) => {
  expect(ru.number(value, digits)).toBe(russian)
  expect(en.number(value, digits)).toBe(english)
})

test('there is no minus zero', () => {
  expect([ru.number(-0, 0), ru.number(-0.04, 1), ru.number(-0.49, 0), en.number(-0.004, 2)]).toEqual([
    '0',
    '0,0',
    '0',
    '0.00',
  ])
})

test('a number reads back as itself, whatever it is', () => {
  const value = fc.double({ min: -1e9, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(value, fc.integer({ min: 0, max: 3 }), (value, digits) => {
      const back = ru.number(value, digits).replaceAll('\u202f', '').replace(',', '.').replace('\u2212', '-')
      return (
        Number(back) === Number(value.toFixed(digits)) &&
        en
          .number(value, digits)
          .split(',')
          .every((group) => group !== '')
      )
    }),
  )
})

test('a setting has all the digits that it was given', () => {
  expect([0.001, 0.025, 0.05, 1, 1e-7, 1200.5].map(ru.exact)).toEqual([
    '0,001',
    '0,025',
    '0,05',
    '1',
    '0,0000001',
    '1\u202f200,5',
  ])
  expect([en.exact(3e-12), en.exact(0)]).toEqual(['3.00·10⁻¹²', '0'])
})

test('a limit has as many digits as it needs', () => {
  expect([7.1, 65, 0.25, 4.499999].map(ru.limit)).toEqual(['7,1', '65', '0,25', '4,5'])
})

test.each([
  [-5, '0\u00a0с', '0\u00a0s'],
  [96_400, '96\u00a0с', '96\u00a0s'],
  [120_000, '2\u00a0мин', '2\u00a0min'],
  [192 * 60_000, '3\u00a0ч 12\u00a0мин', '3\u00a0h 12\u00a0min'],
  [3 * HOUR, '3\u00a0ч', '3\u00a0h'],
  [234 * HOUR, '9\u00a0сут 18\u00a0ч', '9\u00a0d 18\u00a0h'],
  [NaN, '0\u00a0с', '0\u00a0s'],
])('%p ms last %p, %p', (ms, russian, english) => {
  expect(ru.duration(ms)).toBe(russian)
  expect(en.duration(ms)).toBe(english)
})

test('a moment says its day only when it is another, its year only when it is another', () => {
  const moments = [ago(HOUR), ago(8 * HOUR), ago(80 * HOUR), Date.parse('2023-02-18T16:33:25Z')]
  expect(moments.map((at) => ru.moment(at, now))).toEqual([
    '02:14',
    'вчера, 19:14',
    '18 ноя, 19:14',
    '18 фев 2023, 16:33',
  ])
  expect(moments.map((at) => en.moment(at, now))).toEqual([
    '02:14',
    'yesterday, 19:14',
    '18 Nov, 19:14',
    '18 Feb 2023, 16:33',
  ])
})

test('times are those of the zone of the plant, midnight is 00', () => {
  const plant = makeFormat('ru', 'Asia/Novokuznetsk')
  expect(plant.clock(Date.parse('2026-11-22T17:00:00Z'))).toBe('00:00:00')
  expect(plant.date(Date.parse('2026-11-22T17:00:00Z'))).toBe('23 ноя 2026')
})

test('a count takes the form of its noun', () => {
  const noun = { one: 'сигнал', few: 'сигнала', many: 'сигналов', other: 'сигнала' }
  expect([1, 3, 5, 11, 22, 1000].map((count) => ru.count(count, noun))).toEqual([
    '1\u00a0сигнал',
    '3\u00a0сигнала',
    '5\u00a0сигналов',
    '11\u00a0сигналов',
    '22\u00a0сигнала',
    '1\u202f000\u00a0сигналов',
  ])
  expect([1, 2].map((count) => en.count(count, { one: 'signal', other: 'signals' }))).toEqual([
    '1\u00a0signal',
    '2\u00a0signals',
  ])
})

test('a measured value of unknown size keeps what matters of it', () => {
  const values = [0, -0.55, 12, 116_402, 46_793.62, -69_608.4, 1.5e-7, -2.5e12, 0.001]
  expect(values.map((value) => en.measure(value))).toEqual([
    '0',
    '\u22120.550',
    '12',
    '116,402',
    '46,793.6',
    '\u221269,608.4',
    '1.50·10⁻⁷',
    '\u22122.50·10¹²',
    '0.001',
  ])
  expect(ru.measure(46_793.62)).toBe('46\u202f793,6')
})

test('a moment may be said to the millisecond, or with its date', () => {
  const at = Date.parse('2026-11-22T03:14:03.007Z')
  expect([en.instant(at), ru.instant(at)]).toEqual(['03:14:03.007', '03:14:03,007'])
  expect([en.stamp(at), ru.stamp(at)]).toEqual(['22 Nov 2026, 03:14:03', '22 ноя 2026, 03:14:03'])
})

test('the first days of a month have one digit, as in the charts', () => {
  const at = Date.parse('2026-11-03T03:14:03Z')
  expect([ru.date(at), en.date(at), ru.moment(at, now)]).toEqual(['3 ноя 2026', '3 Nov 2026', '3 ноя, 03:14'])
})

test('a zone that does not exist is refused', () => {
  for (const language of LANGUAGES) expect(() => makeFormat(language, 'Mars/Olympus')).toThrow(RangeError)
})
