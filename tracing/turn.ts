/** A record that was applied in a Worker, and carried a trace. */
export interface TracedTurn {
  /** `traceparent` of the append. */
  readonly trace: string
  /** Of the turn's own span. */
  readonly spanId: string
  readonly kind: string
  readonly type: string
  readonly partition: number
  readonly offset: number
  /** Epoch ms: when the batch with it was taken, and when that was applied. */
  readonly beganMs: number
  readonly endedMs: number
}
