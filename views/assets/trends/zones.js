import { limit } from './figures.js'
import { hatch, palette } from './palette.js'

const NAMES = ['alarmMin', 'warningMin', 'warningMax', 'alarmMax']

/** The limits of a signal that are in force, from its present value in the tree: `{alarmMin?, warningMin?, warningMax?, alarmMax?}`. */
export function limitsOf(box) {
  const present = box && document.getElementById(box.dataset.now)
  const limits = {}
  for (const name of NAMES) if (present?.dataset[name] !== undefined) limits[name] = Number(present.dataset[name])
  return limits
}

/** The limits that all of these have alike, and, where they differ, every one of each kind: the first are bands, the others lines. */
export function merged(all) {
  const same = all.length > 0 && all.every((limits) => NAMES.every((name) => limits[name] === all[0][name]))
  const edges = [
    ...new Map(
      all.flatMap((limits) => NAMES.map((name) => [`${name} ${limits[name]}`, { name, at: limits[name] }])),
    ).values(),
  ]
  return { bands: same ? all[0] : null, edges: edges.filter(({ at }) => at !== undefined) }
}

/** Paints the bands beyond the limits, their edges, and what was not measured, under the lines. */
export function paintGround(plot, { bands, edges }, gaps) {
  const { ctx, bbox } = plot
  const y = (value) => plot.valToPos(value, 'y', true)
  const x = (at) => plot.valToPos(at, 'x', true)
  const bottom = bbox.top + bbox.height
  const right = bbox.left + bbox.width
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  const band = (colour, alpha, from, to) => {
    ctx.fillStyle = colour
    ctx.globalAlpha = alpha
    ctx.fillRect(bbox.left, Math.min(from, to), bbox.width, Math.abs(to - from))
    ctx.globalAlpha = 1
  }
  if (bands) {
    const { alarmMin, warningMin, warningMax, alarmMax } = bands
    const clamp = (value, otherwise) =>
      value === undefined ? otherwise : Math.min(bottom, Math.max(bbox.top, y(value)))
    const [alarmTop, alarmBottom] = [clamp(alarmMax, bbox.top), clamp(alarmMin, bottom)]
    if (alarmMax !== undefined) band(palette.alarm, 0.12, bbox.top, alarmTop)
    if (warningMax !== undefined) band(palette.warning, 0.13, alarmTop, y(warningMax))
    if (alarmMin !== undefined) band(palette.alarm, 0.12, alarmBottom, bottom)
    if (warningMin !== undefined) band(palette.warning, 0.13, y(warningMin), alarmBottom)
  }
  for (const { name, at } of edges) {
    // A limit at the end of the scale is the axis.
    if (y(at) > bottom - 1) continue
    const alarm = name.startsWith('alarm')
    ctx.strokeStyle = alarm ? palette.alarmText : palette.warningText
    ctx.lineWidth = devicePixelRatio
    ctx.setLineDash(alarm ? [] : [5 * devicePixelRatio, 4 * devicePixelRatio])
    ctx.beginPath()
    ctx.moveTo(bbox.left, y(at))
    ctx.lineTo(right, y(at))
    ctx.stroke()
  }
  ctx.setLineDash([])
  ctx.fillStyle = hatch(ctx, devicePixelRatio)
  for (const [from, to] of gaps) {
    const [left, width] = [x(from), x(to) - x(from)]
    ctx.fillRect(left, bbox.top, width, bbox.height)
  }
  ctx.restore()
}

/** Writes each limit beside its edge; where two would touch, the first alone. */
export function writeEdges(plot, { edges }) {
  const { ctx, bbox } = plot
  const written = []
  ctx.save()
  ctx.font = `${11 * devicePixelRatio}px ${palette.font.slice(5)}`
  ctx.fillStyle = palette['ink-3']
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'left'
  for (const { at } of [...edges].sort((a, b) => b.at - a.at)) {
    const top = plot.valToPos(at, 'y', true)
    if (top < bbox.top || top > bbox.top + bbox.height - 1) continue
    if (written.some((other) => Math.abs(other - top) < 11 * devicePixelRatio)) continue
    written.push(top)
    ctx.fillText(limit(at), bbox.left + bbox.width + 6 * devicePixelRatio, top)
  }
  ctx.restore()
}
