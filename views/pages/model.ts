import type { ExhausterDocument, ExhausterId, MachineDocument, StatusChange } from '../../actors/exhauster/schema.ts'

/** One machine as a page finds it: its document, or why there is none. */
export type Reading<Document> =
  | { readonly kind: 'live'; readonly document: Document }
  /** The partition is being restored: the document is the last known one. */
  | { readonly kind: 'restoring'; readonly document: Document }
  | { readonly kind: 'unavailable' }

/** Vibration of the last 12 h: the largest of the twelve in each of equal steps, null where nothing was measured. */
export interface Sparkline {
  readonly from: number
  readonly to: number
  readonly values: readonly (number | null)[]
}

/** What the source of readings is. */
export interface PlantState {
  /** The readings come from a simulation: said on every page. */
  readonly demonstration: boolean
  /** `replay`: ages are measured against the newest moment of the recording. */
  readonly clock: 'live' | 'replay'
  /** The newest frame's moment, epoch ms, or null before the first. */
  readonly moment: number | null
  /** What does not answer at this moment. */
  readonly away: readonly ('store' | 'log')[]
}

/** Everything the pages show, read at one moment and shared by all viewers. */
export interface PlantModel {
  readonly plant: PlantState
  readonly exhausters: ReadonlyMap<ExhausterId, Reading<ExhausterDocument>>
  readonly machines: readonly Reading<MachineDocument>[]
  readonly sparklines: ReadonlyMap<ExhausterId, Sparkline>
  /** Newest first, per exhauster. */
  readonly changes: ReadonlyMap<ExhausterId, readonly StatusChange[]>
}
