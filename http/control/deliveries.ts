import type { DeliveryView } from '../../actors/control/schema.ts'
import type { StateStore } from '../../actors/store/port.ts'
import { isoTime } from '../time.ts'

/** How the delivery of a command stands; one whose effect is not in the store yet is pending as well. */
export async function deliveryOf(store: Pick<StateStore, 'getDelivery'>, id: string): Promise<DeliveryView> {
  const found = await store.getDelivery(id)
  if (found === undefined) return { status: 'pending', attempts: 0, at: null, error: null, answer: null }
  const { status, attempts, triedAt, error, answer } = found
  return {
    status: status === 'waiting' ? 'pending' : status,
    attempts,
    at: triedAt === null ? null : isoTime(triedAt),
    error,
    answer,
  }
}
