/**
 * History on one grid of steps, as the chart draws it: `times` are the starts of all steps, `lines` hold a value a step in `min`, `mean` and
 * `max`, null where nothing was measured.
 */
export function gridOf({ from, to, step, lines }) {
  const stepMs = step * 1000
  const first = Math.floor(from / stepMs) * stepMs
  const times = Array.from({ length: Math.ceil((to - first) / stepMs) }, (_, index) => first + index * stepMs)
  const laid = new Map()
  for (const [name, { unit, points }] of lines) {
    const [min, mean, max] = [0, 1, 2].map(() => new Array(times.length).fill(null))
    for (const point of points) {
      const index = Math.round((point[0] - first) / stepMs)
      if (index >= 0 && index < times.length) [, min[index], mean[index], max[index]] = point
    }
    laid.set(name, { name, unit, min, mean, max })
  }
  return { times, stepMs, from, to, lines: laid }
}

/** Steps at the end that wait for the next frame are no gap. */
const LATE_MS = 180_000

/** Where none of these lines has a value: `[from, to]` in epoch ms. */
export function gapsOf({ times, stepMs, from, to }, lines) {
  const gaps = []
  if (lines.length === 0) return gaps
  for (let index = 0; index < times.length; index++) {
    if (lines.some(({ mean }) => mean[index] !== null)) continue
    const begin = index
    while (index < times.length && lines.every(({ mean }) => mean[index] === null)) index++
    const ends = index === times.length
    if (ends && begin > 0 && to - times[begin] < Math.max(LATE_MS, stepMs)) break
    // The first step is cut: the frame of its minute may lie before the interval.
    if (begin === 0 && !ends && times[index] - from <= stepMs) continue
    gaps.push([times[begin], ends ? to : times[index]])
  }
  return gaps
}

/** Least, mean of the steps' means, and greatest value within a view; null when there is none. */
export function summaryOf({ times, stepMs }, line, view) {
  let [count, min, sum, max] = [0, Infinity, 0, -Infinity]
  times.forEach((at, index) => {
    if (line.mean[index] === null || at + stepMs <= view.from || at >= view.to) return
    count++
    min = Math.min(min, line.min[index])
    sum += line.mean[index]
    max = Math.max(max, line.max[index])
  })
  return count === 0 ? null : { min, mean: sum / count, max }
}
