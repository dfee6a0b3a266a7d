import { describe, expect, test } from 'bun:test'
import { DEAD_LETTERS, type Effect, type Segment, type Snapshot } from '../../runtime/index.ts'
import { type MakeStore, withStore } from './fresh.ts'

const segment = (address: string, first: number, last: number, more: Partial<Segment> = {}): Segment => ({
  address,
  first,
  last,
  from: first * 10,
  to: last * 10,
  rows: last - first + 1,
  data: Uint8Array.of(first, last),
  ...more,
})
const summary = (n: number) => ({ totals: Uint8Array.of(n, 0, 255), buckets: new Uint8Array(5000).fill(n) })
const [ONE, TWO] = ['device/1', 'device/2'] as const

/** Summaries of segments, and actors of which nothing is left. */
export function summaryClaims(make: MakeStore) {
  describe('summaries', () => {
    test(
      'spans of many actors are read at once, in the order asked for',
      withStore(make, async (store) => {
        await store.putSegments([segment(ONE, 20, 29), segment(ONE, 0, 9), segment(TWO, 5, 6, { summary: summary(1) })])
        const span = (first: number, last: number) => ({
          first,
          last,
          from: first * 10,
          to: last * 10,
          rows: last - first + 1,
        })
        const all = await store.spansOf([TWO, 'device/3', ONE], -Infinity, Infinity)
        expect(all).toEqual([[span(5, 6)], [], [span(0, 9), span(20, 29)]])
        expect(await store.spansOf([ONE], 90, 199)).toEqual([[span(0, 9)]])
        expect(await store.spansOf([ONE], 91, 199)).toEqual([[]])
        expect(await store.spansOf([], 0, 1)).toEqual([])
      }),
    )
    test(
      'each part of a summary is read by the key of its segment, and is that of the longer one',
      withStore(make, async (store, another) => {
        const key = (last: number) => ({ address: ONE, first: 0, last })
        await store.putSegments([segment(ONE, 0, 5, { summary: summary(1) })])
        expect(await store.readSummaries('totals', [key(5), key(9)])).toEqual([summary(1).totals, undefined])
        await store.putSegments([segment(ONE, 0, 9, { summary: summary(2) })])
        await store.putSegments([segment(ONE, 0, 7, { summary: summary(3) })])
        const other = await another()
        expect(await other.readSummaries('totals', [key(5), key(7), key(9)])).toEqual([
          undefined,
          undefined,
          summary(2).totals,
        ])
        expect(await other.readSummaries('buckets', [key(9)])).toEqual([summary(2).buckets])
        await store.putSegments([segment(ONE, 0, 10)])
        expect(await store.readSummaries('totals', [key(10)])).toEqual([undefined])
        const [whole] = await store.readSegments(ONE, -Infinity, Infinity)
        expect(whole).toEqual(segment(ONE, 0, 10))
      }),
    )
    test(
      'a summary goes with its segment',
      withStore(make, async (store) => {
        const sum = { summary: summary(1) }
        await store.putSegments([segment(ONE, 0, 9, sum), segment(ONE, 10, 19, sum), segment(ONE, 20, 29, sum)])
        await store.deleteSegment(ONE, 10, 15)
        await store.deleteSegment(ONE, 20, 29)
        await store.expire({ history: 95, effects: -Infinity, deliveries: 0 })
        const keys = [0, 10, 20].map((first) => ({ address: ONE, first, last: first + 9 }))
        expect(await store.readSummaries('totals', keys)).toEqual([undefined, summary(1).totals, undefined])
      }),
    )
    test(
      'of a forgotten actor nothing is left, of the others all',
      withStore(make, async (store) => {
        const snapshot = (address: string): Snapshot => ({
          address,
          partition: 0,
          offset: 9,
          epoch: 1,
          version: 1,
          due: null,
          state: '{}',
          at: 1,
        })
        const effect = (collection: string, id: string, address: string): Effect => ({
          collection,
          id,
          address,
          at: 1,
          body: '{}',
        })
        await store.putSnapshots([snapshot(ONE), snapshot(TWO)])
        await store.putSegments([
          ...Array.from({ length: 1200 }, (_, i) => segment(ONE, i, i)),
          segment(ONE, 1200, 1300, { summary: summary(1) }),
          segment(TWO, 0, 9),
        ])
        await store.putIds(
          [ONE, TWO].flatMap((address) => [0, 1].map((n) => ({ address, id: `id-${n}`, partition: 0, offset: n }))),
        )
        await store.putEffects([
          effect(DEAD_LETTERS, '0-1-0', ONE),
          effect(DEAD_LETTERS, '0-2-0', TWO),
          effect('others', '0-3-0', ONE),
        ])
        await store.forget(ONE)
        await store.forget(ONE)
        expect((await store.loadSnapshots([ONE, TWO])).map(({ address }) => address)).toEqual([TWO])
        const spans = await store.spansOf([ONE, TWO], -Infinity, Infinity)
        expect(spans.map(({ length }) => length)).toEqual([0, 1])
        expect(await store.readSummaries('totals', [{ address: ONE, first: 1200, last: 1300 }])).toEqual([undefined])
        expect(await store.findIds([ONE, TWO].map((address) => ({ address, id: 'id-1' })))).toEqual([-1, 1])
        expect((await store.listEffects({ collection: DEAD_LETTERS, limit: 9 })).map(({ address }) => address)).toEqual(
          [TWO],
        )
        expect(await store.getEffect('others', '0-3-0')).toBeDefined()
      }),
    )
  })
}
