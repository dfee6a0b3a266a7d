import { plant } from './plant.ts'
import { DAY } from './story.ts'
import { KEY_END, KEY_START, momentOf } from './wire.ts'

/** What the tests look at: frames of one plant by the minute, parsed. */
export type Values = Record<string, number>

export const SEED = 1
export const OPENING = Date.UTC(2026, 10, 22, 16)
const MINUTE = 60_000

export const keyOf = (code: string): string => `${KEY_START}${code}${KEY_END}`

/** A value of a frame; not a number where the key was dropped. */
export const valueIn = (frame: Values, code: string): number => frame[keyOf(code)] ?? NaN

/** The day of the story at which a frame is; live frames begin on day 7. */
export const dayOf = (frame: Values): number => 7 + (momentOf(`{"moment":"${frame['moment']}"}`)! - OPENING) / DAY

/** The texts of some days of the story; null is a gap. */
export function texts(seed: number, from: number, to: number, period = MINUTE): (string | null)[] {
  const frameAt = plant(seed, OPENING)
  const start = OPENING + (from - 7) * DAY
  return Array.from({ length: Math.round(((to - from) * DAY) / period) }, (_, i) => frameAt(start + i * period))
}

export const minutes = (from: number, to: number): (Values | null)[] =>
  texts(SEED, from, to).map((text) => (text === null ? null : JSON.parse(text)))

/** The week before the opening, a minute each. */
export const week: readonly (Values | null)[] = minutes(0, 7)
