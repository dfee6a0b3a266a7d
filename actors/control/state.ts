import { noMoments, type Moments } from './moments.ts'
import type { DecisionBody, LoopSettings, ManipulatorPosition } from './schema.ts'

/** What became of a person's command, for the one who waits for it. */
export interface CommandOutcome {
  /** The record's. */
  readonly id: string
  /** Why it was not carried out, or null. */
  readonly refused: string | null
}

/** The state of a loop: running moments and what was decided last, never samples. All times are the log's, epoch ms. */
export interface LoopState {
  /** Version of the settings, 0 before the first. */
  version: number
  settings: LoopSettings | null
  status: ManipulatorPosition
  /** When the first settings came; null before. */
  began: number | null
  /** Since when it has this status; null before the first settings. */
  since: number | null
  /** The interlock holds the safe position. */
  held: boolean
  /** Of the readings since the last decision. */
  window: Moments
  outdated: number
  /** The last window that said something. */
  kept: Moments | null
  /** The multiple that the last decision stands on. */
  decidedAt: number | null
  /** The multiple that the next one will stand on; null before the first settings. */
  nextAt: number | null
  /** When the last reading that counted came. */
  heardAt: number | null
  readings: number
  decisions: number
  last: DecisionBody | null
  delivery: { status: string; at: number; error: string | null } | null
  /** The latest ones. */
  commands: CommandOutcome[]
  /** From this output on (offset and number within its turn) commands are worth sending; null: all. */
  sends: readonly [offset: number, output: number] | null
}

/** Whether the loop has said something newer since the command with this id, or that nothing is to be sent. */
export function isSuperseded({ sends }: LoopState, commandId: string): boolean {
  // A snapshot of an older version has none.
  if (!sends) return false
  const [, offset, output] = commandId.split('-').map(Number) as [number, number, number]
  return offset < sends[0] || (offset === sends[0] && output < sends[1])
}

export const initialState = (): LoopState => ({
  version: 0,
  settings: null,
  status: 'down',
  began: null,
  since: null,
  held: false,
  window: noMoments(),
  outdated: 0,
  kept: null,
  decidedAt: null,
  nextAt: null,
  heardAt: null,
  readings: 0,
  decisions: 0,
  last: null,
  delivery: null,
  commands: [],
  sends: null,
})
