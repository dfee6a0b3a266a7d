import { Fault } from '../actors/runtime/index.ts'

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?(Z|z|[+-]\d{2}:?(?:\d{2})?| \d{2}:?\d{2})?)?$/

/**
 * Epoch milliseconds of an ISO 8601 time, or NaN. Without a zone it is UTC; digits past milliseconds are cut. A space before
 * the offset is a `+` that a query string has turned into one.
 */
export function parseTime(text: string): number {
  const match = ISO.exec(text)
  if (match === null) return NaN
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = match
  const utc = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, '0')}Z`)
  // Date.parse takes 30 February for 2 March; 24:00 is the end of its day.
  const within = utc - (hour === '24' ? 1 : 0)
  if (Number.isNaN(utc) || new Date(within).getUTCDate() !== Number(day)) return NaN
  if (zone === 'Z' || zone === 'z') return utc
  const digits = zone.replace(/\D/g, '')
  const hours = Number(digits.slice(0, 2))
  const minutes = Number(digits.slice(2) || 0)
  if (hours > 23 || minutes > 59) return NaN
  const offsetMs = (hours * 60 + minutes) * 60_000
  return zone.startsWith('-') ? utc + offsetMs : utc - offsetMs
}

/** The time in a parameter; fault VALIDATION with its name when it is none. */
export function timeOf(text: string, name: string): number {
  const ms = parseTime(text)
  if (Number.isNaN(ms)) {
    throw new Fault('VALIDATION', `${name} is not an ISO 8601 time.`, {
      errors: [{ path: `/${name}`, message: 'Expected an ISO 8601 time such as 2026-11-22T10:00:00Z' }],
    })
  }
  return ms
}

export const isoTime = (ms: number): string => new Date(ms).toISOString()
