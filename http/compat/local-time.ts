import { parseTime } from '../time.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Quarters of an hour of which the offset is remembered: those of some days. */
const MOST_KEPT = 1024
/** Length of `2026-11-22T10:00`: before it a space or a hyphen is no zone. */
const BEHIND_MINUTES = 16
const HAS_ZONE = /(?:[zZ]|[+-]\d{2}:?(?:\d{2})?| \d{2}:?\d{2})$/
/** Offsets change at whole multiples of it only. */
const STEP_MS = HOUR_MS / 4

/**
 * Reads times that may carry no zone as those of an IANA zone. In the hour that a clock goes through twice, the reading that is
 * nearer to `nearMs` (epoch ms, ±Infinity for the later or the earlier) is taken; a time that the clock skips is read as if it had
 * not been put forward. NaN where the text is no ISO 8601 time.
 */
export function localTimes(timeZone: string): (text: string, nearMs: number) => number {
  if (timeZone === 'UTC') return parseTime
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const kept = new Map<number, number>()

  /** What the zone's clocks are ahead of UTC at this moment, ms. */
  function offsetAt(utcMs: number): number {
    const quarter = Math.floor(utcMs / STEP_MS)
    const known = kept.get(quarter)
    if (known !== undefined) return known
    const moment = quarter * STEP_MS
    const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, value]))
    const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year)
    const local = new Date(0)
    local.setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day))
    local.setUTCHours(Number(parts.hour), Number(parts.minute), Number(parts.second))
    const offset = local.getTime() - moment
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(quarter, offset)
    return offset
  }

  return (text, nearMs) => {
    const asUtc = parseTime(text)
    if (Number.isNaN(asUtc) || HAS_ZONE.test(text.slice(BEHIND_MINUTES))) return asUtc
    // A change of the offset lies between a day before and a day after, or nowhere near.
    const [before, after] = [offsetAt(asUtc - DAY_MS), offsetAt(asUtc + DAY_MS)]
    const readings = [asUtc - before, asUtc - after].filter((utc) => asUtc - offsetAt(utc) === utc)
    if (readings.length === 0) return asUtc - before
    const [first, last] = [Math.min(...readings), Math.max(...readings)]
    if (nearMs === Infinity) return last
    return nearMs === -Infinity || nearMs - first <= last - nearMs ? first : last
  }
}
