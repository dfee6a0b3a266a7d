import type { Append, Rows, Segment } from '../runtime/index.ts'
import type { StateStore } from '../store/port.ts'

export interface AskOptions {
  /** Wait until these are applied: partition → offset. At most 2 s, then the fault OFFSET_NOT_REACHED. */
  readonly minOffsets?: ReadonlyMap<number, number>
  /** Also answer while the partition is being restored; else the fault RESTORING. */
  readonly stale?: boolean
}

export interface ActorAnswer {
  /** JSON text of the answer. */
  readonly body: string
  /** Last offset that the answer includes; -1 for an actor that no record has reached. */
  readonly offset: number
  /** When that record was appended, epoch ms; 0 for none. */
  readonly at: number
  readonly state: 'live' | 'restoring'
}

/** Rows of an actor's history, ascending by time; `columns[i]` goes with `names[i]`, NaN where there is no value. */
export interface HistoryRows {
  readonly names: readonly string[]
  readonly times: Float64Array
  readonly columns: readonly Float64Array[]
}

export interface Change {
  readonly address: string
  readonly offset: number
  /** Of the turn that made it, where its request is followed: a `traceparent`. */
  readonly trace?: string
}

/**
 * What the nodes of a cluster tell each other: at most once, in order from one sender, to whoever is connected at that moment. So it may
 * only shorten a wait that ends without it.
 */
export interface Bus {
  /** To all other nodes. `body` is at most 64 KiB. */
  publish(topic: string, body: string): void
  /** Hears the others, never itself. `from` names the sender until its end. Returns the way to stop. */
  subscribe(topic: string, listener: (body: string, from: string) => void): () => void
  /** Called when something another node said may have been missed: what was kept because nobody said otherwise is to be dropped. */
  onGap(listener: () => void): () => void
}

/** Of a node that has no others. */
export const ALONE: Bus = { publish() {}, subscribe: () => () => {}, onGap: () => () => {} }

/** What HTTP and pages see of the actors. */
export interface Cluster {
  readonly append: Append
  readonly store: StateStore
  readonly partitions: number
  readonly bus: Bus
  /** Partitions that this node owns now. Whoever owns partition 0 does what one node has to do for all. */
  owned(): readonly number[]
  /** Faults: ASK_TIMEOUT, OVERLOADED, RESTORING, QUARANTINED, VERSION_AHEAD, OFFSET_NOT_REACHED, NOT_FOUND (no such kind or question). */
  ask(address: string, question: string, query?: unknown, options?: AskOptions): Promise<ActorAnswer>
  /** Changes whenever the actor's state may have: an answer kept with its version is as good as a new one. */
  version(address: string): number
  /** Everything applied so far, `from` ≤ time < `to`, epoch ms; also what is not yet flushed. Unknown names give NaN columns. */
  history(address: string, range: { from: number; to: number; names: readonly string[] }): Promise<HistoryRows>
  /**
   * Rows of an actor's history that the store may not have. Ask for it before the store's segments: what is flushed in between stands in
   * both. With `containing` only those whose text has it.
   */
  tail(address: string, containing?: string): Promise<Segment | undefined>
  /** The same rows of many actors, by address, with one question a Worker; their offsets tell which of them the store has by now. */
  tails(addresses: readonly string[]): Promise<ReadonlyMap<string, Rows>>
  /** Resolves when these are applied: partition → offset. Within 2 s, or the fault OFFSET_NOT_REACHED. */
  reach(offsets: ReadonlyMap<number, number>): Promise<void>
  /** At most twice a second an actor. Returns the way to stop. */
  onChange(listener: (changes: readonly Change[]) => void): () => void
  /** True when every partition is served. */
  readiness(): { ready: boolean; restoring: number; partitions: number; replayed: number; toReplay: number }
  /** For `/api/v1/inspect`: JSON-ready. */
  inspect(): Promise<unknown>
}
