// The page of trends: an address is a state, a state is shown, and whatever a person does makes the next state and its address.
import { following, lookingAt, movedTo, read, shifted, viewOf, write, zoomed } from './address.js'
import { createChart } from './chart.js'
import { day, fill, number, stamp, time } from './figures.js'
import { listenToForm, moveForm, showForm, showProblem } from './form.js'
import { listenToLegend, showAtCursor, showLegend } from './legend.js'
import { createMarks } from './marks.js'
import { lookOf } from './palette.js'
import { newestFrame, settings } from './settings.js'
import { createSource } from './source.js'
import { createStrip } from './strip.js'
import { boxOf, listenToTree, openChosen, showChosen, titleOf } from './tree.js'
import { limitsOf } from './zones.js'

const { rules, words } = settings
const element = (id) => document.getElementById(id)
const [plots, note, empty, failed, old, reading] = [
  'plots',
  'chart-note',
  'trend-empty',
  'trend-failed',
  'trend-old',
  'reading',
].map(element)

/** The end of an interval that follows goes on without frames too. */
const IDLE_MS = 15_000
const MORE_GAPS = 2

let state = settings.wish
/** Dragging selects an area, or else takes the view with it, as a finger expects. */
let area = !matchMedia('(pointer: coarse)').matches
/** The step of the chart's grid that the cursor stands on. */
let cursor = null

const source = createSource({
  state: () => state,
  moved: (interval) => {
    state = { ...state, ...interval }
    moveForm(state, area)
  },
  busy: (slow) => {
    plots.setAttribute('aria-busy', String(slow))
    if (slow) note.textContent = words.loading
  },
  settled: (fault) => {
    // Without a session there is nothing to read any more: the way to the log-in is the page itself.
    if (fault?.status === 401) return location.reload()
    const { whole } = source.known
    failed.hidden = fault === null || whole !== null
    old.hidden = fault === null || whole === null
    old.querySelector('span').textContent = old.hidden ? '' : fill(words.old, { at: stamp(whole.to) })
    draw()
  },
})
const chart = createChart(plots, {
  model: () => {
    const view = viewOf(state)
    return { history: source.historyFor(view), signals: shownSignals(), view, area, describe }
  },
  heard: {
    cursor: (index) => pointAt(index),
    select: (view) => go(lookingAt(state, view)),
    reset: () => go({ ...state, zoom: null }),
    pan: (view) => go(state.zoom ? lookingAt(state, within(view, state)) : movedTo(state, view)),
  },
})
const marks = createMarks(plots)
const strip = createStrip(element('strip'), (view) => go(lookingAt(state, view)))

/** The chosen signals that the history at hand has: it may still be on its way. */
const shownSignals = () => state.signals.filter((name) => source.known.whole?.lines.has(name))

function describe(name) {
  const { name: title, short, digits } = boxOf(name).dataset
  const several = new Set(state.signals.map((one) => one.split('/')[0])).size > 1
  const machine = titleOf(name).split(',')[0]
  return {
    title: `${machine}, ${title}`,
    short: several ? `${machine} ${short}` : short,
    digits: Number(digits),
    look: lookOf(state.signals.indexOf(name)),
    limits: limitsOf(boxOf(name)),
  }
}

// --- States and addresses.

// An address that says only a part, or what there is not, is read by the server alone; from here on it says what is shown.
history.replaceState(null, '', write(state))

function go(next) {
  const same = write(next) === write(state)
  state = next
  if (!same) history.pushState(null, '', write(state))
  show()
}

addEventListener('popstate', () => {
  state = read(location.search)
  openChosen(state.signals)
  show()
})

function show() {
  showProblem(null)
  showForm(state, area)
  showChosen(state.signals)
  empty.hidden = state.signals.length > 0
  draw()
  void source.load()
}

// --- The present goes on.

let seen = newestFrame()
document.addEventListener('htmx:sse:after:message', () => {
  const newest = newestFrame()
  if (newest === seen) return
  seen = newest
  void source.tail()
})
setInterval(source.tail, IDLE_MS)
document.addEventListener('visibilitychange', source.tail)

// --- What is shown.

function draw(anew = false) {
  plots.hidden = state.signals.length === 0 || !failed.hidden
  // Few rows of the legend leave the chart their room.
  plots.style.setProperty('--rows', Math.min(5, state.signals.length))
  chart.draw(anew)
  const view = viewOf(state)
  plots.dataset.view = JSON.stringify(view)
  const { whole, changes } = source.known
  const [first] = shownSignals()
  strip.draw(first === undefined ? null : whole, first, view)
  showLegend(state.signals, chart.grid, view)
  marks.draw(changes, chart.panels()[0]?.plot)
  note.textContent = noteOf()
  pointAt(cursor)
}

/** What is hatched, or that there is nothing. */
function noteOf() {
  if (!chart.grid || state.signals.length === 0) return '\u00a0'
  const view = viewOf(state)
  const all = [...chart.grid.lines.values()]
  if (all.every(({ mean }) => mean.every((value) => value === null))) return words.none
  const gaps = new Map()
  for (const panel of chart.panels())
    for (const [from, to] of panel.gaps()) if (to > view.from && from < view.to) gaps.set(`${from} ${to}`, { from, to })
  if (gaps.size === 0) return '\u00a0'
  const longest = [...gaps.values()].sort((a, b) => b.to - b.from - (a.to - a.from))
  const named = longest
    .slice(0, MORE_GAPS)
    .sort((a, b) => a.from - b.from)
    .map(({ from, to }) => ({ from: Math.max(from, state.from), to }))
    .map(({ from, to }) => fill(words.gap, { from: stamp(from), to: day(from) === day(to) ? time(to) : stamp(to) }))
  const more = gaps.size - named.length
  return `${words.gaps} ${named.join(', ')}${more > 0 ? ` ${fill(words.gapsMore, { count: more })}` : ''}.`
}

/** The cursor stands on a step of the grid; null: nowhere. */
function pointAt(index) {
  cursor = chart.grid && index !== null && index < chart.grid.times.length ? index : null
  showAtCursor(chart.grid, cursor)
  const panels = chart.panels()
  const under = panels.find(({ root }) => root.matches(':hover')) ?? panels[0]
  for (const panel of panels) panel.say(panel === under ? cursor : null, true)
}

// --- What a person does.

function toggle(name, checked) {
  if (checked && state.signals.length >= rules.most) {
    showChosen(state.signals)
    return showProblem('many')
  }
  go({ ...state, signals: checked ? [...state.signals, name] : state.signals.filter((one) => one !== name) })
}

const within = (view, { from, to }) => {
  const by = Math.max(from - view.from, 0) + Math.min(to - view.to, 0)
  return { from: view.from + by, to: view.to + by }
}

const acts = {
  back: () => go(shifted(state, -1)),
  forward: () => go(shifted(state, 1)),
  now: () => go(following(state)),
  in: () => go(zoomed(state, 0.5, cursor === null ? undefined : chart.grid.times[cursor])),
  out: () => go(zoomed(state, 2)),
  reset: () => state.zoom && go({ ...state, zoom: null }),
  area: () => {
    area = !area
    showForm(state, area)
    draw(true)
  },
}

/** A step to the left or right, within the view. */
function step(by) {
  if (!chart.grid) return
  const view = viewOf(state)
  const { times } = chart.grid
  const first = times.findIndex((at) => at >= view.from)
  const last = times.findLastIndex((at) => at < view.to)
  const index = cursor === null ? (by < 0 ? last : first) : Math.min(last, Math.max(first, cursor + by))
  chart.point(index)
  pointAt(index)
  const values = state.signals.map(
    (name) => `${titleOf(name)} ${number(chart.grid.lines.get(name)?.mean[index], boxOf(name).dataset.digits)}`,
  )
  reading.textContent = `${stamp(times[index])}: ${values.join('; ')}`
}

const keys = {
  '[': acts.back,
  ']': acts.forward,
  '+': acts.in,
  '=': acts.in,
  '-': acts.out,
  0: acts.reset,
  '/': () => element('find').focus(),
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest('input, textarea, select, dialog')) return
  if (document.activeElement === plots && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
    event.preventDefault()
    return step(event.key === 'ArrowLeft' ? -1 : 1)
  }
  if (document.activeElement === plots && event.key === 'Escape') {
    chart.point(null)
    return pointAt(null)
  }
  if (!element('keys-single').checked || !keys[event.key]) return
  event.preventDefault()
  keys[event.key]()
})

listenToForm(() => state, { changed: go, done: (name) => acts[name]?.() })
listenToTree(toggle)
listenToLegend((name) => toggle(name, false))
failed.addEventListener('click', (event) => {
  if (!event.target.closest('[data-do="again"]')) return
  event.preventDefault()
  void source.load()
})

showForm(state, area)
showChosen(state.signals)
draw()
void source.load()
