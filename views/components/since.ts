import { html, type Html } from '../html.ts'
import type { View } from '../view.ts'

/** Which clock an age belongs to: only one on the wall clock goes on by itself in the browser. */
export type AgeClock = 'live' | 'replay'

/** How long ago a moment was, counted on by the browser. `at` is ISO 8601; `now` is the clock that the age is measured on. */
export function since(view: View, at: string, clock: AgeClock, now: number): Html {
  const age = view.format.duration(now - Date.parse(at))
  return html`<time
    datetime="${at}"
    title="${view.format.moment(Date.parse(at), now)}"
    ${clock === 'live' && html` data-since`}
    >${age}</time
  >`
}
