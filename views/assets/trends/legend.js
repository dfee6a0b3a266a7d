import { figure, limit, number } from './figures.js'
import { summaryOf } from './grid.js'
import { classesOf } from './palette.js'
import { settings } from './settings.js'
import { boxOf, titleOf } from './tree.js'
import { limitsOf } from './zones.js'

const { unitNames, words } = settings
const root = document.getElementById('legend')
const body = root.querySelector('tbody')
/** Whether the rows are ours: the server's say what was when the page was made. */
let taken = false

const cell = (className, text = '') => Object.assign(document.createElement('td'), { className, textContent: text })

function keyOf(index) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('class', 'key')
  svg.setAttribute('viewBox', '0 0 24 10')
  svg.setAttribute('aria-hidden', 'true')
  const path = svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'path'))
  path.setAttribute('class', classesOf(index))
  path.setAttribute('d', 'M0 5h24')
  return svg
}

function removerOf(name) {
  const button = Object.assign(document.createElement('button'), { type: 'button', className: 'btn quiet square' })
  button.setAttribute('aria-label', `${words.remove}: ${titleOf(name)}`)
  button.title = words.remove
  button.dataset.remove = name
  button.append(icon('close'))
  return button
}

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'use')).setAttribute('href', `#i-${name}`)
  return svg
}

/** `4.5 / 7.1`; low limits only where there is no high one. */
function limitsText(name) {
  const { alarmMin, warningMin, warningMax, alarmMax } = limitsOf(boxOf(name))
  if (warningMax !== undefined || alarmMax !== undefined) return `${limit(warningMax)} / ${limit(alarmMax)}`
  return warningMin === undefined && alarmMin === undefined ? '—' : `< ${limit(warningMin)} / ${limit(alarmMin)}`
}

function rowOf(name, index) {
  const row = document.createElement('tr')
  row.dataset.signal = name
  const key = cell('')
  key.append(keyOf(index))
  const acts = cell('num')
  acts.append(removerOf(name))
  const values = ['muted', 'num', 'num', 'num', 'num', 'num muted'].map((look) => cell(look))
  values[1].dataset.cursor = ''
  row.append(key, cell('name', titleOf(name)), ...values, acts)
  return row
}

/** What each chosen line was in the view, beside its limits. Rows that are there already stay. */
export function showLegend(signals, grid, view) {
  root.hidden = signals.length === 0
  const shown = Array.from(body.rows, (row) => row.dataset.signal)
  if (!taken || shown.join() !== signals.join()) body.replaceChildren(...signals.map(rowOf))
  taken = true
  for (const row of body.rows) {
    const name = row.dataset.signal
    const line = grid?.lines.get(name)
    const summary = line && summaryOf(grid, line, view)
    const { digits } = boxOf(name).dataset
    const [, , unit, , min, mean, max, limits] = row.cells
    unit.textContent = unitNames[line?.unit] ?? line?.unit ?? ''
    min.textContent = number(summary?.min, digits)
    mean.textContent = number(summary?.mean, digits)
    max.textContent = number(summary?.max, digits)
    limits.textContent = limitsText(name)
  }
}

/** The values of a step, in their column. */
export function showAtCursor(grid, index) {
  for (const row of body.rows) {
    const name = row.dataset.signal
    const line = index === null ? undefined : grid?.lines.get(name)
    row.querySelector('[data-cursor]').textContent =
      index === null ? '' : figure(line?.mean[index], line?.unit, boxOf(name).dataset.digits)
  }
}

/** Tells which line is to go. */
export function listenToLegend(removed) {
  body.addEventListener('click', (event) => {
    const button = event.target.closest('[data-remove]')
    if (!button) return
    event.preventDefault()
    removed(button.dataset.remove)
  })
}
