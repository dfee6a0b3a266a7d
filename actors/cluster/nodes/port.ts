import type { FarAsks } from '../../../figures/far-asks.ts'
import type { Cluster } from '../port.ts'

/**
 * The actors of this node alone. It answers for the partitions that are its own at that moment, and refuses others with NOT_OWNER: also one
 * that it was given and can no longer be sure of.
 */
export type OwnActors = Omit<Cluster, 'bus' | 'history'> & {
  /** Partitions that it has in memory while the group does not say whose they are. What it answers for them is not the present, and says so. */
  suspended(): readonly number[]
  /** Whether the group leaves this partition to this node for certain. */
  isLeased(partition: number): boolean
}

export interface NodesOptions {
  readonly local: OwnActors
  /** How other nodes reach this one: scheme, host and port. */
  readonly url: string
  /** At least 32 characters, the same on every node. */
  readonly secret: string
  /** Of this node; 0: it only serves. */
  readonly workers: number
  /** Of the program. */
  readonly version: string
  /** How long questions to other nodes take. */
  readonly asks?: FarAsks
  report(level: 'info' | 'warn' | 'error', sentence: string): void
  /** Another process goes by this node's address: questions for one come to the other, and one of the two has to end. */
  onFailed(sentence: string): void
  /** What a question to another node carries on of the request that it belongs to: `traceparent`, `x-request-id`. */
  carry?(): Record<string, string>
}

/** This node among the others. */
export interface Nodes {
  /** All actors, wherever they are. */
  readonly cluster: Cluster
  /** Answers what other nodes ask, under `/.node/`; undefined for any other path. It needs no other gate: each request is signed. */
  handle(request: Request): Promise<Response> | undefined
  /** To be called when this node has got partitions or lost some: everybody looks who owns what. */
  ownersChanged(): void
  /** Says farewell: the others ask this node nothing from then on. Before the server stops to listen; once more does no harm. */
  stop(): Promise<void>
}
