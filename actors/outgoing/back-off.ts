const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** Pauses after the first, second, … failed attempt. Source: Standard Webhooks, "retry schedule". */
const PAUSES_MS = [SECOND, 5 * SECOND, 30 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR]
/** So that those that failed together do not come back together. */
const JITTER = 0.2

/** How long to wait after so many failed attempts, ms; null: no more. `random` is from 0 to 1. */
export function pauseAfter(attempts: number, random: number): number | null {
  const pause = PAUSES_MS[attempts - 1]
  return pause === undefined ? null : Math.round(pause * (1 + JITTER * (2 * random - 1)))
}
