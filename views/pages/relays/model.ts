import type { RelayFilter, RelayKind } from '../../../actors/relay/schema.ts'
import type { PlantModel } from '../model.ts'

/** How a relay stands, by what came of the last attempt. Times are ISO 8601. */
export type Standing =
  | { readonly kind: 'paused' | 'idle' | 'delivering' | 'failing' }
  /** The target does not answer: it is spared until then. */
  | { readonly kind: 'resting'; readonly until: string }

export interface RelayRow {
  readonly id: number
  readonly name: string
  readonly kind: RelayKind
  /** An URL, or the name of a topic. */
  readonly place: string
  readonly filter: RelayFilter
  readonly active: boolean
  readonly standing: Standing
  /** The last attempt: when, and why it failed (null: it was taken); null before the first. */
  readonly tried: { readonly at: string; readonly error: string | null } | null
}

/** Times are ISO 8601. */
export interface DeliveryRow {
  readonly id: string
  /** Of the event. */
  readonly at: string
  readonly status: 'waiting' | 'delivered' | 'expired' | 'dead'
  readonly attempts: number
  readonly tried_at: string | null
  readonly next_at: string | null
  readonly error: string | null
  readonly answer: string | null
}

export interface RelaysModel {
  readonly plant: PlantModel
  readonly relays: readonly RelayRow[]
  /** What a new one may lead to, here. */
  readonly kinds: readonly RelayKind[]
}

export interface RelayModel {
  readonly plant: PlantModel
  readonly relay: RelayRow & { readonly created_at: string; readonly updated_at: string }
  /** Newest first. */
  readonly deliveries: readonly DeliveryRow[]
  readonly older: string | null
  readonly cursor: string | undefined
}
