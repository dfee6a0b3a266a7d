import { gridOf } from './grid.js'
import { onTheme, readPalette } from './palette.js'
import { createPanel } from './panel.js'

const LEAST_HEIGHT = 120
/** The first unit is the one that was chosen first: it has the most room. */
const FIRST = 1.7

/**
 * One panel a unit, one under the other over the same time. `model()` gives `{history, view, area, describe(name, index)}`; `heard` as in
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
      .signals.map((name, index) => ({ ...grid.lines.get(name), ...model().describe(name, index) }))
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
    const width = root.clientWidth - 16
    const heights = share(units.length, leastHeight())
    ;[...panels.values()].forEach((panel, index) => panel.draw({ width, height: heights[index], whole: anew }))
    if (anew) for (const { plot } of panels.values()) listenToDrag(plot)
  }

  function share(count, height) {
    const head = 22
    const parts = count === 1 ? 1 : FIRST + count - 1
    const room = Math.max(height - count * head, LEAST_HEIGHT * count)
    return Array.from({ length: count }, (_, index) =>
      Math.floor((room * (index === 0 && count > 1 ? FIRST : 1)) / parts),
    )
  }

  /** A finger, or a pointer that does not select an area, takes the view with it. */
  function listenToDrag({ over }) {
    over.addEventListener('pointerdown', (event) => {
      if (event.button !== 0 || (event.pointerType === 'mouse' && model().area)) return
      const start = { x: event.clientX, ...model().view }
      const perPixel = (start.to - start.from) / over.clientWidth
      const move = ({ clientX }) => {
        const by = (start.x - clientX) * perPixel
        moving = { from: start.from + by, to: start.to + by }
        redraw()
      }
      const end = ({ type }) => {
        over.removeEventListener('pointermove', move)
        const to = moving
        moving = null
        if (type === 'pointerup' && to && Math.abs(to.from - start.from) > 3 * perPixel) heard.pan(to)
        else redraw()
      }
      over.setPointerCapture(event.pointerId)
      over.addEventListener('pointermove', move)
      over.addEventListener('pointerup', end, { once: true })
      over.addEventListener('pointercancel', end, { once: true })
    })
  }

  const redraw = () => {
    for (const { plot } of panels.values())
      (plot?.redraw(false, true), plot?.setScale('x', { min: view().from, max: view().to }))
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
