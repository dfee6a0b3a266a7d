const MINUTE_S = 60
const HOUR_S = 3600
const DAY_S = 86_400

/** An interval is this long at least and at most, ms. */
export const SHORTEST_MS = MINUTE_S * 1000
export const LONGEST_MS = 31 * DAY_S * 1000

/** Which steps (seconds) an interval of at most `upToMs` may have: minutes up to a day, hours above it. */
export const STEP_RULES: readonly { readonly upToMs: number; readonly steps: readonly number[] }[] = [
  { upToMs: HOUR_S * 1000 - 1, steps: [MINUTE_S, 10 * MINUTE_S, 30 * MINUTE_S] },
  { upToMs: DAY_S * 1000, steps: [MINUTE_S, 10 * MINUTE_S, 30 * MINUTE_S, HOUR_S] },
  { upToMs: LONGEST_MS, steps: [HOUR_S, 12 * HOUR_S, DAY_S] },
]

/** A line of more points than this is drawn no better, and read no faster. */
export const ENOUGH_POINTS = 750

/** The steps that an interval may have, seconds, the finest first. */
export const stepsOf = (lengthMs: number): readonly number[] =>
  (STEP_RULES.find(({ upToMs }) => lengthMs <= upToMs) ?? STEP_RULES.at(-1)!).steps

/** The finest of them that gives no more points than are enough. */
export function autoStep(lengthMs: number): number {
  const steps = stepsOf(lengthMs)
  return steps.find((step) => lengthMs / (step * 1000) <= ENOUGH_POINTS) ?? steps.at(-1)!
}
