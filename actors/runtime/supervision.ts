import type { Actor } from './actor.ts'
import type { FaultCode } from './faults.ts'
import type { Limits } from './limits.ts'
import type { Effect } from './ports.ts'
import type { LogRecord } from './record.ts'

/** Collection of the effects that say which record was not applied, and why. */
export const DEAD_LETTERS = 'dead_letters'

/** Body of a dead letter. `payload` is the record's value as it came; `stack` is null when nothing threw. */
export interface DeadLetter {
  readonly code: FaultCode
  readonly error: string
  readonly stack: string | null
  readonly payload: string
  readonly key: string
  readonly type: string
  /** Id of the record, or ''. */
  readonly record_id: string
  readonly source: string
  readonly partition: number
  readonly offset: number
  readonly at: number
}

/** The one output of a record that was not applied: what its turn did is undone, so output 0 is free. */
export function deadLetter(code: FaultCode, error: unknown, record: LogRecord, partition: number): Effect {
  const thrown = error instanceof Error ? error : undefined
  const body: DeadLetter = {
    code,
    error: thrown?.message ?? String(error),
    stack: thrown?.stack ?? null,
    payload: record.value,
    key: record.key,
    type: record.type,
    record_id: record.id,
    source: record.source,
    partition,
    offset: record.offset,
    at: record.at,
  }
  const id = `${partition}-${record.offset}-0`
  return { collection: DEAD_LETTERS, id, address: record.key, at: record.at, body: JSON.stringify(body) }
}

/** Counts a record that threw; too many within the window quarantine the actor. Time is the records' own: a replay decides the same. */
export function countFailure(
  actor: Actor,
  { offset, at }: LogRecord,
  error: unknown,
  { quarantineAfter, quarantineMs }: Limits,
): void {
  const recent = (actor.failures ?? []).filter((time) => time > at - quarantineMs)
  recent.push(at)
  actor.failures = recent
  if (recent.length < quarantineAfter) return
  actor.quarantine = { since: at, offset, error: error instanceof Error ? error.message : String(error) }
}

/** Type of the record that releases a quarantined actor. Its value is for people. */
export const RELEASE = '$release'

export function release(actor: Actor): void {
  actor.quarantine = undefined
  actor.failures = undefined
}
