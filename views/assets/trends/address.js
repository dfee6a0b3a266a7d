import { present, settings } from './settings.js'

const { rules, units } = settings
const PATH = '/dashboard/trends'
const USUAL = { length: 12, unit: 'h' }

/** The steps that an interval may have, seconds, the finest first; and the finest that gives no more points than are enough. */
export const stepsOf = (lengthMs) => (rules.steps.find(({ upToMs }) => lengthMs <= upToMs) ?? rules.steps.at(-1)).steps
export const autoStep = (lengthMs) => {
  const steps = stepsOf(lengthMs)
  return steps.find((step) => lengthMs / (step * 1000) <= rules.enough) ?? steps.at(-1)
}

/** The step of the interval, seconds. A step that the interval may not have is not obeyed. */
export const stepOf = ({ step, from, to }) => (stepsOf(to - from).includes(step) ? step : autoStep(to - from))

/** The state of the page, `{signals, mode, follow, from, to, length, unit, step, zoom}`, times in epoch ms, that {@link write} wrote. */
export function read(search) {
  const query = new URLSearchParams(search)
  const mode = query.get('mode') === 'range' ? 'range' : 'span'
  const state = {
    signals: query.getAll('signal'),
    mode,
    follow: false,
    length: Number(query.get('length')) || USUAL.length,
    unit: query.get('unit') ?? USUAL.unit,
    step: Number(query.get('step')) || null,
    zoom: null,
  }
  const from = Date.parse(query.get('from'))
  const to = mode === 'range' ? Date.parse(query.get('to')) : from + state.length * units[state.unit]
  const found = query.has('from') ? { ...state, from, to } : following(state)
  return { ...found, zoom: zoomIn(query.get('zoom'), found) }
}

/** A zoom is a part of its interval, and no shorter than an interval may be. */
function zoomIn(text, { from, to }) {
  const [, begin, end] = /^(\d{1,12})-(\d{1,12})$/.exec(text ?? '') ?? []
  const zoom = { from: begin * 1000, to: end * 1000 }
  return zoom.to - zoom.from >= rules.shortestMs && zoom.from < to && zoom.to > from ? zoom : null
}

/** The address of a state; what stands there by itself is left out. */
export function write({ signals, mode, follow, from, to, length, unit, step, zoom }) {
  const iso = (at) => new Date(at).toISOString()
  const query = signals.map((name) => `signal=${name}`)
  if (mode === 'range') query.push('mode=range')
  if (!follow) query.push(`from=${iso(from)}`)
  if (mode === 'range' && !follow) query.push(`to=${iso(to)}`)
  if (mode === 'span' && (length !== USUAL.length || unit !== USUAL.unit))
    query.push(`length=${length}`, `unit=${unit}`)
  if (step) query.push(`step=${step}`)
  if (zoom) query.push(`zoom=${zoom.from / 1000}-${zoom.to / 1000}`)
  return query.length > 0 ? `${PATH}?${query.join('&')}` : PATH
}

/** Where the history of these signals is, as JSON (`/data`) or as a table (`.csv`). */
export const historyAddress = (kind, { signals, from, to, step }) =>
  `${PATH}${kind}?${signals.map((name) => `signal=${name}`).join('&')}&from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}&step=${step}`

/** The same length, up to the present and on with it. A range keeps its own length, a span the one in its fields. */
export function following(state) {
  const usual = USUAL.length * units[USUAL.unit]
  const length = state.mode === 'span' ? state.length * units[state.unit] : state.to - state.from || usual
  const fits = length >= rules.shortestMs && length <= rules.longestMs
  const to = present()
  const span = fits ? {} : USUAL
  return { ...state, ...span, from: to - (fits ? length : usual), to, follow: true, zoom: null }
}

/** The same interval elsewhere; a span that comes within this share of its length of the present follows it. */
export function movedTo(state, { from, to }, nearly = 0) {
  if (state.mode === 'span' && to + nearly * (to - from) >= present()) return following(state)
  return { ...state, from, to, follow: false, zoom: null }
}

/** What is left to the present is not worth a shift of its own. */
const NEARLY = 0.1

/** The interval moved by its own length. */
export function shifted(state, direction) {
  const by = direction * (state.to - state.from)
  return movedTo(state, { from: state.from + by, to: state.to + by }, NEARLY)
}

/** What is looked at: the zoom, or all of the interval. */
export const viewOf = ({ zoom, from, to }) => zoom ?? { from, to }

/** The view made smaller (factor below 1) or larger around a moment; all of the interval and more make the interval longer. */
export function zoomed(state, factor, around) {
  const view = viewOf(state)
  const middle = around ?? (view.from + view.to) / 2
  const [before, after] = [middle - view.from, view.to - middle]
  return lookingAt(state, { from: middle - before * factor, to: middle + after * factor })
}

/** The state that looks at a part of its interval. */
export function lookingAt(state, view) {
  const from = Math.ceil(Math.max(state.from, view.from) / 1000) * 1000
  const to = Math.floor(Math.min(state.to, view.to) / 1000) * 1000
  if (to - from < rules.shortestMs) return state
  if (to - from < (state.to - state.from) * 0.999) return { ...state, zoom: { from, to } }
  return state.zoom ? { ...state, zoom: null } : widened(state)
}

/** Twice the interval with the same end, as far as one may be. */
function widened(state) {
  const length = Math.min(2 * (state.to - state.from), rules.longestMs)
  const fields = state.mode === 'span' ? inUnits(length) : {}
  return { ...state, ...fields, from: state.to - length, zoom: null }
}

/** A length in the largest unit that it is whole in. */
export function inUnits(ms) {
  const unit = ['d', 'h', 'min'].find((name) => ms % units[name] === 0 && (name !== 'd' || ms > 2 * units.d)) ?? 'min'
  return { length: ms / units[unit], unit }
}
