import type { DeliveryView } from '../../actors/control/schema.ts'
import type { StateStore } from '../../actors/store/port.ts'

const DELIVERIES = { name: 'deliveries' }

/** What is kept of a delivery, as far as a command needs it. */
interface Delivery {
  readonly status: string
  readonly attempts: number
  readonly at: number
  readonly error: string | null
  readonly answer: string | null
}

/** How the delivery of a command stands; one that has not begun is pending. */
export async function deliveryOf(store: StateStore, id: string): Promise<DeliveryView> {
  const found = (await store.get<Delivery>(DELIVERIES, id))?.body
  if (found === undefined) return { status: 'pending', attempts: 0, at: null, error: null, answer: null }
  const { status, attempts, at, error, answer } = found
  const ended = status === 'delivered' || status === 'expired' || status === 'dead'
  return {
    status: ended ? status : 'pending',
    attempts,
    at: ended ? new Date(at).toISOString() : null,
    error,
    answer,
  }
}
