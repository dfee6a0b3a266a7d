import type { View } from '../view.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** Distances between two ticks of a time axis. */
const STEPS = [
  ...[10, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 4, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 5, 10].map((count) => count * DAY),
]
/** A label so near to an end of the axis (as a share of it) stands inside. */
const EDGE = 0.03

/** About five round values around a range, and the axis that holds them. */
export function valueTicks(low: number, high: number, write: (value: number, digits: number) => string) {
  const span = high - low || Math.abs(high) || 1
  const rough = span / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough) ?? rough
  const digits = Math.min(9, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)))
  const first = Math.floor(low / step)
  const last = Math.max(first + 1, Math.ceil(high / step))
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => {
    const value = (first + index) * step
    return { value, words: write(value, digits) }
  })
  return { low: first * step, high: last * step, ticks }
}

/** At most seven round moments of a range: times of day in a short one, days of the plant's calendar in a long one. */
export function timeTicks({ format }: View, from: number, to: number) {
  const step = STEPS.find((one) => (to - from) / one <= 7) ?? STEPS.at(-1)!
  const write = (at: number) => {
    if (step >= DAY) return format.date(at).replace(/ \d{4}$/, '')
    return step >= MINUTE ? format.clock(at).slice(0, 5) : format.clock(at)
  }
  const ticks: { at: number; words: string; anchor: 'start' | 'middle' | 'end' }[] = []
  for (let round = Math.ceil(from / step) * step; round <= to; round += step) {
    const at = step >= DAY ? midnightBefore(round, format.clock(round)) : round
    if (at < from) continue
    const share = (at - from) / (to - from)
    ticks.push({ at, words: write(at), anchor: share < EDGE ? 'start' : share > 1 - EDGE ? 'end' : 'middle' })
  }
  return ticks
}

/** The beginning of the day whose clock shows this at the moment. */
function midnightBefore(at: number, clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return at - hours * HOUR - minutes * MINUTE
}
