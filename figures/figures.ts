import type { Appends } from './appends.ts'
import type { FarAsks } from './far-asks.ts'
import type { Histogram } from './histogram.ts'

/** What is counted outside HTTP, for the metrics. A part is absent where nobody counts it. */
export interface Figures {
  readonly edition?: 'embedded' | 'cluster'
  /** What this node alone says of itself, as `Cluster.inspect` does of all. */
  readonly inspect?: () => Promise<unknown>
  /** Questions to actors, by how far they went: to a Worker of this node, to another node. */
  readonly asks?: { readonly worker: Histogram; readonly node: FarAsks }
  readonly appends?: Appends
  readonly deliveries?: () => Readonly<Record<'delivered' | 'retried' | 'dead' | 'expired', number>> | undefined
  /** Spans of traces. */
  readonly spans?: () => { readonly exported: number; readonly dropped: number }
}
