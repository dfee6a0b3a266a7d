/** Collection of the effects that have to leave the system. */
export const OUTBOX = 'outbox'

/**
 * Body of an effect in {@link OUTBOX}: something to send to a target outside. Its delivery begins when the effect is durable, is tried
 * again until the target has taken it, and has the effect's id for ever: a target that remembers ids takes it once.
 */
export interface Outgoing {
  /** `kind` says who can send it (`webhook`, `topic`, `tcp`), `key` which target of that kind: those of one target share its limits. */
  readonly target: { readonly kind: string; readonly key: string }
  /** What the kind of target sends: JSON. */
  readonly payload: unknown
  /** Epoch ms after which it is recorded as expired and not sent. */
  readonly not_after?: number
  /** Id under which the target gets it, when that is not the effect's own: what is sent anew is the same to the target. */
  readonly message_id?: string
  /** True: the actor that emitted it gets the outcome as a record `delivery` ({@link DeliveryOutcome}), once. */
  readonly report?: boolean
}

/** `kind/key` of the target of an effect in {@link OUTBOX}. */
export function targetOf(body: string): string {
  const { kind, key } = (JSON.parse(body) as Outgoing).target
  return `${kind}/${key}`
}

/** How a delivery ended. `dead`: given up, and among the dead letters. */
export type DeliveryEnd = 'delivered' | 'expired' | 'dead'

/** Value of the record `delivery` that an actor gets for what it has emitted with `report`. */
export interface DeliveryOutcome {
  /** The effect's id. */
  readonly id: string
  readonly status: DeliveryEnd
  readonly attempts: number
  /** Epoch ms. */
  readonly at: number
  /** Why the last attempt failed, or null. */
  readonly error: string | null
  /** What the target answered, where its kind says it; else null. */
  readonly answer: string | null
}
