import type { CommandView, DecisionView, LoopDocument, StatusRun } from '../../../actors/control/schema.ts'
import type { PlantModel, Reading } from '../model.ts'

/** How much of a loop's past is shown, by the name of the choice in the address. */
export const LOOP_RANGES = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const
export type LoopRange = keyof typeof LOOP_RANGES

export interface LoopsModel {
  readonly plant: PlantModel
  /** By name; `default` is always there. */
  readonly loops: readonly { readonly name: string; readonly loop: Reading<LoopDocument> }[]
}

export interface LoopModel {
  readonly plant: PlantModel
  readonly name: string
  readonly loop: Reading<LoopDocument>
  /** Epoch ms. */
  readonly from: number
  readonly to: number
  readonly range: LoopRange
  /** Ascending, clipped to the range; where there is none, nothing was commanded yet. */
  readonly runs: readonly StatusRun[]
  /** Newest first. */
  readonly decisions: readonly DecisionView[]
  /** Where the older ones begin; null: there are none. */
  readonly older: string | null
  /** Where these begin, when they are not the newest. */
  readonly cursor: string | undefined
  /** Those that no decision made, newest first. */
  readonly commands: readonly CommandView[]
}
