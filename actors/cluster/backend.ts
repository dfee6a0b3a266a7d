import type { RedpandaOptions } from '../log/redpanda/client.ts'

/** Log and store of the embedded edition: two files. */
export interface EmbeddedBackend {
  readonly edition: 'embedded'
  readonly storeFile: string
  readonly logFile: string
  /** Connects a Worker to the log: what it gets is the other end. Returns the way to end it, for a Worker that ended. */
  serveLog(port: MessagePort, partitions: readonly number[]): () => void
}

/** Log and store of the cluster edition: servers that every Worker connects to by itself. */
export interface ClusterBackend extends Pick<RedpandaOptions, 'brokers' | 'namespace' | 'security'> {
  readonly edition: 'cluster'
  readonly mongoUrl: string
  /** A member that was not heard of for so long loses its partitions. */
  readonly sessionTimeoutMs: number
  /** How other nodes reach this one; null for a cluster of one. */
  readonly nodeUrl: string | null
  /** Of this process, new at each start. */
  readonly node: string
  /** Which data this is: log and database. */
  readonly log: string
  /** Says of a member of the group that it is gone: a Worker that ends without a word keeps its place until its session has run out. */
  leave(memberId: string): Promise<void>
}

export type Backend = EmbeddedBackend | ClusterBackend
