import type { Sleep } from './source.ts'

/** A clock for tests that goes on only while somebody sleeps, and then at once. */
export function manualClock(start: number) {
  let time = start
  const slept: number[] = []
  const sleep: Sleep = async (ms, signal) => {
    await Promise.resolve()
    if (signal.aborted) return
    if (ms > 0) slept.push(ms)
    time += ms
  }
  return { now: () => time, sleep, slept, pass: (ms: number) => void (time += ms) }
}
