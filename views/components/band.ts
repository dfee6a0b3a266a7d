import { html, type Html } from '../html.ts'

/** A run of one state; null: nothing is known of it. Epoch ms. */
export interface Run {
  readonly from: number
  readonly to: number
  readonly status: 'up' | 'down' | null
}

const WIDTH = 1000

/** Two states over time as runs: up above, down below, nothing hatched. */
export function band(runs: readonly Run[], from: number, to: number, label: string): Html {
  const x = (at: number) => Math.round(((at - from) / Math.max(1, to - from)) * WIDTH * 10) / 10
  return html`<svg class="band" viewBox="0 0 ${WIDTH} 44" preserveAspectRatio="none" role="img" aria-label="${label}">
    <defs>
      <pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <path class="hatch-line" d="M0 0v8" />
      </pattern>
    </defs>
    ${runs.map(({ from: begin, to: end, status }) => {
      const width = Math.max(0.5, Math.round((x(end) - x(begin)) * 10) / 10)
      if (status === null) return html`<rect class="none" x="${x(begin)}" width="${width}" height="44" />`
      return html`<rect
        class="${status}"
        x="${x(begin)}"
        y="${status === 'up' ? 0 : 24}"
        width="${width}"
        height="20"
      />`
    })}
  </svg>`
}
