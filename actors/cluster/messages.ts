import type { TracedTurn } from '../../tracing/turn.ts'
import type { Rows, Segment } from '../runtime/index.ts'
import type { ClusterBackend, EmbeddedBackend } from './backend.ts'

/** What a Worker gets to begin with. The shared buffers outlive it: its successor goes on with them. */
export interface WorkerSettings {
  readonly index: number
  readonly backend: Omit<EmbeddedBackend, 'serveLog'> | Omit<ClusterBackend, 'leave'>
  readonly partitionCount: number
  /** Whether records that carry a trace are followed. */
  readonly isTraced: boolean
  /** Most actors of a partition in memory. */
  readonly maxResident: number
  readonly board: SharedArrayBuffer
  readonly versions: SharedArrayBuffer
  /** The main thread's `performance.now()` when it sent this: two threads count from different moments. */
  readonly nowMs: number
}

/** Main thread → Worker. Flat objects of primitives take the fast path of structured clone. */
export type ToWorker =
  | { readonly type: 'open'; readonly settings: WorkerSettings; readonly log: MessagePort | null }
  | {
      readonly type: 'ask'
      readonly id: number
      readonly address: string
      readonly question: string
      readonly query: string
      readonly stale: boolean
      /** What the answer must include: an offset of the actor's partition; -1 for nothing. */
      readonly min: number
    }
  | { readonly type: 'tail'; readonly id: number; readonly address: string; readonly containing?: string }
  | { readonly type: 'tails'; readonly id: number; readonly addresses: readonly string[] }
  | { readonly type: 'inspect'; readonly id: number }
  /** Others are to have its partitions; it serves them until then. */
  | { readonly type: 'release' }
  | { readonly type: 'stop' }

/** Worker → main thread. `id` belongs to the question. */
export type FromWorker =
  | { readonly type: 'loaded' }
  | { readonly type: 'opened' }
  | { readonly type: 'released' }
  | { readonly type: 'stopped' }
  /** It is this member of the group from now on. */
  | { readonly type: 'joined'; readonly memberId: string }
  /** The partitions that are its own from now on, all of them, and those that it has in memory and cannot be sure of. */
  | { readonly type: 'owns'; readonly partitions: readonly number[]; readonly suspended: readonly number[] }
  /** For the operator: what goes wrong and is tried again, or that it is over. */
  | { readonly type: 'trouble'; readonly level: 'info' | 'warn'; readonly sentence: string }
  | { readonly type: 'failed'; readonly code: string; readonly detail: string }
  | {
      readonly type: 'answer'
      readonly id: number
      readonly body: string
      readonly offset: number
      readonly at: number
      readonly state: 'live' | 'restoring'
    }
  | {
      readonly type: 'refused'
      readonly id: number
      readonly code: string
      readonly detail: string
      readonly retryAfterS: number
    }
  | { readonly type: 'tail'; readonly id: number; readonly segment: Segment | undefined }
  | { readonly type: 'tails'; readonly id: number; readonly tails: readonly (readonly [address: string, rows: Rows])[] }
  | { readonly type: 'report'; readonly id: number; readonly report: string }
  /** Effects of the outbox have become durable; `at` is the newest one's. */
  | { readonly type: 'outgoing'; readonly at: number }
  | {
      readonly type: 'changed'
      readonly addresses: readonly string[]
      readonly offsets: readonly number[]
      /** One for each address; absent where no change is followed. */
      readonly traces?: readonly (string | undefined)[]
    }
  /** Records that carried a trace were applied. */
  | { readonly type: 'traced'; readonly turns: readonly TracedTurn[] }
