import { DEAD_LETTERS, type DeliveryOutcome, type Effect, type FaultCode, type NewRecord } from '../runtime/index.ts'
import { FAULTS, type DeadLetter, type DeliveryEnd } from '../runtime/index.ts'
import type { Delivery } from '../store/port.ts'

/** Type of a dead letter of something that could not be sent. */
export const OUTGOING = 'outgoing'

/** Why a delivery was given up: code and cause, as its `error` keeps them. */
export const deadError = (code: FaultCode, cause: string): string => `${code}: ${cause}`

/**
 * The dead letter of a delivery that was given up, under the id of its effect: of one turn no two outputs have the same, so that it is stored
 * once however often this is done.
 */
export function deadLetterOf(delivery: Delivery, outgoing: string): Effect {
  const { id, address, error, triedAt } = delivery
  const [, code, cause] = /^(\w+): ([^]*)$/.exec(error ?? '') ?? []
  const [partition, offset] = id.split('-').map(Number)
  const at = triedAt ?? delivery.at
  const letter: DeadLetter = {
    code: code !== undefined && Object.hasOwn(FAULTS, code) ? (code as FaultCode) : 'RELAY_EXHAUSTED',
    error: cause ?? error ?? '',
    stack: null,
    payload: outgoing,
    key: address,
    type: OUTGOING,
    record_id: '',
    source: '',
    partition: partition!,
    offset: offset!,
    at,
  }
  return { collection: DEAD_LETTERS, id, address, at, body: JSON.stringify(letter) }
}

/** What the actor hears of it. */
export function reportOf(delivery: Delivery, nowMs: number): NewRecord {
  const { id, address, status, attempts, error, answer, triedAt } = delivery
  const outcome: DeliveryOutcome = {
    id,
    status: status as DeliveryEnd,
    attempts,
    at: triedAt ?? nowMs,
    error,
    answer,
  }
  return { key: address, type: 'delivery', value: JSON.stringify(outcome), id: `delivery/${id}` }
}
