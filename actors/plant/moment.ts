const MOMENT = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:([Zz])|([+-])(\d\d):?(\d\d))?$/

/**
 * Epoch ms of a frame's `moment`, or undefined when it is none: `2022-12-30T05:59:25.16886`, with any number of fraction digits (those
 * past milliseconds are cut, not rounded) or without; a time without a zone is UTC. A day that no calendar has is no moment.
 */
export function readMoment(text: unknown): number | undefined {
  const match = typeof text === 'string' ? MOMENT.exec(text) : null
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', , sign, offsetHours = '0', offsetMinutes = '0'] =
    match
  const fields = [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)] as const
  const utc = new Date(Date.UTC(...fields, Number(fraction.slice(0, 3).padEnd(3, '0'))))
  // Date.UTC carries 31 February into March and year 99 into 1999; a moment that does not come back was none.
  const back = [
    utc.getUTCFullYear(),
    utc.getUTCMonth(),
    utc.getUTCDate(),
    utc.getUTCHours(),
    utc.getUTCMinutes(),
    utc.getUTCSeconds(),
  ]
  if (back.some((field, i) => field !== fields[i]) || Number(offsetHours) > 14 || Number(offsetMinutes) > 59)
    return undefined
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000
  const moment = utc.getTime() - (sign === '-' ? -offsetMs : offsetMs)
  return moment > 0 ? moment : undefined
}
