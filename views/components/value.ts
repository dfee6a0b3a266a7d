import type { SignalView } from '../../actors/exhauster/schema.ts'
import { html, type Html } from '../html.ts'
import type { View } from '../view.ts'

/** A number as text, or a dash where there is none. */
export const figure = ({ format }: View, value: number | null, digits: number): string =>
  value === null ? '—' : format.number(value, digits)

/** The unit in the reader's language. */
export const unitName = ({ text }: View, unit: string, short = false): string =>
  (short && text.shortUnits[unit]) || text.units[unit] || unit

/** The attributes by which a signal's place takes its colours: status for the machine, quality for the instrument, advice for neither. */
export function tones(signal: SignalView): Html {
  const bad = signal.quality !== 'good' || signal.misconfigured.length > 0
  const quality = signal.quality === 'good' ? 'misconfigured' : signal.quality
  const status = html` data-status="${signal.status}"`
  if (bad) return html`${status} data-quality="${quality}"`
  return signal.advice === null ? status : html`${status} data-advice="${signal.advice}"`
}
