import { historyAddress } from './address.js'

/** The answer was a refusal, or none; `status` is 0 for none. */
export class HistoryFault extends Error {
  constructor(status) {
    super(`history: ${status}`)
    this.status = status
  }
}

/**
 * Lines of history by the names of their signals: `{from, to, step, lines: Map(name → {unit, points})}`, points as the API gives them,
 * `[at, min, mean, max]`. Throws {@link HistoryFault}.
 */
export async function readHistory(query, signal) {
  let response
  try {
    response = await fetch(historyAddress('/data', query), { signal, headers: { accept: 'application/json' } })
  } catch (error) {
    if (error.name === 'AbortError') throw error
    throw new HistoryFault(0)
  }
  if (!response.ok) throw new HistoryFault(response.status)
  const { series } = await response.json()
  const lines = new Map(series.map(({ signal: name, unit, points }) => [name, { unit, points }]))
  return { from: query.from, to: query.to, step: query.step, lines }
}

/** What is known, gone on with: its last two steps and all after them come anew, what lies before `from` goes. */
export async function goOn(known, { from, to }, signal) {
  const stepMs = known.step * 1000
  const since = Math.max(from, Math.floor(known.to / stepMs - 1) * stepMs)
  const query = { signals: [...known.lines.keys()], from: since, to, step: known.step }
  const tail = await readHistory(query, signal)
  const begin = Math.floor(from / stepMs) * stepMs
  const lines = new Map()
  for (const [name, { unit, points }] of known.lines) {
    const kept = points.filter(([at]) => at >= begin && at < since)
    lines.set(name, { unit, points: [...kept, ...tail.lines.get(name).points] })
  }
  return { from, to, step: known.step, lines }
}
