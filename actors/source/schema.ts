import type { FaultCode } from '../runtime/index.ts'

/** Address of the actor of a source: how far it is read, and what in it was no event. */
export const sourceAddress = (name: string): string => `source/${name}`

/** Who sends the events of a source, in their ids. For ever the same. */
export const senderOfSource = (name: string): string => `source/${name}`

/** Record `begin`: where the reading of partitions begins, of those that have never been read. */
export interface BeginSource {
  readonly positions: Readonly<Record<string, number>>
}

/** Record `read`: everything before `next` is in the log. */
export interface SourceRead {
  readonly partition: number
  readonly next: number
}

/** Record `rejected`: a message that is no event. */
export interface RejectedMessage {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly code: FaultCode
  readonly cause: string
  /** The message, at most 64 KiB of it. */
  readonly payload: string
  /** All of it, bytes. */
  readonly size: number
}

/** What is kept of a source. Plain JSON. */
export interface SourceState {
  /** By partition of the topic: the first offset that is not read. */
  positions: Record<string, number>
  rejected: Partial<Record<FaultCode, number>>
}

/** Type of the records, and of the dead letters, of messages that are no events. */
export const REJECTED = 'rejected'
