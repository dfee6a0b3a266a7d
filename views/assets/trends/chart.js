import { gridOf } from './grid.js'
import { onTheme, readPalette } from './palette.js'
import { createPanel, LEAST_PX } from './panel.js'

const LEAST_HEIGHT = 110
/** The line with the unit above a panel. */
const HEAD = 22
/** What each further line adds to the room of a panel, and what none passes; a panel of one line has 1. */
const MORE_ROOM = 0.35
const MOST_ROOM = 2

/**
 * One panel a unit, one under the other over the same time. `model()` gives `{history, view, area, describe(name)}`; `heard` as in
 * `panel.js`, and `pan(view)` for a view that was drawn to another place.
 */
export function createChart(root, { model, heard }) {
  const panels = new Map()
  let grid = null
  let drawn = ''
  let moving = null

  readPalette()
  onTheme(() => draw(true))
  let room = ''
  new ResizeObserver(() => {
    const now = `${root.clientWidth} ${leastHeight()}`
    if (grid && now !== room) draw()
    room = now
  }).observe(root)

  /** What the page has room for; more panels than fit there make it longer. */
  const leastHeight = () => Number.parseFloat(getComputedStyle(root).minHeight)

  const view = () => moving ?? model().view

  function linesOf(unit) {
    return model()
      .signals.map((name) => ({ ...grid.lines.get(name), ...model().describe(name) }))
      .filter((line) => line.unit === unit)
  }

  const shown = (unit) => ({ grid, view: view(), area: model().area, lines: unit === undefined ? [] : linesOf(unit) })

  /** `whole`: colours, dashes or modes are others. */
  function draw(whole = false) {
    const { history, signals, area } = model()
    if (!history) {
      for (const panel of panels.values()) panel.destroy()
      panels.clear()
      grid = null
      drawn = ''
      return
    }
    grid = gridOf(history)
    const units = [...new Set(signals.map((name) => grid.lines.get(name)?.unit))].filter((unit) => unit !== undefined)
    const shape = JSON.stringify([signals, units, area])
    const anew = whole || shape !== drawn
    drawn = shape
    for (const [unit, panel] of panels) {
      if (units.includes(unit) && !anew) continue
      panel.destroy()
      panels.delete(unit)
    }
    for (const unit of units) {
      if (panels.has(unit)) continue
      const panel = createPanel(unit, { shown, heard, last: unit === units.at(-1) })
      panels.set(unit, panel)
      root.append(panel.root)
    }
    const { paddingLeft, paddingRight } = getComputedStyle(root)
    const width = root.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight)
    const heights = share(units, leastHeight())
    ;[...panels.values()].forEach((panel, index) => panel.draw({ width, height: heights[index], whole: anew }))
    if (anew) for (const { plot } of panels.values()) listenToDrag(plot)
  }

  /** Heights of the panels: the more lines, the more room. */
  function share(units, height) {
    const parts = units.map((unit) => Math.min(MOST_ROOM, 1 + (linesOf(unit).length - 1) * MORE_ROOM))
    const all = parts.reduce((sum, part) => sum + part, 0)
    const room = Math.max(height - units.length * HEAD, LEAST_HEIGHT * all)
    return parts.map((part) => Math.floor((room * part) / all))
  }

  /** A pointer takes the view with it, or selects an area; a mouse's area is uPlot's own business. */
  function listenToDrag(plot) {
    const { over } = plot
    over.addEventListener('pointerdown', (event) => {
      const { area } = model()
      if (event.button !== 0 || (event.pointerType === 'mouse' && area)) return
      const { from, to } = model().view
      const perPixel = (to - from) / over.clientWidth
      const begin = event.clientX - over.getBoundingClientRect().left
      const move = ({ clientX }) => {
        const by = clientX - event.clientX
        if (area) return select(plot, begin, begin + by)
        moving = { from: from - by * perPixel, to: to - by * perPixel }
        redraw()
      }
      const end = ({ type, clientX }) => {
        over.removeEventListener('pointermove', move)
        moving = null
        select(plot, 0, 0)
        const by = clientX - event.clientX
        if (type !== 'pointerup' || Math.abs(by) < LEAST_PX) return redraw()
        const at = (pixel) => from + pixel * perPixel
        if (area) heard.select({ from: at(Math.min(begin, begin + by)), to: at(Math.max(begin, begin + by)) })
        else heard.pan({ from: at(-by), to: to - by * perPixel })
      }
      over.setPointerCapture(event.pointerId)
      over.addEventListener('pointermove', move)
      over.addEventListener('pointerup', end, { once: true })
      over.addEventListener('pointercancel', end, { once: true })
    })
  }

  const select = (plot, one, other) =>
    plot.setSelect(
      { left: Math.min(one, other), width: Math.abs(other - one), top: 0, height: plot.over.clientHeight },
      false,
    )

  const redraw = () => {
    for (const { plot } of panels.values()) plot.setScale('x', { min: view().from, max: view().to })
  }

  return {
    draw,
    get grid() {
      return grid
    },
    panels: () => [...panels.values()],
    /** Puts the cursor on a step of the grid in every panel; null takes it away. */
    point(index) {
      for (const { plot } of panels.values()) {
        const left = index === null ? -10 : plot.valToPos(grid.times[index], 'x')
        plot.setCursor({ left, top: index === null ? -10 : 1 }, true)
      }
    },
  }
}
