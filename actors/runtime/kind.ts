import type { Rows } from './history/segment.ts'
import type { NewRecord } from './record.ts'

/** What a reducer may ask of the runtime. Valid during the turn only; a throw undoes all of it. */
export interface Turn {
  readonly address: string
  /** The part of the address behind the kind. */
  readonly actorId: string
  readonly partition: number
  readonly offset: number
  /** When the record was appended, epoch ms; never going back within the partition. */
  readonly at: number
  /** When this owner took the record from the log, epoch ms: it is durable since then. For measuring only: at a replay it is another. */
  readonly takenAt: number
  /** The record's own id, or ''. */
  readonly id: string
  /** The record's value as it came: one line of JSON. */
  readonly text: string
  /**
   * Stores a document exactly once, under the id `partition-offset-n`: with the next flush, or at once when it is urgent. Urgent is what
   * somebody outside waits for: each costs a write of its own. Returns the id.
   */
  emit(collection: string, at: number, body: object, options?: EmitOptions): string
  /** Appends a record for another actor; it is applied exactly once, in the order of sending. */
  send(record: NewRecord): void
  /** Arms the timer `name` (one of each name; arming again moves it): at `dueMs` the record `{type, value}` comes to this actor. */
  setTimer(name: string, dueMs: number, type: string, value?: unknown): void
  clearTimer(name: string): void
  /**
   * Adds a row to this actor's history. `time` is the source's own, epoch ms; `values` stand for the kind's `history(state)`
   * columns, NaN where there is none. Rows may come in any order of time. The array is copied. `text` is one line, for kinds with
   * `historyText`.
   */
  row(time: number, values: ArrayLike<number>, text?: string): void
  /** Adds many rows by column: `columns[i]` goes with the i-th of the kind's, all are as long as `times`. As {@link row}, but cheaper. Copied. */
  rows(times: Float64Array, columns: readonly Float64Array[]): void
  /** Marks a change that viewers should hear of (at most twice a second an actor). A turn that does not say so is silent. */
  changed(): void
}

export interface EmitOptions {
  /** Stored within milliseconds, with every effect that its partition emitted before it. */
  readonly urgent?: boolean
}

/** Applies one record; synchronous; it may change `state` only after everything that can throw is computed. */
export type Reduce<State, Value = never> = (state: State, value: Value, turn: Turn) => void

/** Reads, never writes. `nowMs` is the asker's clock. The answer goes out as JSON. */
export type Answer<State> = (state: State, query: never, view: AskView) => unknown

export interface AskView {
  readonly address: string
  readonly actorId: string
  readonly offset: number
  readonly nowMs: number
}

/**
 * A kind of actor: what its state is, how records change it, what it answers. Register it in `actors/kinds.ts`.
 * The state's type is the kind's own business: wherever kinds stand together it is `any`, since a reducer takes it and gives it.
 */
export interface ActorKind<State = any> {
  /** Lower-case name, first part of each address. */
  readonly kind: string
  /** Version of the state's shape, from 1. A snapshot of an older one goes through `upcast`, a newer one is refused. */
  readonly version: number
  initial(actorId: string): State
  readonly on: { readonly [type: string]: Reduce<State> }
  /** How the text of a record of this type is read, where not by `JSON.parse`. What it throws makes the record an unreadable one. */
  readonly read?: { readonly [type: string]: (text: string) => unknown }
  readonly ask?: { readonly [name: string]: Answer<State> }
  /** `upcast[n]` turns the state of version n into that of n + 1. Pure. */
  readonly upcast?: { readonly [version: number]: (old: never) => unknown }
  /** Column names of the history rows; may grow or change with the state. Absent: the kind keeps no history. */
  readonly history?: (state: State) => readonly string[]
  /** Whether a row of the history has a text beside its numbers. */
  readonly historyText?: true
  /** Sums up the rows of a segment in JSON text, kept beside it: answers that need no more never decode the rows. Pure. */
  readonly digest?: (rows: Rows) => string
  /** Whether its segments carry totals and buckets of their numbers, so that statistics need not decode the rows. */
  readonly summaries?: true
  /**
   * Applied in place of `on` to a record whose id was applied before, so that a kind can count them. Absent for a type: such records are
   * dropped.
   */
  readonly repeated?: { readonly [type: string]: Reduce<State> }
  /**
   * How a state becomes JSON and back, for states that are not plain JSON. Default: as they are. What comes back must behave as
   * what went in, or a replay ends elsewhere: JSON knows no NaN, Infinity, -0, undefined, Map or typed array.
   */
  readonly toJson?: (state: State) => unknown
  readonly fromJson?: (json: never) => State
}

/** Types a kind's definition. Adding a kind is one folder with this call and one line in `actors/kinds.ts`. */
export const defineActor = <State>(kind: ActorKind<State>): ActorKind<State> => kind
