const SVG = 'http://www.w3.org/2000/svg'
const WIDTH = 1000
const HEIGHT = 40

function element(name, attributes) {
  const made = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  return made
}

/** The whole interval under the chart with a window on what is looked at; the window can be moved, and its sides too. `moved(view)` hears of it. */
export function createStrip(root, moved) {
  const svg = root.appendChild(element('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none' }))
  const line = svg.appendChild(element('path', { class: 'line s1' }))
  const before = svg.appendChild(element('rect', { class: 'aside', y: 0, height: HEIGHT }))
  const after = svg.appendChild(element('rect', { class: 'aside', y: 0, height: HEIGHT }))
  const handles = svg.appendChild(element('path', { class: 'handle' }))
  let interval = { from: 0, to: 1 }
  let view = interval

  const x = (at) => ((at - interval.from) / (interval.to - interval.from)) * WIDTH

  function place(shown) {
    const [left, right] = [Math.max(0, x(shown.from)), Math.min(WIDTH, x(shown.to))]
    before.setAttribute('x', 0)
    before.setAttribute('width', left)
    after.setAttribute('x', right)
    after.setAttribute('width', WIDTH - right)
    handles.setAttribute('d', `M${left} 0V${HEIGHT}M${right} 0V${HEIGHT}`)
  }

  root.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return
    const box = root.getBoundingClientRect()
    const at = ({ clientX }) => interval.from + ((clientX - box.left) / box.width) * (interval.to - interval.from)
    const near = (14 / box.width) * (interval.to - interval.from)
    const start = at(event)
    const side = Math.abs(start - view.from) < near ? 'from' : Math.abs(start - view.to) < near ? 'to' : null
    let shown = view
    const move = (now) => {
      if (side) shown = { ...view, [side]: at(now) }
      else {
        const by = Math.min(interval.to - view.to, Math.max(interval.from - view.from, at(now) - start))
        shown = { from: view.from + by, to: view.to + by }
      }
      place(shown)
    }
    const end = () => {
      root.removeEventListener('pointermove', move)
      if (shown === view) return
      const [from, to] = [Math.min(shown.from, shown.to), Math.max(shown.from, shown.to)]
      place(view)
      moved({ from, to })
    }
    root.setPointerCapture(event.pointerId)
    root.addEventListener('pointermove', move)
    root.addEventListener('pointerup', end, { once: true })
    root.addEventListener('pointercancel', end, { once: true })
  })

  return {
    /** Draws the first line of the whole interval, and the window on the view. */
    draw(whole, name, shown) {
      root.hidden = !whole
      if (!whole) return
      interval = { from: whole.from, to: whole.to }
      view = shown
      const { points } = whole.lines.get(name)
      const values = points.map(([, , mean]) => mean)
      const [low, high] = [Math.min(...values), Math.max(...values)]
      const y = (value) => HEIGHT - 4 - ((value - low) / (high - low || 1)) * (HEIGHT - 8)
      const apart = 1.5 * whole.step * 1000
      line.setAttribute(
        'd',
        points
          .map(
            ([at, , mean], index) =>
              `${index > 0 && at - points[index - 1][0] < apart ? 'L' : 'M'}${x(at).toFixed(1)} ${y(mean).toFixed(1)}`,
          )
          .join(''),
      )
      place(view)
    },
  }
}
