import type { PlantModel } from '../model.ts'

export interface DeadLetterRow {
  readonly id: string
  /** Where it was to go: `kind/id`. */
  readonly address: string
  /** ISO 8601. */
  readonly at: string
  readonly code: string
  readonly cause: string
  /** `<partition>-<offset>` of the record that it came of. */
  readonly position: string
  /** Replays so far. */
  readonly attempts: number
}

export interface DeadLetterDetail extends DeadLetterRow {
  readonly type: string
  readonly stack: string | null
  /** The last replay; nulls before the first. */
  readonly replayed_at: string | null
  readonly replayed_by: string | null
  readonly replay_position: string | null
  /** As it stands in the log, or as it was to be sent. */
  readonly payload: string
}

export interface DeadLetterFilter {
  readonly kind: string | undefined
  readonly code: string | undefined
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
  /** Why the actor of that one gets no records at all, and since when (ISO 8601); null: it does. */
  readonly quarantine: { readonly since: string; readonly error: string } | null
}
