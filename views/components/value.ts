import type { SignalView } from '../../actors/exhauster/schema.ts'
import { html, type Html } from '../html.ts'
import type { View } from '../view.ts'

/** A number as text, or a dash where there is none. */
export const figure = ({ format }: View, value: number | null, digits: number): string =>
  value === null ? '—' : format.number(value, digits)

/** The unit in the reader's language. */
export const unitName = ({ text }: View, unit: string, short = false): string =>
  (short && text.shortUnits[unit]) || text.units[unit] || unit

/** What the constants of the plant say of a value that is neither in doubt nor in alarm already. */
export const adviceOf = ({ status, quality, misconfigured, advice }: SignalView): SignalView['advice'] =>
  status === 'ok' && quality === 'good' && misconfigured.length === 0 ? advice : null

/** The attributes by which a signal's place takes its colours: status for the machine, quality for the instrument, advice for neither. */
export function tones(signal: SignalView): Html {
  const quality = signal.quality === 'good' && signal.misconfigured.length > 0 ? 'misconfigured' : signal.quality
  const advice = adviceOf(signal)
  return html`data-status="${signal.status}"${quality !== 'good' && html` data-quality="${quality}"`}${advice && html` data-advice="${advice}"`}`
}
