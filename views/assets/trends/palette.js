const COLOURS = 6
const DASHES = { solid: [], dashed: [7, 3], dotted: [2, 3] }

/** Each round through the colours begins with another dash: no two of the most lines that there may be are alike. */
const dashOf = (index) => Object.keys(DASHES)[(index + Math.floor(index / COLOURS)) % 3]

/** The look of a line by its place in the legend: for a canvas, and `style` for a border. */
export const lookOf = (index) => ({
  color: palette.series[index % COLOURS],
  dash: DASHES[dashOf(index)],
  style: dashOf(index),
})

/** The same as classes, for its key. */
export const classesOf = (index) => `line s${(index % COLOURS) + 1} ${dashOf(index)}`

/** Colours of the theme as a canvas understands them, and the font. */
export const palette = {}

export function readPalette() {
  const probe = document.body.appendChild(document.createElement('i'))
  const colour = (name) => {
    probe.style.color = `var(--${name})`
    return getComputedStyle(probe).color
  }
  palette.series = Array.from({ length: COLOURS }, (_, index) => colour(`series-${index + 1}`))
  for (const name of ['ink', 'ink-2', 'ink-3', 'line', 'line-strong', 'surface', 'alarm', 'warning', 'instrument'])
    palette[name] = colour(name)
  palette.alarmText = colour('alarm-text')
  palette.warningText = colour('warning-text')
  palette.font = `11px ${getComputedStyle(document.body).fontFamily}`
  probe.remove()
}

/** Calls back when the theme has changed, after the palette has. */
export function onTheme(changed) {
  const again = () => {
    readPalette()
    changed()
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again)
  new MutationObserver(again).observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
}

/** Diagonal lines for what was not measured, in the canvas's own pixels. */
export function hatch(context, scale) {
  const size = Math.round(8 * scale)
  const tile = new OffscreenCanvas(size, size)
  const pen = tile.getContext('2d')
  pen.strokeStyle = palette.instrument
  pen.globalAlpha = 0.45
  pen.lineWidth = 1.25 * scale
  pen.beginPath()
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift - 1, size + 1)
    pen.lineTo(shift + size + 1, -1)
  }
  pen.stroke()
  return context.createPattern(tile, 'repeat')
}
