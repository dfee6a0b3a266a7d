import type { Status } from '../../actors/exhauster/schema.ts'
import { html, type Html } from '../html.ts'
import type { Sparkline } from '../pages/model.ts'

const WIDTH = 200
const HEIGHT = 32

const round = (value: number) => Math.round(value * 10) / 10

/** The shape of a signal over time, with the limits as dashes. A gap stays a gap. */
export function spark(line: Sparkline, status: Status, limits: { warning: number; alarm: number }): Html {
  const top = Math.max(8, limits.alarm * 1.125)
  const y = (value: number) => round(HEIGHT - (Math.min(value, top) / top) * HEIGHT)
  const x = (index: number) => round((index / Math.max(1, line.values.length - 1)) * WIDTH)

  let path = ''
  let drawing = false
  let last: string | null = null
  for (const [index, value] of line.values.entries()) {
    if (value === null) {
      drawing = false
      continue
    }
    last = `${x(index)} ${y(value)}`
    path += `${drawing ? 'L' : 'M'}${last}`
    // A lone point between two gaps would have no length to draw.
    if (!drawing && (line.values[index + 1] ?? null) === null) path += 'h.01'
    drawing = true
  }
  return html`<svg
    class="spark"
    data-status="${status}"
    viewBox="0 0 ${WIDTH} ${HEIGHT}"
    preserveAspectRatio="none"
    aria-hidden="true"
  >
    <path class="limit" d="M0 ${y(limits.warning)}H${WIDTH}" />
    <path class="limit" d="M0 ${y(limits.alarm)}H${WIDTH}" />
    ${path && html`<path class="line" d="${path}" />`}${last && html`<path class="last" d="M${last}h.01" />`}
  </svg>`
}
