import { parseTime } from '../../time.ts'

const clocks = new Map<string, Intl.DateTimeFormat>()

/** What a clock in the zone shows at that moment, read as if it were UTC; epoch ms, whole seconds. */
function shown(at: number, timeZone: string): number {
  let clock = clocks.get(timeZone)
  if (!clock) {
    // Swedish writes a moment as ISO 8601 does.
    clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
    clocks.set(timeZone, clock)
  }
  return Date.parse(`${clock.format(at).replace(' ', 'T')}Z`)
}

/**
 * Epoch ms of an ISO 8601 time, or NaN. One without a zone stands on a clock in `timeZone` (IANA); where that clock shows it twice or
 * never, at a change of summer time, one of the two moments beside it is taken.
 */
export function timeInZone(text: string, timeZone: string): number {
  const asUtc = parseTime(text)
  if (Number.isNaN(asUtc) || /(?:z|[+-]\d{2}:?\d{0,2}| \d{2}:?\d{2})$/i.test(text.slice(10))) return asUtc
  const guess = asUtc - (shown(asUtc, timeZone) - asUtc)
  return guess - (shown(guess, timeZone) - asUtc)
}
