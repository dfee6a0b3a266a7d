import type { View } from '../view.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

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

/** Six moments from one end of a range to the other: time of day in a short one, the day in a long one. */
export function timeTicks({ format }: View, from: number, to: number) {
  const write = (at: number) => {
    if (to - from > 2 * DAY) return format.date(at).replace(/ \d{4}$/, '')
    const clock = format.clock(at)
    return to - from >= HOUR / 2 ? clock.slice(0, 5) : clock
  }
  return Array.from({ length: 6 }, (_, index) => {
    const at = from + ((to - from) * index) / 5
    return { at, words: write(at), anchor: index === 0 ? 'start' : index === 5 ? 'end' : 'middle' }
  })
}
