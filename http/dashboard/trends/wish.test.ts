import { expect, test } from 'bun:test'
import { addressOf, shifted } from '../../../views/pages/trends/address.ts'
import { stepOf } from '../../../views/pages/trends/model.ts'
import { wishOf } from './wish.ts'
import { timeInZone } from './zone-time.ts'

const PRESENT = Date.parse('2026-11-22T03:14:03Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR
const read = (query: string, timeZone = 'UTC') => wishOf(new URLSearchParams(query), { present: PRESENT, timeZone })

test('an address without a choice asks for the last twelve hours, and goes on with them', () => {
  const { wish, problem } = read('')
  expect(wish).toMatchObject({
    mode: 'span',
    follow: true,
    from: PRESENT - 12 * HOUR,
    to: PRESENT,
    signals: [],
    zoom: null,
  })
  expect([problem, stepOf(wish), addressOf(wish)]).toEqual([null, 60, '/dashboard/trends'])
})

test('what a form without a script sends is read on the clock of the plant', () => {
  const { wish } = read(
    'mode=span&from=2026-11-21T15:14&length=3&unit=d&step=&signal=f-171/bearing_8.temperature',
    'Asia/Tomsk',
  )
  expect(wish).toMatchObject({ follow: false, from: Date.parse('2026-11-21T08:14:00Z'), step: null })
  expect(wish.to - wish.from).toBe(3 * DAY)
  expect(wish.signals).toEqual([{ exhauster: 'f-171', key: 'bearing_8.temperature' }])
})

test('an address says again all that was read from one', () => {
  for (const query of [
    'signal=f-171/bearing_8.temperature&signal=u-171/oil.oil_level&length=90&unit=min&step=60',
    'signal=x-172/work.is_working&from=2026-11-01T00:00:00.000Z&length=31&unit=d&step=43200',
    'mode=range&from=2026-11-20T00:00:00.000Z&to=2026-11-21T00:00:00.000Z&zoom=1795140000-1795150000',
  ]) {
    const { wish, problem } = read(query)
    expect([problem, addressOf(wish)]).toEqual([null, `/dashboard/trends?${query}`])
  }
})

test('a step that the interval may not have is not obeyed', () => {
  expect(read('length=12&unit=h&step=86400').wish.step).toBeNull()
  expect(read('length=31&unit=d&step=60').wish.step).toBeNull()
  expect(read('length=31&unit=d&step=86400').wish.step).toBe(86_400)
})

test('what makes no sense is named, and the usual is shown', () => {
  const many = Array.from(
    { length: 17 },
    (_, i) => `signal=${i < 9 ? 'f' : 'x'}-171/bearing_${(i % 9) + 1}.temperature`,
  )
  for (const [query, problem] of [
    ['from=yesterday', 'time'],
    ['mode=range&from=2026-11-21T00:00:00Z&to=2026-11-20T00:00:00Z', 'order'],
    ['mode=range&from=2026-01-01T00:00:00Z&to=2026-11-20T00:00:00Z', 'length'],
    ['length=0', 'length'],
    ['length=-5', 'length'],
    ['length=1e999&unit=d', 'length'],
    ['length=32&unit=d', 'length'],
    ['signal=f-171/bearing_10.temperature', 'unknown'],
    ['signal=g-171/bearing_1.temperature', 'unknown'],
    ['signal=__proto__', 'unknown'],
    [many.join('&'), 'many'],
  ] as const) {
    const found = read(query)
    expect([query, found.problem]).toEqual([query, problem])
    expect([query, found.wish.to - found.wish.from]).toEqual([query, 12 * HOUR])
    expect(found.wish.signals.length).toBeLessThanOrEqual(16)
  }
})

test('a zoom beyond the interval, or shorter than any, is none', () => {
  const within = (zoom: string) =>
    read(`mode=range&from=2026-11-20T00:00:00Z&to=2026-11-21T00:00:00Z&zoom=${zoom}`).wish.zoom
  expect(within('1795140000-1795150000')).toEqual({ from: 1_795_140_000_000, to: 1_795_150_000_000 })
  for (const wrong of ['1-2', '1795150000-1795140000', '1795140000-1795140010', 'a-b', ''])
    expect(within(wrong)).toBeNull()
})

test('a shift moves the interval by its length, and follows the present when it comes near', () => {
  const { wish } = read('')
  const back = shifted(wish, -1, PRESENT)
  expect([back.to, back.follow]).toEqual([wish.from, false])
  expect(shifted(back, 1, PRESENT + 60_000)).toMatchObject({ follow: true, to: PRESENT + 60_000 })
})

test('a moment on a clock of the zone, with and without summer time; one with an offset keeps it', () => {
  const iso = (text: string, zone: string) => new Date(timeInZone(text, zone)).toISOString()
  expect(iso('2026-11-22T03:14', 'Asia/Tomsk')).toBe('2026-11-21T20:14:00.000Z')
  expect(iso('2026-07-01T12:00', 'Europe/Berlin')).toBe('2026-07-01T10:00:00.000Z')
  expect(iso('2026-03-29T03:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z')
  expect(iso('2026-11-22T03:14:00+05:00', 'Asia/Tomsk')).toBe('2026-11-21T22:14:00.000Z')
  expect(timeInZone('soon', 'UTC')).toBeNaN()
})
