import type { FaultCode } from './faults.ts'
import type { RowBuffer } from './history/row-buffer.ts'
import type { Answer, ActorKind, Reduce } from './kind.ts'

/** An armed timer. `value` is JSON text: what comes back is never the object that went in. */
export interface Timer {
  readonly due: number
  readonly type: string
  readonly value: string
}

/** The last message applied from one source partition: the n-th output of the turn at `offset` there. */
export interface LastMessage {
  readonly offset: number
  readonly n: number
}

/** Why and since when (a record's `at`) an actor's records go to the dead letters. */
export interface Quarantine {
  readonly since: number
  readonly offset: number
  readonly error: string
}

/** Why this node may not touch an actor: its snapshot is of a newer version, or cannot be read. */
export interface Refusal {
  readonly code: FaultCode
  readonly detail: string
}

/** A kind as the turn loop looks it up: by own names only, so that no record reaches `Object.prototype`. */
export interface KindTable {
  readonly definition: ActorKind
  readonly on: ReadonlyMap<string, Reduce<unknown>>
  /** How the records of a type are read; most kinds have none. */
  readonly read: ReadonlyMap<string, (text: string) => unknown>
  readonly ask: ReadonlyMap<string, Answer<unknown>>
}

export const kindTable = (definition: ActorKind): KindTable => ({
  definition,
  on: new Map(Object.entries(definition.on)),
  read: new Map(Object.entries(definition.read ?? {})),
  ask: new Map(Object.entries(definition.ask ?? {})),
})

/** `dirtyFrom` of an actor of which the store has everything. */
export const CLEAN = -1

/** One actor in memory. Fixed fields, and maps only when needed: there may be a hundred thousand. */
export class Actor {
  readonly address: string
  readonly kind: KindTable
  /** Its place among the version counters. */
  readonly slot: number
  state: unknown
  /** Last record that it has dealt with, -1 for none. */
  offset = -1
  /** `at` of that record, epoch ms. */
  at = 0
  /** Offset of the newest snapshot known to be in the store, which may be ahead of `offset`. */
  stored = -1
  /** First record that the store does not have, {@link CLEAN} for none. */
  dirtyFrom = CLEAN
  /** `dirtyFrom` of what a flush is writing at this moment, {@link CLEAN} for nothing. */
  writingFrom = CLEAN
  /** All history rows up to this offset are durable. */
  rowsTo = -1
  /** Whether a record has come since the eviction hand passed. */
  used = true
  rows: RowBuffer | undefined = undefined
  timers: Map<string, Timer> | undefined = undefined
  /** By source partition. */
  senders: Map<number, LastMessage> | undefined = undefined
  /** `at` of the latest records that threw. */
  failures: number[] | undefined = undefined
  quarantine: Quarantine | undefined = undefined
  refusal: Refusal | undefined = undefined

  constructor(address: string, kind: KindTable, slot: number) {
    this.address = address
    this.kind = kind
    this.slot = slot
  }

  get id(): string {
    return this.address.slice(this.address.indexOf('/') + 1)
  }
}

/** Name of the kind in an address. */
export const kindOf = (address: string): string => address.slice(0, Math.max(0, address.indexOf('/')))

export function earliestDue(timers: ReadonlyMap<string, Timer> | undefined): number | null {
  let due: number | null = null
  for (const timer of timers?.values() ?? []) if (due === null || timer.due < due) due = timer.due
  return due
}
