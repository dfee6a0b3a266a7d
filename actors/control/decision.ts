import { varianceOf, type Moments } from './moments.ts'
import type { TestName, Verdict } from './schema.ts'
import { oneSample, welch, type TTest } from './t-test.ts'

/** What a window says, against the window that was kept. */
export interface Judgement {
  readonly verdict: Verdict
  /** null where nothing was tested. */
  readonly test: TTest | null
}

/**
 * Judges a window. The one-sample test compares with the kept mean, which is 0 before there is one, as the replaced controller
 * did; Welch's has nothing to compare a first window with. A window of fewer than two readings, or of equal ones, says nothing.
 */
export function judge(window: Moments, kept: Moments | null, how: { test: TestName; alpha: number }): Judgement {
  if (window.n === 0) return { verdict: 'no_readings', test: null }
  if (window.n === 1) return { verdict: 'one_reading', test: null }
  if (varianceOf(window) === 0) return { verdict: 'no_variance', test: null }
  if (how.test === 'welch' && kept === null) return { verdict: 'first_window', test: null }
  const test = how.test === 'welch' ? welch(kept!, window) : oneSample(window, kept?.mean ?? 0)
  return { verdict: test.p < how.alpha ? 'rejected' : 'kept', test }
}

/** Whether such a window is what the next one is compared with. */
export const isKept = (verdict: Verdict): boolean =>
  verdict === 'rejected' || verdict === 'kept' || verdict === 'first_window'
