import { figure, limit, number } from './figures.js'
import { summaryOf } from './grid.js'
import { LOOKS } from './palette.js'
import { settings } from './settings.js'
import { boxOf, titleOf } from './tree.js'
import { limitsOf } from './zones.js'

const { unitNames, words } = settings
const root = document.getElementById('legend')
const body = root.querySelector('tbody')

const cell = (className, text = '') => Object.assign(document.createElement('td'), { className, textContent: text })

function keyOf(index) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('class', 'key')
  svg.setAttribute('viewBox', '0 0 24 10')
  svg.setAttribute('aria-hidden', 'true')
  const path = svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'path'))
  path.setAttribute('class', `line s${(index % LOOKS) + 1}`)
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

/** The rows of what is chosen: what each line was in the view, beside its limits. */
export function showLegend(signals, grid, view) {
  root.hidden = signals.length === 0
  const focused = document.activeElement?.dataset?.remove
  body.replaceChildren(
    ...signals.map((name, index) => {
      const line = grid?.lines.get(name)
      const summary = line && summaryOf(grid, line, view)
      const { digits } = boxOf(name).dataset
      const row = document.createElement('tr')
      row.dataset.signal = name
      const first = cell('')
      first.append(keyOf(index))
      const last = cell('num')
      last.append(removerOf(name))
      const cursor = cell('num')
      cursor.dataset.cursor = ''
      row.append(
        first,
        cell('name', titleOf(name)),
        cell('muted', unitNames[line?.unit] ?? line?.unit ?? ''),
        cursor,
        ...['min', 'mean', 'max'].map((kind) => cell('num', number(summary?.[kind], digits))),
        cell('num muted', limitsText(name)),
        last,
      )
      return row
    }),
  )
  if (focused) body.querySelector(`[data-remove="${CSS.escape(focused)}"]`)?.focus()
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
