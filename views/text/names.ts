import type { Text } from './catalogue.ts'
import { AXES, type Axis } from './catalogue.ts'

/** `f-171` → `Ф-171` or `F-171`: the name changes its script with the language. */
export const machineName = (text: Text, id: string): string =>
  (text.names.prefix[id.charAt(0)] ?? id.charAt(0)) + id.slice(1)

/** What a signal's key stands for: a bearing's temperature or vibration, or nothing of a bearing. */
export function bearingOf(key: string): { bearing: number; axis: Axis | null } | null {
  const found = /^bearing_(\d)\.(temperature|vibration_(\w+))$/.exec(key)
  if (!found) return null
  return { bearing: Number(found[1]), axis: AXES.find((axis) => axis === found[3]) ?? null }
}

/** `Bearing 8: vertical vibration`, or the whole name of another signal; an unknown key stands for itself. */
export function signalName(text: Text, key: string): string {
  const place = bearingOf(key)
  if (!place) return text.names.signal[key] ?? key
  const number = String(place.bearing)
  return `${text.names.bearing({ number })}: ${place.axis ? text.names.vibration[place.axis] : text.names.temperature}`
}

/** `Brg 8, V`: for a line with little room. */
export function signalShortName(text: Text, key: string): string {
  const place = bearingOf(key)
  if (!place) return text.names.signal[key] ?? key
  const number = String(place.bearing)
  return `${text.names.bearingShort({ number })}, ${place.axis ? text.names.axis[place.axis] : 'T'}`
}
