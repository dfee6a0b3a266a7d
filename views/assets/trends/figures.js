import { settings, timeZone } from './settings.js'

const { signs, words, months } = settings

/** A number as the server writes it. */
export function number(value, digits) {
  if (value === null || value === undefined) return '—'
  const [whole, fraction] = Math.abs(value).toFixed(digits).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, signs.thousands)
  const written = fraction === undefined ? grouped : grouped + signs.decimal + fraction
  return value < 0 && /[1-9]/.test(written) ? `\u2212${written}` : written
}

/** A value of a unit; one without is a bit. */
export function figure(value, unit, digits) {
  if (unit !== '' || value === null || value === undefined) return number(value, digits)
  return value >= 0.5 ? words.on : words.off
}

/** How many digits after the point it takes to write a number whole: 1 for 2.5. */
export function digitsOf(value) {
  let digits = 0
  while (Number(value.toFixed(digits)) !== value) digits++
  return digits
}

/** With as many of at most two digits after the point as it has; a dash for none. */
export function limit(value) {
  if (value === undefined) return number(null)
  const hundredths = Math.round(value * 100)
  return number(value, hundredths % 100 === 0 ? 0 : hundredths % 10 === 0 ? 1 : 2)
}

// Swedish writes a moment as ISO 8601 does.
const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })

/** `03:14` */
export const time = (at) => clock.format(at).slice(11, 16)

/** `22 Nov` */
export function day(at) {
  const [, month, date] = clock.format(at).slice(0, 10).split('-')
  return `${Number(date)} ${months[month - 1]}`
}

/** `22 Nov, 03:14` */
export const stamp = (at) => `${day(at)}, ${time(at)}`

/** What a `datetime-local` field holds for a moment, and the moment of what it holds (NaN for nothing). */
export const toField = (at) => clock.format(at).slice(0, 16).replace(' ', 'T')
export function fromField(text) {
  const asUtc = Date.parse(`${text}Z`)
  if (Number.isNaN(asUtc)) return NaN
  const shown = (at) => Date.parse(`${clock.format(at).replace(' ', 'T')}Z`)
  const guess = asUtc - (shown(asUtc) - asUtc)
  return guess - (shown(guess) - asUtc)
}

/** A step in words: `10 min`, `24 h`. */
export const stepName = (seconds) =>
  seconds < 3600 ? `${seconds / 60}\u00a0${words.minute}` : `${seconds / 3600}\u00a0${words.hour}`

/** A phrase of the catalogue with its places filled. */
export const fill = (phrase, parts) => phrase.replace(/\{(\w+)\}/g, (_, name) => parts[name])
