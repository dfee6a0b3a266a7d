import { html, type Content, type Html } from '../html.ts'
import type { View } from '../view.ts'
import { timeTicks, valueTicks } from './ticks.ts'

/** One line of a chart; ascending by time, epoch ms. */
export interface PlotLine {
  readonly name: string
  readonly points: readonly (readonly [at: number, value: number])[]
}

export interface Plot {
  /** What the picture shows, for whoever does not see it. */
  readonly label: string
  /** Epoch ms. */
  readonly from: number
  readonly to: number
  /** Points further apart than this are not joined: a gap stays a gap. */
  readonly gapMs: number
  /** At most six: there are no more colours and dashes to tell them apart. */
  readonly lines: readonly PlotLine[]
  /** A single line from 0 up, with its area filled. */
  readonly area?: boolean
  readonly height?: number
}

const WIDTH = 820
const TOP = 12
const BOTTOM = 30
const RIGHT = 12
const DIGIT = 6.5

const round = (value: number) => Math.round(value * 10) / 10

/** Lines over time, drawn by the server: grid, axes, and what lies between. */
export function plot(view: View, { label, from, to, gapMs, lines, area = false, height = 262 }: Plot): Html {
  let low = area ? 0 : Infinity
  let high = -Infinity
  for (const { points } of lines) {
    for (const [, value] of points) {
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  if (!(high >= low)) [low, high] = [0, 1]
  const values = valueTicks(low, high, (value, digits) => view.format.number(value, digits))
  const left = 14 + Math.max(...values.ticks.map(({ words }) => words.length)) * DIGIT
  const floor = height - BOTTOM
  const x = (at: number) => round(left + ((at - from) / Math.max(1, to - from)) * (WIDTH - RIGHT - left))
  const y = (value: number) => round(floor - ((value - values.low) / (values.high - values.low)) * (floor - TOP))

  return html`<div class="plot-wrap" tabindex="0" role="group" aria-label="${label}">
    <svg class="plot" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">
      ${values.ticks.map(({ value }) => html`<path class="grid-line" d="M${round(left)} ${y(value)}H${WIDTH - RIGHT}" />`)}
      <g class="near">
        ${values.ticks.map(({ value, words }) => html`<text x="${round(left - 8)}" y="${y(value) + 4}" text-anchor="end">${words}</text>`)}
      </g>
      <path class="axis" d="M${round(left)} ${TOP - 6}V${floor}H${WIDTH - RIGHT}" />
      ${timeTicks(view, from, to).map(({ at, words, anchor }) => html`<text x="${x(at)}" y="${floor + 18}" text-anchor="${anchor}">${words}</text>`)}
      ${lines.map(({ points }, index) => stroke(points, index + 1))}
      <g class="far">
        ${values.ticks.map(({ value, words }) => html`<text x="${WIDTH - RIGHT}" y="${Math.max(13, y(value) - 4)}" text-anchor="end">${words}</text>`)}
      </g>
    </svg>
  </div>`

  function stroke(points: PlotLine['points'], number: number): Content {
    const runs = runsOf(points, gapMs)
    const path = (run: PlotLine['points']) =>
      run.map(([at, value], index) => `${index === 0 ? 'M' : 'L'}${x(at)} ${y(value)}`).join('')
    const filled = area && runs.map((run) => `${path(run)}L${x(run.at(-1)![0])} ${floor}L${x(run[0]![0])} ${floor}z`)
    const long = runs.filter((run) => run.length > 1)
    // A lone point between two gaps has no length: it is a dot, or nobody sees it.
    const lone = runs.filter((run) => run.length === 1)
    return html`${filled && html`<path class="area" d="${filled.join('')}" />`}<path
        class="line s${number}"
        d="${long.map(path).join('')}"
      />${lone.length > 0 && html`<path class="line dot s${number}" d="${lone.map((run) => `${path(run)}h.01`).join('')}" />`}`
  }
}

/** The points in runs without a gap. */
function runsOf(points: PlotLine['points'], gapMs: number): PlotLine['points'][] {
  const runs: [number, number][][] = []
  let last = -Infinity
  for (const [at, value] of points) {
    if (runs.length === 0 || at - last > gapMs) runs.push([])
    runs.at(-1)!.push([at, value])
    last = at
  }
  return runs
}

/** The colour and dash of a chart's line, for its legend. */
export const plotKey = (number: number): Html =>
  html`<svg class="key" viewBox="0 0 24 10" aria-hidden="true"><path class="line s${number}" d="M0 5h24" /></svg>`
