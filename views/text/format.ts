import type { Language, Plural, Text } from './catalogue.ts'
import { en } from './en.ts'
import { ru } from './ru.ts'

const NO_BREAK = '\u00a0'
const MINUS = '\u2212'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const TEXTS: Readonly<Record<Language, Text>> = { en, ru }

/** How numbers and times look in one language and one time zone. Times are epoch ms. */
export interface Format {
  /** With `digits` after the point, rounded, grouped in thousands; never −0. */
  number(value: number, digits: number): string
  /** The number with as many of at most two digits after the point as it has: for limits. */
  limit(value: number): string
  /** The number with all the digits that somebody has given it: for settings, where 0.001 is not 0. */
  exact(value: number): string
  /** A measured value of unknown size: three digits after the point, fewer for a large one, a power of ten for a tiny or huge one. */
  measure(value: number): string
  /** The two largest units: `38 s`, `47 min`, `3 h 12 min`, `9 d 18 h`. A negative one counts as 0. */
  duration(ms: number): string
  /** Whole days: `23 d`. */
  days(count: number): string
  /** `03:14:03` */
  clock(at: number): string
  /** `03:14:03.412` */
  instant(at: number): string
  /** `22 Nov 2026, 03:12:41` */
  stamp(at: number): string
  /** `03:02`; with the day when it is not today's; with the year when it is not this one. */
  moment(at: number, now: number): string
  /** `19 Nov 2026` */
  date(at: number): string
  /** The number and its noun: `3 signals`. */
  count(count: number, noun: Plural): string
}

/** One number as both languages write it, differing in the two signs only. */
function writeNumber(value: number, digits: number, signs: { decimal: string; thousands: string }): string {
  const [whole = '', fraction] = Math.abs(value).toFixed(digits).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, signs.thousands)
  const written = fraction === undefined ? grouped : grouped + signs.decimal + fraction
  return value < 0 && /[1-9]/.test(written) ? MINUS + written : written
}

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹'

function writeMeasure(value: number, signs: { decimal: string; thousands: string }): string {
  const size = Math.abs(value)
  if (value === 0) return '0'
  if (size < 1e-3 || size >= 1e9) {
    const [mantissa = '', power = ''] = value.toExponential(2).split('e')
    const raised = power
      .replace(/[+-]/g, (sign) => (sign === '-' ? '⁻' : ''))
      .replace(/\d/g, (digit) => SUPERSCRIPT[Number(digit)]!)
    return `${writeNumber(Number(mantissa), 2, signs)}·10${raised}`
  }
  return writeNumber(value, Number.isInteger(value) ? 0 : size >= 1000 ? 1 : 3, signs)
}

function writeExact(value: number, signs: { decimal: string; thousands: string }): string {
  const [mantissa = '', power = ''] = value.toExponential().split('e')
  const digits = Math.max(0, (mantissa.split('.')[1] ?? '').length - Number(power))
  // Nobody counts so many zeros.
  return digits > 9 ? writeMeasure(value, signs) : writeNumber(value, digits, signs)
}

/** Makes the format of a language and an IANA time zone; throws a RangeError for a zone that does not exist. */
export function makeFormat(language: Language, timeZone: string): Format {
  const text = TEXTS[language]
  const plural = new Intl.PluralRules(language)
  const calendar = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })

  const read = (at: number) => {
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {}
    for (const { type, value } of calendar.formatToParts(at)) parts[type] = value
    const { year = '', month = '', day = '', hour = '', minute = '', second = '' } = parts
    return { year, month, day, hour, minute, second }
  }
  // Such a calendar writes the 3rd as 03.
  const writeDate = ({ day, month }: { day: string; month: string }) =>
    text.time.date({ day: String(Number(day)), month: text.time.months[Number(month) - 1] ?? month })
  const clock = (at: number) => {
    const { hour, minute, second } = read(at)
    return `${hour}:${minute}:${second}`
  }
  const date = (at: number) => {
    const then = read(at)
    return text.time.withYear({ date: writeDate(then), year: then.year })
  }
  const unit = (count: number, name: string) => `${count}${NO_BREAK}${name}`

  return {
    number: (value, digits) => writeNumber(value, digits, text.number),
    limit: (value) => writeNumber(value, decimalsOf(value), text.number),
    exact: (value) => writeExact(value, text.number),
    measure: (value) => writeMeasure(value, text.number),
    duration: (ms) => {
      const { second, minute, hour, day } = text.time
      const pair = (size: number, large: string, smallSize: number, small: string) => {
        const rest = Math.floor((ms % size) / smallSize)
        return unit(Math.floor(ms / size), large) + (rest > 0 ? ` ${unit(rest, small)}` : '')
      }
      if (!(ms > 0)) return unit(0, second)
      if (ms < 2 * MINUTE) return unit(Math.floor(ms / 1000), second)
      if (ms < HOUR) return unit(Math.floor(ms / MINUTE), minute)
      if (ms < DAY) return pair(HOUR, hour, MINUTE, minute)
      return pair(DAY, day, HOUR, hour)
    },
    days: (count) => unit(Math.max(0, Math.floor(count)), text.time.day),
    clock,
    instant: (at) => `${clock(at)}${text.number.decimal}${String(((at % 1000) + 1000) % 1000).padStart(3, '0')}`,
    stamp: (at) => text.time.dateAndTime({ date: date(at), time: clock(at) }),
    moment: (at, now) => {
      const then = read(at)
      const today = read(now)
      const time = `${then.hour}:${then.minute}`
      if (sameDay(then, today)) return time
      if (sameDay(then, read(now - DAY))) return text.time.dateAndTime({ date: text.time.yesterday, time })
      const date = writeDate(then)
      if (then.year === today.year) return text.time.dateAndTime({ date, time })
      return text.time.dateAndTime({ date: text.time.withYear({ date, year: then.year }), time })
    },
    date,
    count: (count, noun) => {
      const form = plural.select(count)
      const word = (form === 'one' && noun.one) || (form === 'few' && noun.few) || (form === 'many' && noun.many)
      return `${writeNumber(count, 0, text.number)}${NO_BREAK}${word || noun.other}`
    },
  }
}

const decimalsOf = (value: number): number => {
  const rounded = Math.round(value * 100) / 100
  return Number.isInteger(rounded) ? 0 : Number.isInteger(rounded * 10) ? 1 : 2
}

type Day = { readonly year: string; readonly month: string; readonly day: string }
const sameDay = (a: Day, b: Day) => a.day === b.day && a.month === b.month && a.year === b.year
