import type { Backend } from '../actors/cluster/backend.ts'
import type { TopicWriter } from '../actors/outgoing/topic.ts'
import type { EventLog } from '../actors/log/port.ts'
import type { StateStore } from '../actors/store/port.ts'
import type { BackUp } from '../http/backups.ts'

/** Where log and store are, and what follows from that. */
export interface Edition {
  readonly log: EventLog
  readonly store: StateStore
  /** What the Workers open. */
  readonly backend: Backend
  /** What holds the data, for people. */
  readonly place: string
  /** The broker's topics, for relays; absent where there is no broker. */
  readonly topics?: TopicWriter
  /** Copies the data; absent where others do it. */
  readonly backUp?: BackUp
  /** Leaves word of where the server listens. Returns the way to take it back. */
  announce(url: string): () => void
}

/** Steps that undo what was done, to be taken in the other order. */
export type Undo = (() => unknown)[]

/** A store goes with the log that it was made with, or nothing starts. Faults: LOG_MISMATCH. */
export async function bind(store: StateStore, log: EventLog): Promise<void> {
  await store.bindLog({ id: log.id, ends: async () => (await log.bounds()).map(({ end }) => end) })
}
