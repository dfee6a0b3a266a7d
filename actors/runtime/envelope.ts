import {
  Actor,
  earliestDue,
  type KindTable,
  type LastMessage,
  type Quarantine,
  type Refusal,
  type Timer,
} from './actor.ts'
import type { Snapshot } from './ports.ts'

/**
 * What a snapshot keeps beside the state, as JSON. Everything that decides how a later record is treated is in here, so a
 * replay treats it the same way. Absent fields are empty.
 */
interface Envelope {
  readonly state: unknown
  readonly timers?: Readonly<Record<string, readonly [due: number, type: string, value: string]>>
  readonly senders?: Readonly<Record<string, readonly [offset: number, n: number]>>
  readonly failures?: readonly number[]
  readonly quarantine?: Quarantine
  /** Rows up to this offset are in segments; there is none between it and the snapshot's offset. */
  readonly rowsTo?: number
}

/** The actor as the store keeps it, captured at once: later turns do not change it. */
export function toSnapshot(actor: Actor, partition: number, epoch: number): Snapshot {
  const { definition } = actor.kind
  const envelope: Envelope = {
    state: definition.toJson === undefined ? actor.state : definition.toJson(actor.state),
    ...(actor.timers?.size
      ? { timers: fromMap(actor.timers, ({ due, type, value }) => [due, type, value] as const) }
      : undefined),
    ...(actor.senders?.size ? { senders: fromMap(actor.senders, ({ offset, n }) => [offset, n] as const) } : undefined),
    ...(actor.failures?.length ? { failures: actor.failures } : undefined),
    ...(actor.quarantine === undefined ? undefined : { quarantine: actor.quarantine }),
    // Whoever writes this snapshot wrote the rows first; without any, the next segment still begins where the last one ended.
    rowsTo: actor.rows?.length ? actor.offset : actor.rowsTo,
  }
  return {
    address: actor.address,
    partition,
    offset: actor.offset,
    epoch,
    version: definition.version,
    due: earliestDue(actor.timers),
    state: JSON.stringify(envelope),
    at: actor.at,
  }
}

/**
 * The actor of a snapshot (or one that no record has reached). A newer version than this node knows, or a snapshot that cannot
 * be read, gives an actor with a refusal: it is neither changed nor written.
 */
export function fromSnapshot(address: string, kind: KindTable, slot: number, snapshot: Snapshot | undefined): Actor {
  const actor = new Actor(address, kind, slot)
  if (snapshot === undefined) {
    actor.state = kind.definition.initial(actor.id)
    return actor
  }
  actor.offset = snapshot.offset
  actor.stored = snapshot.offset
  actor.at = snapshot.at
  const { version } = kind.definition
  if (snapshot.version > version) {
    const detail = `${address} was written by version ${snapshot.version}, this node knows ${version}`
    actor.refusal = { code: 'VERSION_AHEAD', detail }
    return actor
  }
  try {
    open(actor, JSON.parse(snapshot.state), snapshot.version)
  } catch (error) {
    actor.refusal = unreadable(address, error)
  }
  return actor
}

function open(actor: Actor, envelope: Envelope, version: number): void {
  const { definition } = actor.kind
  const json = upcast(actor.kind, envelope.state, version)
  actor.state = definition.fromJson === undefined ? json : definition.fromJson(json as never)
  actor.rowsTo = envelope.rowsTo ?? -1
  if (envelope.timers)
    actor.timers = toMap(envelope.timers, String, ([due, type, value]): Timer => ({ due, type, value }))
  if (envelope.senders) actor.senders = toMap(envelope.senders, Number, ([offset, n]): LastMessage => ({ offset, n }))
  // A new version of a kind is a reason to try again.
  if (version < definition.version) return
  if (envelope.failures) actor.failures = [...envelope.failures]
  actor.quarantine = envelope.quarantine
}

function upcast({ definition }: KindTable, state: unknown, version: number): unknown {
  let json = state
  for (let from = version; from < definition.version; from++) {
    const step = definition.upcast?.[from]
    if (step === undefined) throw new Error(`${definition.kind} has no step from version ${from}`)
    json = step(json as never)
  }
  return json
}

const unreadable = (address: string, error: unknown): Refusal => ({
  code: 'DATA_CORRUPT',
  detail: `the snapshot of ${address} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
})

const fromMap = <Key, Value, Json>(
  map: ReadonlyMap<Key, Value>,
  toJson: (value: Value) => Json,
): Record<string, Json> => Object.fromEntries([...map].map(([key, value]) => [key, toJson(value)]))

const toMap = <Key, Value, Json>(
  json: Readonly<Record<string, Json>>,
  key: (name: string) => Key,
  value: (json: Json) => Value,
): Map<Key, Value> => new Map(Object.entries(json).map(([name, one]) => [key(name), value(one)]))
