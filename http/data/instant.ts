import { parseTime } from '../time.ts'

const ZERO = 48
/** Days before each month in a year that is no leap year. */
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const
const DAY_MS = 86_400_000
/** As long as `2026-11-22T10:00:00.000Z`. */
export const PLAIN_LENGTH = 24
const [MINUS, T, COLON, POINT, Z] = [0x2d, 0x54, 0x3a, 0x2e, 0x5a]

const plain = new Uint8Array(PLAIN_LENGTH)

/** As {@link parseTime}, which it leaves all to but the usual form: see {@link plainInstant}. */
export function instantOf(text: string): number {
  if (text.length !== PLAIN_LENGTH) return parseTime(text)
  for (let i = 0; i < PLAIN_LENGTH; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return NaN
    plain[i] = code
  }
  const at = plainInstant(plain, 0)
  return Number.isNaN(at) ? parseTime(text) : at
}

/**
 * The time that stands in ASCII from `at` on in the form `2026-11-22T10:00:00.000Z`, from 1970 on; NaN for any other. Regular expression
 * and `Date.parse` cost ten times as much, and a batch has a time in each of its thousand readings.
 */
export function plainInstant(text: Uint8Array, at: number): number {
  const isForm =
    text[at + 4] === MINUS &&
    text[at + 7] === MINUS &&
    text[at + 10] === T &&
    text[at + 13] === COLON &&
    text[at + 16] === COLON &&
    text[at + 19] === POINT &&
    text[at + 23] === Z
  if (!isForm) return NaN
  const day = dayAt(text, at)
  const hour = two(text, at + 11)
  const minute = two(text, at + 14)
  const second = two(text, at + 17)
  const ms = 10 * two(text, at + 20) + (two(text, at + 21) % 10)
  // NaN fails each comparison.
  if (!(hour < 24 && minute < 60 && second < 60 && ms >= 0 && ms < 1000)) return NaN
  return day + ((hour * 60 + minute) * 60 + second) * 1000 + ms
}

/** The day that was asked for last, by the codes of its ten characters: of most batches all readings have the same. */
const lastDay = new Uint8Array(10)
let lastDayMs = NaN

/** Where the day `2026-11-22` begins, epoch ms; NaN for what is none. */
function dayAt(text: Uint8Array, at: number): number {
  let place = 0
  while (place < 10 && text[at + place] === lastDay[place]) place++
  if (place === 10) return lastDayMs
  const year = 100 * two(text, at) + two(text, at + 2)
  const month = two(text, at + 5)
  const day = two(text, at + 8)
  // Days after the 28th depend on the month: those are for the other one.
  if (!(year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= 28)) return NaN
  const leapDays = Math.floor((year - 1969) / 4) - Math.floor((year - 1901) / 100) + Math.floor((year - 1601) / 400)
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  const days = (year - 1970) * 365 + leapDays + DAYS_BEFORE[month - 1]! + (isLeap && month > 2 ? 1 : 0) + day - 1
  for (let i = 0; i < 10; i++) lastDay[i] = text[at + i]!
  return (lastDayMs = days * DAY_MS)
}

/** Two digits as a number; NaN when they are none. */
function two(text: Uint8Array, at: number): number {
  const tens = text[at]! - ZERO
  const ones = text[at + 1]! - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : NaN
}
