import type { Outgoing } from '../runtime/index.ts'

export const RELAY_KINDS = ['webhook', 'topic'] as const
export type RelayKind = (typeof RELAY_KINDS)[number]

/** Which events a relay carries: those that fit all that it names. `type` and `subject` are exact, or begin with what stands before `*`. */
export interface RelayFilter {
  /** Kind of the actor that told of it, of this system's own events; `event` for those from outside. */
  readonly kind?: string
  readonly type?: string
  readonly subject?: string
}

/** What those who match events know of a relay: where it leads, not how to get there. */
export interface Route {
  readonly id: number
  readonly kind: RelayKind
  readonly filter: RelayFilter
}

/** Record `relays`: all routes that there are, from this record on. Only a higher version than the last counts. */
export interface RelaysRecord {
  readonly version: number
  readonly relays: readonly Route[]
}

/** What is looked at, and carried: any further field goes along. */
export interface RelayedEvent {
  readonly id: string
  readonly type?: string
  readonly source?: string
  readonly subject?: string
}

/** Body of a relayed message, as Standard Webhooks advises. */
export interface RelayMessage {
  readonly type: string
  /** When the event came in, ISO 8601. */
  readonly timestamp: string
  readonly data: object
}

/** `windbox/<kind>/<id>`: the source of what actors tell. */
const OWN_SOURCE = /^windbox\/([^/]+)\//

const fits = (pattern: string | undefined, text: string | undefined): boolean =>
  pattern === undefined ||
  (text !== undefined && (pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern))

/** Whether a relay with this filter carries the event. */
export function carries({ kind, type, subject }: RelayFilter, event: RelayedEvent): boolean {
  if (!fits(type, event.type) || !fits(subject, event.subject)) return false
  return kind === undefined || kind === (OWN_SOURCE.exec(event.source ?? '')?.[1] ?? 'event')
}

/** What leaves the system for an event, `at` being when it came in, epoch ms. */
export function relayed({ id, kind }: Route, event: RelayedEvent, at: number): Outgoing {
  const timestamp = new Date(at).toISOString()
  const payload: RelayMessage = {
    type: event.type ?? 'event',
    timestamp,
    data: { ...event, ingest_time: timestamp },
  }
  return { target: { kind, key: String(id) }, payload }
}

/** Address of the actor that sends again what could not be sent to a target. */
export const relayAddress = ({ kind, key }: Outgoing['target']): string => `relay/${kind}:${key}`

/** The outgoing that an operator sends again: to the receiver it is the same message, and the actor that sent it first is not told. */
export function resent({ target, payload, not_after, message_id }: Outgoing, id: string): Outgoing {
  return { target, payload, message_id: message_id ?? id, ...(not_after === undefined ? {} : { not_after }) }
}
