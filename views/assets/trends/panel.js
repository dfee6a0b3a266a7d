import { day, digitsOf, figure, number, stamp, time } from './figures.js'
import { gapsOf } from './grid.js'
import { lookOf, palette } from './palette.js'
import { settings, timeZone } from './settings.js'
import { merged, paintGround, writeEdges } from './zones.js'

const { unitNames, words } = settings
const AXIS = 52
const LIMITS = 40
const SYNC = uPlot.sync('trends')
/** A scale begins at zero where the least value is not above this share of it. */
const NEAR_ZERO = 0.35
/** A hand that trembles selects nothing. */
export const LEAST_PX = 6

/**
 * The chart of one unit. `shown` gives what there is to draw when it is asked for: `{grid, view, lines, area}`, a line being
 * `{name, title, short, digits, look, limits, min, mean, max}`. `heard` is told of the pointer: `cursor(index)`, `select(view)`, `reset()`.
 */
export function createPanel(unit, { shown, heard, last }) {
  const root = document.createElement('div')
  root.className = 'panel'
  const head = root.appendChild(document.createElement('p'))
  head.className = 'panel-unit'
  head.textContent = unit === '' ? `${words.on} / ${words.off}` : (unitNames[unit] ?? unit)
  const digital = unit === ''
  const readout = document.createElement('div')
  readout.className = 'readout'
  readout.hidden = true
  let edges = { bands: null, edges: [] }
  let gaps = []
  let plot

  const options = ({ width, height }, { lines, area }) => ({
    width,
    height,
    ms: 1,
    tzDate: (at) => uPlot.tzDate(new Date(at), timeZone),
    padding: [6, LIMITS, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: area, y: false, setScale: false, dist: LEAST_PX },
      sync: {
        key: SYNC.key,
        setSeries: false,
        filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave' },
      },
      points: { show: (u, index) => u.series[index].label && uPlotPoint(u, index) },
      bind: { dblclick: () => () => heard.reset() },
    },
    scales: {
      x: { time: true, range: () => [shown().view.from, shown().view.to] },
      y: { range: (_, min, max) => rangeOf(min, max, edges.edges, digital) },
    },
    axes: [timeAxis(last), valueAxis(digital)],
    series: [{}, ...lines.flatMap((line) => seriesOf(line, digital))],
    bands: lines.map(({ look }, index) => ({ series: [3 * index + 3, 3 * index + 2], fill: faint(look.color) })),
    hooks: {
      drawClear: [(u) => paintGround(u, edges, gaps)],
      draw: [(u) => writeEdges(u, edges)],
      setCursor: [(u) => heard.cursor(u.cursor.left < 0 ? null : (u.cursor.idx ?? null))],
      setSelect: [
        (u) => {
          const { left, width } = u.select
          if (width < LEAST_PX) return
          u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          heard.select({ from: u.posToVal(left, 'x'), to: u.posToVal(left + width, 'x') })
        },
      ],
    },
  })

  return {
    root,
    unit,
    /** Draws anew: all of it when the lines, the size or the theme are others, the data alone otherwise. */
    draw({ width, height, whole }) {
      const { grid, lines } = shown(unit)
      // A line without a value has no say in what the limits of the others are.
      const present = lines.filter(({ mean }) => mean.some((value) => value !== null))
      edges = merged((present.length > 0 ? present : lines).map(({ limits }) => limits))
      gaps = gapsOf(grid, lines)
      root.setAttribute('aria-label', lines.map(({ title }) => title).join('; '))
      const data = [grid.times, ...lines.flatMap(({ mean, min, max }) => [mean, min, max])]
      if (plot && !whole) {
        if (plot.width !== width || plot.height !== height) plot.setSize({ width, height })
        return plot.setData(data)
      }
      plot?.destroy()
      plot = new uPlot(options({ width, height }, shown(unit)), data, root)
      plot.over.append(readout)
    },
    gaps: () => gaps,
    get plot() {
      return plot
    },
    /** Says the values of a step beside the cursor. */
    say(index, withTime) {
      const { grid, lines } = shown(unit)
      if (index === null || grid.times[index] === undefined) return void (readout.hidden = true)
      const head = Object.assign(document.createElement('b'), { textContent: stamp(grid.times[index]) })
      const rows = lines.map(({ short, mean, digits, look }) => {
        const row = document.createElement('span')
        const value = document.createElement('b')
        value.textContent = `${figure(mean[index], unit, digits)} ${unitNames[unit] ?? unit}`
        row.append(short, value)
        row.style.borderColor = look.color
        row.style.borderInlineStartStyle = look.style
        return row
      })
      readout.replaceChildren(...(withTime ? [head] : []), ...rows)
      readout.hidden = false
      const left = plot.valToPos(grid.times[index], 'x')
      const over = plot.over.clientWidth
      const right = left > over / 2
      readout.style.left = right ? '' : `${left + 12}px`
      readout.style.right = right ? `${over - left + 12}px` : ''
    },
    destroy() {
      plot?.destroy()
      root.remove()
    },
  }
}

const uPlotPoint = (u, index) => {
  const point = document.createElement('div')
  point.style.width = point.style.height = '8px'
  point.style.marginLeft = point.style.marginTop = '-4px'
  point.style.background = u.series[index]._stroke
  return point
}

/** A line of means, and unseen ones of least and greatest values, between which the band lies. */
function seriesOf({ name, look, mean }, digital) {
  // A value between two gaps has no line to be seen by.
  const alone = () => {
    const found = mean.flatMap((value, i) =>
      value !== null && (mean[i - 1] ?? null) === null && (mean[i + 1] ?? null) === null ? [i] : [],
    )
    return found.length > 0 ? found : null
  }
  const edge = { stroke: 'transparent', width: 0, points: { show: false } }
  const paths = digital ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}
  return [
    {
      label: name,
      stroke: look.color,
      dash: look.dash,
      width: 1.5,
      ...paths,
      points: { show: false, size: 4, filter: alone, fill: look.color },
    },
    { ...edge, ...paths },
    { ...edge, ...paths },
  ]
}

const faint = (colour) => colour.replace('rgb(', 'rgba(').replace(')', ', 0.16)')

/** All values and all limits; from zero, unless the values are far above it. */
function rangeOf(min, max, edges, digital) {
  if (digital) return [-0.15, 1.15]
  const limits = edges.filter(({ name }) => name.endsWith('Max')).map(({ at }) => at)
  if (min === null || max === null)
    [min, max] = [0, Math.max(1, ...edges.map(({ name, at }) => (name.endsWith('Max') ? at : 2 * at)))]
  const high = Math.max(max, ...limits)
  const low = min >= 0 && min < high * NEAR_ZERO ? 0 : min
  const room = (high - low || 1) * 0.08
  return [low === 0 ? 0 : low - room, high + room]
}

const gridLines = () => ({ stroke: () => palette.line, width: 1 })

function timeAxis(last) {
  return {
    size: last ? 26 : 10,
    gap: 6,
    font: palette.font,
    stroke: () => palette['ink-3'],
    grid: gridLines(),
    ticks: { show: false },
    border: { show: true, stroke: () => palette['line-strong'], width: 1 },
    space: 64,
    values: (_, splits) =>
      last ? splits.map((at) => (time(at) === '00:00' ? day(at) : time(at))) : splits.map(() => ''),
  }
}

function valueAxis(digital) {
  return {
    size: AXIS,
    gap: 6,
    font: palette.font,
    stroke: () => palette['ink-3'],
    grid: gridLines(),
    ticks: { show: false },
    border: { show: true, stroke: () => palette['line-strong'], width: 1 },
    space: 32,
    splits: digital ? () => [0, 1] : undefined,
    values: (_, splits, __, ___, step) => {
      if (digital) return splits.map((value) => figure(value, '', 0))
      const digits = digitsOf(step)
      return splits.map((value) => number(value, digits))
    },
  }
}
