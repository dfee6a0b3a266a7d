import { stamp } from './figures.js'
import { settings } from './settings.js'
import { boxOf } from './tree.js'

const { machines, words } = settings
const SVG = 'http://www.w3.org/2000/svg'
const RANK = { ok: 0, unknown: 0, warning: 1, alarm: 2 }
/** Marks nearer than this would cover each other. */
const APART_PX = 16

/** Changes of the machines' statuses for the worse, within an interval: as the API's events. None when they cannot be read. */
export async function readChanges({ signals, from, to }, signal) {
  const query = [
    ...signals.map((name) => `signal=${name}`),
    `from=${new Date(from).toISOString()}`,
    `to=${new Date(to).toISOString()}`,
  ]
  const response = await fetch(`/dashboard/trends/changes?${query.join('&')}`, { signal }).catch(() => null)
  if (!response?.ok) return []
  const { items } = await response.json()
  return items
    .filter(({ status, previous }) => RANK[status] > RANK[previous])
    .map((change) => ({ ...change, at: Date.parse(change.at) }))
}

/** When a machine went into warning or alarm, above the chart; where there is no room, the worst and then the first of them. */
export function createMarks(root) {
  const list = root.appendChild(document.createElement('div'))
  list.className = 'changes'
  return {
    draw(changes, plot) {
      const kept = []
      const { clientWidth } = plot?.over ?? { clientWidth: 0 }
      for (const change of [...changes].sort((a, b) => RANK[b.status] - RANK[a.status] || a.at - b.at)) {
        const left = plot ? plot.valToPos(change.at, 'x') : -1
        if (left < 0 || left > clientWidth || kept.some((other) => Math.abs(other.left - left) < APART_PX)) continue
        kept.push({ left, change })
      }
      list.replaceChildren(
        ...kept.sort((a, b) => a.left - b.left).map(({ left, change }) => markOf(change, left + plot.over.offsetLeft)),
      )
    },
  }
}

function markOf({ at, status, exhauster, causes }, left) {
  const mark = document.createElement('span')
  const cause = boxOf(`${exhauster}/${causes[0]?.signal}`)?.dataset.name
  mark.title = `${stamp(at)}: ${machines[exhauster]}, ${words.status[status]}${cause ? `, ${cause}` : ''}`
  mark.setAttribute('role', 'img')
  mark.setAttribute('aria-label', mark.title)
  mark.dataset.status = status
  mark.style.left = `${left}px`
  const svg = mark.appendChild(document.createElementNS(SVG, 'svg'))
  svg.setAttribute('class', 'mark')
  svg.appendChild(document.createElementNS(SVG, 'use')).setAttribute('href', `#m-${status}`)
  return mark
}
