import { describe, expect, test } from 'bun:test'
import type { Effect } from '../../runtime/index.ts'
import { type MakeStore, withStore } from './fresh.ts'

const effect = (n: number, more: Partial<Effect> = {}): Effect => ({
  collection: 'alarms',
  id: `1-${n}-0`,
  address: 'device/1',
  at: n * 100,
  body: `{"n":${n}}`,
  ...more,
})

/** Documents that turns emitted. */
export function effectClaims(make: MakeStore) {
  describe('effects', () => {
    test(
      'an effect that is stored again changes nothing',
      withStore(make, async (store, another) => {
        await store.putEffects([effect(1), effect(2)])
        await (await another()).putEffects([effect(2, { body: '{"n":"other"}' }), effect(3)])
        const all = await store.listEffects({ collection: 'alarms', limit: 10 })
        expect(all).toEqual([effect(3), effect(2), effect(1)])
        await store.putEffects([])
      }),
    )
    test(
      'one id may stand in several collections',
      withStore(make, async (store) => {
        await store.putEffects([effect(1), effect(1, { collection: 'decisions', body: '{}' })])
        expect(await store.getEffect('alarms', '1-1-0')).toEqual(effect(1))
        expect(await store.getEffect('decisions', '1-1-0')).toEqual(effect(1, { collection: 'decisions', body: '{}' }))
        expect(await store.getEffect('others', '1-1-0')).toBeUndefined()
      }),
    )
    test(
      'the same effects from two writers at the same moment are there once',
      withStore(make, async (store, another) => {
        const batch = Array.from({ length: 200 }, (_, n) => effect(n))
        const other = await another()
        await Promise.all([store.putEffects(batch), other.putEffects(batch.toReversed()), store.putEffects(batch)])
        expect(await store.listEffects({ collection: 'alarms', limit: 1000 })).toHaveLength(200)
      }),
    )
    test(
      'they are listed newest first or oldest first, page by page, also those of one moment',
      withStore(make, async (store) => {
        const all = Array.from({ length: 23 }, (_, n) => effect(n, { id: `1-${100 + n}-0`, at: Math.floor(n / 5) }))
        await store.putEffects(all)
        for (const oldestFirst of [false, true]) {
          const seen: Effect[] = []
          for (let after: { at: number; id: string } | undefined; ; after = seen.at(-1)) {
            const page = await store.listEffects({
              collection: 'alarms',
              oldestFirst,
              limit: 4,
              ...(after && { after }),
            })
            seen.push(...page)
            if (page.length < 4) break
          }
          expect(seen).toEqual(oldestFirst ? all : all.toReversed())
        }
      }),
    )
    test(
      'they are counted, no further than one wants to know',
      withStore(make, async (store) => {
        await store.putEffects([effect(1), effect(2), effect(3), effect(4, { collection: 'decisions' })])
        expect(await store.countEffects('alarms', 10)).toBe(3)
        expect(await store.countEffects('alarms', 2)).toBe(2)
        expect(await store.countEffects('others', 10)).toBe(0)
      }),
    )
    test(
      'they are chosen by address and by time: from inclusive, to exclusive',
      withStore(make, async (store) => {
        await store.putEffects(
          [1, 2, 3, 4].flatMap((n) => [effect(n), effect(n, { id: `2-${n}-0`, address: 'device/2' })]),
        )
        const ats = async (query: object) =>
          (await store.listEffects({ collection: 'alarms', limit: 10, ...query })).map(({ address, at }) => [
            address,
            at,
          ])
        expect(await ats({ address: 'device/2', from: 200, to: 400 })).toEqual([
          ['device/2', 300],
          ['device/2', 200],
        ])
        expect(await ats({ from: 400 })).toHaveLength(2)
        expect(await ats({ to: 100 })).toEqual([])
        const after = { at: 300, id: '2-3-0' }
        expect(await ats({ address: 'device/2', after })).toEqual([
          ['device/2', 200],
          ['device/2', 100],
        ])
      }),
    )
    test(
      'one is deleted once',
      withStore(make, async (store) => {
        await store.putEffects([effect(1)])
        expect([await store.deleteEffect('alarms', '1-1-0'), await store.deleteEffect('alarms', '1-1-0')]).toEqual([
          true,
          false,
        ])
        expect(await store.getEffect('alarms', '1-1-0')).toBeUndefined()
      }),
    )
    test(
      'those older than a moment are dropped, in every collection',
      withStore(make, async (store) => {
        const many = Array.from({ length: 2500 }, (_, n) => effect(n, { at: n }))
        await store.putEffects([
          ...many,
          effect(1, { collection: 'decisions' }),
          effect(9, { collection: 'decisions', at: 5000 }),
        ])
        await store.expire({ history: 0, effects: 2498, deliveries: 0 })
        const left = async (collection: string) =>
          (await store.listEffects({ collection, limit: 10 })).map(({ at }) => at)
        expect(await left('alarms')).toEqual([2499, 2498])
        expect(await left('decisions')).toEqual([5000])
      }),
    )
  })
}
