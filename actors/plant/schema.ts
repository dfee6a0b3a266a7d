import type { FaultCode } from '../runtime/index.ts'

/** What every record for the plant says of the message that it stands for. */
export interface FromSource {
  readonly source: string
  readonly cursor: string
  readonly clock: 'live' | 'replay'
  readonly demonstration: boolean
}

/** Record `frame`: a message whose records for the machines are all durable. */
export interface PlantFrame extends FromSource {
  /** Epoch ms. */
  readonly moment: number
  /** How many keys the plant's list does not have. */
  readonly unknown: number
  /** How many signals were no numbers. */
  readonly wrong: number
  /** The first of those, with what they carried. */
  readonly signals?: Readonly<Record<string, string>>
}

/** Record `rejected`: a message that is no frame. */
export interface RejectedFrame extends FromSource {
  readonly code: FaultCode
  readonly cause: string
  /** The message, at most 64 KiB of it. */
  readonly payload: string
  /** All of it, bytes. */
  readonly size: number
}

/** What the plant keeps of one source. Plain JSON. */
export interface SourceState {
  cursor: string
  clock: 'live' | 'replay'
  demonstration: boolean
  /** Newest moment that it brought, epoch ms; null before its first frame. */
  newest: number | null
  frames: number
  duplicates: number
  late: number
  rejected: Partial<Record<FaultCode, number>>
  /** Signals that were no numbers, keys that the plant does not have: counted over all frames. */
  wrong: number
  unknown: number
  /** Which signals were wrong in the last frame: only a change is worth a dead letter. */
  wrongNow: string
}

export interface PlantState {
  sources: Record<string, SourceState>
  /** Newest moment of all sources, epoch ms. */
  newest: number | null
  /** The newest source's clock, and whether it is a demonstration. */
  clock: 'live' | 'replay' | null
  demonstration: boolean
  /** Moments taken last, oldest first: tells a duplicate from a late frame. */
  recent: number[]
}
