import { emptyRow, type Row } from './columns.ts'
import { SIGNAL_COUNT } from './signals.ts'
import type { Level } from './status.ts'
import { noWork, type Work } from './work.ts'

/** A rotor as it was entered: the directory's version of it, its number, and when it was installed, epoch ms. */
export interface Rotor {
  readonly version: number
  readonly number: string
  readonly installedAt: number
}

/**
 * The state of an exhauster: its newest history row, and what the rules must remember besides. The document of now and the
 * document of a past moment are made by one function from one kind of row.
 */
export interface ExhausterState {
  /** Moment of the newest frame, epoch ms. */
  moment: number | null
  row: Row
  /** Which limit each signal passed at its last good value. */
  levels: Level[]
  /** Since when each value is the same while running, epoch ms. */
  unchanged: number[]
  work: Work
  /** Ascending by version; the last is installed. */
  rotors: Rotor[]
  /** What the last status change said: status code and the worst signals. */
  announced: { status: number; worst: number[] }
  /** The silence of a live source has been announced. */
  silent: boolean
}

export const initialState = (): ExhausterState => ({
  moment: null,
  row: emptyRow(),
  levels: new Array(SIGNAL_COUNT).fill(0),
  unchanged: new Array(SIGNAL_COUNT).fill(0),
  work: noWork(),
  rotors: [],
  announced: { status: 3, worst: [] },
  silent: false,
})

/** JSON knows no NaN: null stands for it. */
export const toJson = (state: ExhausterState): unknown => ({
  ...state,
  row: Array.from(state.row, (value) => (Number.isNaN(value) ? null : value)),
})

export const fromJson = (json: Omit<ExhausterState, 'row'> & { row: (number | null)[] }): ExhausterState => ({
  ...json,
  row: Float64Array.from(json.row, (value) => value ?? NaN),
})
