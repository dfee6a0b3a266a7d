import { varianceOf } from './moments.ts'
import type { LoopDocument } from './schema.ts'
import type { LoopState } from './state.ts'

const time = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** What stands for settings while none has come: the record of a new loop is on its way. */
const NO_SETTINGS = {
  interval_s: 0,
  alpha: 0,
  test: 'one_sample',
  manipulator: null,
  interlock: null,
  dry_run: true,
} as const

/** The loop now. */
export function documentOf(loop: string, state: LoopState): LoopDocument {
  const { window, kept, settings, delivery } = state
  return {
    loop,
    version: state.version,
    ...(settings ?? NO_SETTINGS),
    status: state.status,
    status_since: time(state.since),
    held: state.held,
    mean: kept?.mean ?? null,
    window: {
      n: window.n,
      mean: window.n === 0 ? null : window.mean,
      stddev: finite(Math.sqrt(varianceOf(window))),
      outdated: state.outdated,
    },
    readings: state.readings,
    decisions: state.decisions,
    last_decision: state.last,
    next_decision_at: time(state.nextAt),
    last_delivery: delivery && { ...delivery, at: new Date(delivery.at).toISOString() },
  }
}
