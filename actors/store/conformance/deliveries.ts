import { describe, expect, test } from 'bun:test'
import { OUTBOX, type Effect, type Outgoing } from '../../runtime/index.ts'
import type { Delivery } from '../port.ts'
import { type MakeStore, withStore } from './fresh.ts'

const outgoing = (key: string): Outgoing => ({ target: { kind: 'webhook', key }, payload: { text: 'hello' } })

const leaving = (n: number, key = '1', partition = 1): Effect => ({
  collection: OUTBOX,
  id: `${partition}-${n}-0`,
  address: 'event/1',
  at: n * 100,
  body: JSON.stringify(outgoing(key)),
})

const waiting = (n: number, more: Partial<Delivery> = {}): Delivery => ({
  id: `1-${n}-0`,
  target: 'webhook/1',
  address: 'event/1',
  at: n * 100,
  status: 'waiting',
  attempts: 0,
  nextAt: n * 100,
  triedAt: null,
  error: null,
  answer: null,
  ...more,
})

/** What has to leave the system. */
export function deliveryClaims(make: MakeStore) {
  describe('deliveries', () => {
    test(
      'an effect of the outbox waits for its delivery from the moment that it is stored',
      withStore(make, async (store) => {
        await store.putEffects([leaving(2), leaving(1), leaving(3, '2'), { ...leaving(4), collection: 'alarms' }])
        expect((await store.openTargets()).sort((a, b) => a.nextAt - b.nextAt)).toEqual([
          { target: 'webhook/1', nextAt: 100 },
          { target: 'webhook/2', nextAt: 300 },
        ])
        const due = await store.dueDeliveries({ target: 'webhook/1', now: 200, limit: 10 })
        expect(due.map(({ delivery }) => delivery)).toEqual([waiting(1), waiting(2)])
        expect(JSON.parse(due[0]!.outgoing!)).toEqual(outgoing('1'))
        expect(await store.dueDeliveries({ target: 'webhook/1', now: 199, limit: 10 })).toHaveLength(1)
        expect(await store.dueDeliveries({ target: 'webhook/1', now: 200, limit: 1 })).toHaveLength(1)
      }),
    )
    test(
      'what has ended is not due again, also when a replay stores its effect again',
      withStore(make, async (store, another) => {
        await store.putEffects([leaving(1)])
        const ended = waiting(1, { status: 'delivered', attempts: 1, nextAt: null, triedAt: 150, answer: 'HTTP 200' })
        await store.putDeliveries([ended])
        expect(await store.getEffect(OUTBOX, '1-1-0')).toBeUndefined()
        await (await another()).putEffects([leaving(1)])
        expect(await store.openTargets()).toEqual([])
        expect(await store.getDelivery('1-1-0')).toEqual(ended)
      }),
    )
    test(
      'what has ended stays so, whatever the attempt of a former owner came to meanwhile',
      withStore(make, async (store, another) => {
        await store.putEffects([leaving(1)])
        const ended = waiting(1, { status: 'delivered', attempts: 1, nextAt: null, triedAt: 150, answer: 'HTTP 200' })
        await store.putDeliveries([ended])
        await (await another()).putDeliveries([waiting(1, { attempts: 1, nextAt: 5000, triedAt: 160, error: 'late' })])
        expect(await store.getDelivery('1-1-0')).toEqual(ended)
        expect(await store.openTargets()).toEqual([])
      }),
    )
    test(
      'one that failed is due at its next time, and its effect stays until it has ended',
      withStore(make, async (store) => {
        await store.putEffects([leaving(1)])
        const failed = waiting(1, { attempts: 1, nextAt: 5000, triedAt: 150, error: 'HTTP 500' })
        await store.putDeliveries([failed])
        expect(await store.openTargets()).toEqual([{ target: 'webhook/1', nextAt: 5000 }])
        expect(await store.dueDeliveries({ target: 'webhook/1', now: 4999, limit: 9 })).toEqual([])
        const [due] = await store.dueDeliveries({ target: 'webhook/1', now: 5000, limit: 9 })
        expect(due!.delivery).toEqual(failed)
        expect(due!.outgoing).not.toBeNull()
      }),
    )
    test(
      'a node sees those of its partitions',
      withStore(make, async (store) => {
        await store.putEffects([leaving(5, '1', 1), leaving(1, '1', 2)])
        expect(await store.openTargets([1])).toEqual([{ target: 'webhook/1', nextAt: 500 }])
        expect(await store.openTargets([3])).toEqual([])
        const due = await store.dueDeliveries({ target: 'webhook/1', now: 1000, limit: 9, partitions: [2, 3] })
        expect(due.map(({ delivery }) => delivery.id)).toEqual(['2-1-0'])
      }),
    )
    test(
      'they are listed by target, newest first, page by page',
      withStore(make, async (store) => {
        await store.putEffects([...[1, 2, 3, 4, 5].map((n) => leaving(n)), leaving(6, '2')])
        const first = await store.listDeliveries({ target: 'webhook/1', limit: 2 })
        expect(first.map(({ at }) => at)).toEqual([500, 400])
        const rest = await store.listDeliveries({ target: 'webhook/1', limit: 9, after: first[1]! })
        expect(rest.map(({ at }) => at)).toEqual([300, 200, 100])
      }),
    )
    test(
      'old ones go, with their place in the outbox',
      withStore(make, async (store) => {
        await store.putEffects([leaving(1), leaving(2)])
        await store.expire({ history: 0, effects: 0, deliveries: 200 })
        expect(await store.getDelivery('1-1-0')).toBeUndefined()
        expect(await store.getEffect(OUTBOX, '1-1-0')).toBeUndefined()
        expect(await store.getDelivery('1-2-0')).toEqual(waiting(2))
      }),
    )
  })
}
