import type { PlantModel } from '../model.ts'

export interface DeadLetterRow {
  readonly id: string
  /** Where it was to go: `kind/id`. */
  readonly address: string
  /** ISO 8601. */
  readonly at: string
  readonly code: string
  readonly message: string
  /** `<partition>-<offset>`; null: it was none of the log's. */
  readonly position: string | null
  /** Replays so far. */
  readonly attempts: number
}

export interface DeadLetterDetail extends DeadLetterRow {
  readonly type: string | null
  readonly stack: string | null
  /** As it stands in the log, or as it was to be sent. */
  readonly payload: string
}

export interface DeadLetterFilter {
  readonly kind?: string
  readonly code?: string
}

export interface DeadLettersModel {
  readonly plant: PlantModel
  readonly filter: DeadLetterFilter
  /** What can be chosen. */
  readonly kinds: readonly string[]
  readonly codes: readonly string[]
  /** Newest first; null: they cannot be read now. */
  readonly letters: readonly DeadLetterRow[] | null
  readonly older: string | null
  readonly cursor: string | undefined
  /** The one that is looked at. */
  readonly chosen: DeadLetterDetail | null
}
