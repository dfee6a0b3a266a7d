import type { Cause, ExhausterDocument } from '../../actors/exhauster/schema.ts'
import { gaugeOf } from '../plant/gauge.ts'
import { signalShortName } from '../text/names.ts'
import type { View } from '../view.ts'
import { figure, unitName } from './value.ts'

/** `7.42 mm/s`; nothing for a cause without a value. */
export function causeValue(view: View, { signals }: ExhausterDocument, cause: Cause): string {
  if (cause.value === null) return ''
  const unit = unitName(view, signals[cause.signal]?.unit ?? '')
  return `${figure(view, cause.value, gaugeOf(cause.signal).digits)}${unit && `\u00a0${unit}`}`
}

/** `Brg 8, V 7.42 mm/s`: one cause in a line. */
export const causeLine = (view: View, document: ExhausterDocument, cause: Cause): string =>
  `${signalShortName(view.text, cause.signal)} ${causeValue(view, document, cause)}`.trimEnd()

/** `Brg 8, V 7.42, limit 7.1`: a cause where its unit stands beside it already, in the matrix. */
export function causeWithLimit(view: View, cause: Cause): string {
  const { text, format } = view
  const value = cause.value === null ? '' : ` ${format.number(cause.value, gaugeOf(cause.signal).digits)}`
  const limit = cause.limit === null ? '' : `, ${text.cause.limit({ limit: format.limit(cause.limit) })}`
  return signalShortName(text, cause.signal) + value + limit
}
