import { autoStep, following, historyAddress, inUnits, stepOf, stepsOf } from './address.js'
import { fromField, stepName, toField } from './figures.js'
import { settings } from './settings.js'

const { rules, units, words } = settings
const form = document.getElementById('trend')
const field = (name) => form.elements.namedItem(name)
const act = (name) => form.querySelector(`[data-do="${name}"]`)
const problem = document.getElementById('trend-problem')

/** Who types into a field is not interrupted at every key. */
const PAUSE_MS = 700

/** What was last written into each field: one that still says it is not what a person has chosen. */
const shown = {}

/** Says why something is not shown as it was asked for, or that all is well. */
export function showProblem(name) {
  problem.hidden = name === null
  problem.querySelector('span').textContent = name === null ? '' : words.problem[name]
}

/** Brings the fields, the steps to choose from and the ways to a file and to the present to a state that a person has chosen. */
export function showForm(state, area) {
  for (const [name, value] of fieldsOf(state)) field(name).value = shown[name] = value
  showRest(state, area)
}

/** The same for a state that went on by itself: it takes no field from under a person's hands, nor what they have begun to change. */
export function moveForm(state, area) {
  for (const [name, value] of fieldsOf(state)) {
    if (document.activeElement === field(name) || field(name).value !== shown[name]) continue
    field(name).value = shown[name] = value
  }
  showRest(state, area)
}

const fieldsOf = ({ mode, from, to, length, unit }) =>
  Object.entries({ mode, from: toField(from), to: toField(to), length: String(length), unit })

function showRest({ from, to, step, follow, signals }, area) {
  const steps = stepsOf(to - from)
  const options = [['', `${words.auto}, ${stepName(autoStep(to - from))}`], ...steps.map((one) => [one, stepName(one)])]
  field('step').replaceChildren(...options.map(([value, text]) => new Option(text, value)))
  field('step').value = steps.includes(step) ? step : ''
  flag(act('now'), 'aria-current', follow)
  act('area').setAttribute('aria-pressed', String(area))
  flag(act('csv'), 'aria-disabled', signals.length === 0)
  // Without an address a link cannot be followed, by keys either.
  if (signals.length === 0) act('csv').removeAttribute('href')
  else act('csv').href = historyAddress('.csv', { signals, from, to, step: stepOf({ step, from, to }) })
}

const flag = (element, name, is) => (is ? element.setAttribute(name, 'true') : element.removeAttribute(name))

/** What the fields ask for, as a state; or why they ask for nothing that there is. */
function asked(state) {
  const mode = field('mode').value
  const step = Number(field('step').value) || null
  const moment = (name) => (field(name).value === shown[name] ? state[name] : fromField(field(name).value))
  const from = moment('from')
  if (mode === 'span') {
    const turned = mode !== state.mode
    const [length, unit] = turned
      ? Object.values(inUnits(state.to - state.from))
      : [Number(field('length').value), field('unit').value]
    const next = { ...state, mode, length, unit, step, zoom: null }
    const ms = length * units[unit]
    if (!(ms >= rules.shortestMs && ms <= rules.longestMs)) return { problem: 'length' }
    if (Number.isNaN(from)) return { problem: 'moment' }
    if (state.follow && from === state.from) return { next: following(next) }
    return { next: { ...next, from, to: from + ms, follow: false } }
  }
  const to = moment('to')
  if (Number.isNaN(from) || Number.isNaN(to)) return { problem: 'moment' }
  if (from >= to) return { problem: 'order' }
  if (to - from < rules.shortestMs || to - from > rules.longestMs) return { problem: 'length' }
  return { next: { ...state, mode, from, to, step, follow: false, zoom: null } }
}

/** `changed(next)` hears of what the fields ask for, `done(name)` of the buttons: back, now, forward, in, out, area, reset. */
export function listenToForm(present, { changed, done }) {
  let pause = null
  const ask = () => {
    clearTimeout(pause)
    pause = null
    const { next, problem } = asked(present())
    showProblem(problem ?? null)
    if (next) changed(next)
  }
  form.addEventListener('change', ({ target }) => {
    clearTimeout(pause)
    if (target.matches('input:not([type=radio])')) pause = setTimeout(ask, PAUSE_MS)
    else ask()
  })
  // Who leaves a field has typed; the next act builds on it.
  form.addEventListener('focusout', () => pause !== null && ask())
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    ask()
  })
  form.addEventListener('click', (event) => {
    const name = event.target.closest('[data-do]')?.dataset.do
    if (!name || name === 'csv' || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    done(name)
  })
}
