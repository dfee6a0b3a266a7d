import { describe, expect, test } from 'bun:test'
import type { Segment } from '../../runtime/index.ts'
import { type MakeStore, withStore } from './fresh.ts'
import { SMALL_SEGMENT_ROWS, SMALL_SEGMENT_TEXT } from '../port.ts'

const segment = (first: number, last: number, more: Partial<Segment> = {}): Segment => ({
  address: 'device/1',
  first,
  last,
  from: first * 10,
  to: last * 10,
  rows: last - first + 1,
  data: Uint8Array.of(first, last, 255),
  ...more,
})

/** Segments: the history of the actors. */
export function historyClaims(make: MakeStore) {
  describe('segments', () => {
    test(
      'those that overlap a range are read by first offset, both ends of the range inclusive',
      withStore(make, async (store, another) => {
        const all = [segment(20, 29), segment(0, 9), segment(10, 19), segment(5, 6, { address: 'device/2' })]
        await store.putSegments(all)
        const firsts = async (from: number, to: number) =>
          (await store.readSegments('device/1', from, to)).map(({ first }) => first)
        expect(await firsts(0, 1000)).toEqual([0, 10, 20])
        expect(await firsts(90, 100)).toEqual([0, 10])
        expect(await firsts(91, 99)).toEqual([])
        expect(await firsts(195, 200)).toEqual([20])
        expect(await (await another()).readSegments('device/2', 0, 1000)).toEqual([
          segment(5, 6, { address: 'device/2' }),
        ])
        expect(await store.readSegments('device/3', 0, 1000)).toEqual([])
      }),
    )
    test(
      'texts and digest stand and fall with their segment',
      withStore(make, async (store, another) => {
        const texts = (text: string) => new TextEncoder().encode(text)
        const plain = segment(0, 9)
        const told = segment(10, 19, { texts: texts('ё\n\nx'), digest: '{"n":3}' })
        const long = segment(20, 20, { texts: texts('long '.repeat(1000)), digest: '[]' })
        await store.putSegments([plain, told, long])
        expect(await (await another()).readSegments('device/1', 0, 1000)).toEqual([plain, told, long])
        const shorter = segment(10, 18, { texts: texts('shorter'), digest: '0' })
        const grown = segment(20, 25)
        await store.putSegments([shorter, grown])
        expect(await store.readSegments('device/1', 0, 1000)).toEqual([plain, told, grown])
        await store.putSegments([segment(0, 11, { texts: texts('more'), digest: '1' })])
        expect((await store.readSegments('device/1', 0, 90))[0]).toMatchObject({ texts: texts('more'), digest: '1' })
        await store.deleteSegment('device/1', 10, 99)
        await store.putSegments([segment(10, 12)])
        expect(await store.readSegments('device/1', 115, 125)).toEqual([segment(10, 12)])
      }),
    )
    test(
      'digests are read without rows; a segment is read as it was listed or not at all; one is found by an offset of its rows',
      withStore(make, async (store) => {
        const told = segment(10, 19, { texts: Uint8Array.of(97), digest: '{"n":3}' })
        await store.putSegments([
          segment(20, 29),
          told,
          segment(0, 9),
          segment(12, 14),
          segment(0, 9, { address: 'device/2' }),
        ])
        const keys = [told, { ...told, last: 18 }, { ...told, first: 20, last: 29 }, { ...told, first: 99, last: 99 }]
        expect(await store.readDigests(keys)).toEqual(['{"n":3}', undefined, undefined, undefined])
        expect(await store.readSegment('device/1', 10, 19)).toEqual(told)
        expect(await store.readSegment('device/1', 10, 18)).toBeUndefined()
        const found = async (offset: number) => (await store.segmentWith('device/1', offset))?.first
        expect([await found(0), await found(13), await found(15), await found(29)]).toEqual([0, 12, 10, 20])
        expect(await found(30)).toBeUndefined()
        expect(await store.segmentWith('device/1', 15)).toEqual(told)
      }),
    )
    test(
      'one with much text is not small, however few its rows',
      withStore(make, async (store) => {
        const texts = new Uint8Array(SMALL_SEGMENT_TEXT)
        await store.putSegments([1, 2, 3].map((n) => segment(n, n, { texts })))
        expect(await store.fragmented(1, 10)).toEqual([])
        await store.putSegments([4, 5].map((n) => segment(n, n, { texts: texts.subarray(1) })))
        expect(await store.fragmented(1, 10)).toEqual(['device/1'])
      }),
    )
    test(
      'those of fewer rows can be asked for alone',
      withStore(make, async (store) => {
        const rows = [1, 5, SMALL_SEGMENT_ROWS - 1, SMALL_SEGMENT_ROWS, SMALL_SEGMENT_ROWS + 1]
        await store.putSegments(rows.map((rows, first) => segment(first, first, { rows })))
        const below = async (limit: number) =>
          (await store.readSegments('device/1', -Infinity, Infinity, limit)).map(({ first }) => first)
        expect(await below(5)).toEqual([0])
        expect(await below(SMALL_SEGMENT_ROWS)).toEqual([0, 1, 2])
        expect(await below(SMALL_SEGMENT_ROWS + 1)).toEqual([0, 1, 2, 3])
      }),
    )
    test(
      'a reader sees a merge done or not begun, never half of it',
      withStore(make, async (store, another) => {
        const other = await another()
        const parts = Array.from({ length: 40 }, (_, i) => segment(i * 10, i * 10 + 9))
        await store.putSegments(parts)
        let merging = true
        const merge = async () => {
          await store.putSegments([segment(0, 399, { data: new Uint8Array(1000) })])
          for (const { first } of parts.slice(1)) await store.deleteSegment('device/1', first, 399)
          merging = false
        }
        const merged = merge()
        const holes: string[] = []
        while (merging) {
          let covered = -1
          for (const { first, last } of await other.readSegments('device/1', -Infinity, Infinity)) {
            if (first > covered + 1) holes.push(`${covered} to ${first}`)
            covered = Math.max(covered, last)
          }
          if (covered !== 399) holes.push(`${covered} to the end`)
        }
        await merged
        expect(holes).toEqual([])
      }),
    )
    test(
      'data comes back byte for byte, small and large, dense and random',
      withStore(make, async (store) => {
        const random = crypto.getRandomValues(new Uint8Array(60_000))
        const dense = new Uint8Array(200_000).map((_, i) => i >> 10)
        const datas = [new Uint8Array(0), random, dense]
        await store.putSegments(datas.map((data, i) => segment(i, i, { data })))
        const read = await store.readSegments('device/1', -Infinity, Infinity)
        read.forEach(({ data }, i) => expect(Buffer.compare(data, datas[i]!)).toBe(0))
        expect(read).toHaveLength(3)
      }),
    )
    test(
      'times before 1970 and with fractions of a millisecond are kept',
      withStore(make, async (store) => {
        await store.putSegments([segment(1, 2, { from: -5.5, to: 0.25 })])
        expect(await store.readSegments('device/1', 0.25, 1)).toEqual([segment(1, 2, { from: -5.5, to: 0.25 })])
        expect(await store.readSegments('device/1', 0.5, 1)).toEqual([])
      }),
    )
    test(
      'of two segments with one first offset the longer stays, whoever comes last',
      withStore(make, async (store) => {
        await store.putSegments([segment(0, 5)])
        await store.putSegments([segment(0, 3), segment(0, 5, { rows: 1 })])
        expect(await store.readSegments('device/1', 0, 1000)).toEqual([segment(0, 5)])
        await store.putSegments([segment(0, 6), segment(0, 9), segment(0, 8)])
        expect(await store.readSegments('device/1', 0, 1000)).toEqual([segment(0, 9)])
      }),
    )
    test(
      'writers at the same moment leave the longest',
      withStore(make, async (store, another) => {
        const stores = [store, await another()]
        const writes = Array.from({ length: 24 }, (_, i) =>
          stores[i % 2]!.putSegments([segment(0, 1 + ((i * 5) % 24))]),
        )
        await Promise.all(writes)
        expect((await store.readSegments('device/1', 0, 1000)).map(({ last }) => last)).toEqual([24])
      }),
    )
    test(
      'a segment is deleted only if it is not past the offset given',
      withStore(make, async (store) => {
        await store.putSegments([segment(0, 9), segment(10, 19), segment(0, 9, { address: 'device/2' })])
        await store.deleteSegment('device/1', 0, 8)
        await store.deleteSegment('device/1', 5, 99)
        expect(await store.readSegments('device/1', 0, 1000)).toHaveLength(2)
        await store.deleteSegment('device/1', 0, 9)
        expect((await store.readSegments('device/1', 0, 1000)).map(({ first }) => first)).toEqual([10])
        expect(await store.readSegments('device/2', 0, 1000)).toHaveLength(1)
      }),
    )
    test(
      'those with many small segments are told, the most first; merged segments do not count',
      withStore(make, async (store) => {
        const of = (address: string, count: number, rows = 1) =>
          Array.from({ length: count }, (_, i) => segment(i, i, { address, rows }))
        const merged = of('device/4', 9, SMALL_SEGMENT_ROWS)
        await store.putSegments([...of('device/1', 3), ...of('device/2', 5), ...of('device/3', 2), ...merged])
        expect(await store.fragmented(2, 10)).toEqual(['device/2', 'device/1'])
        expect(await store.fragmented(2, 1)).toEqual(['device/2'])
        expect(await store.fragmented(5, 10)).toEqual([])
        const whole = { address: 'device/2', rows: SMALL_SEGMENT_ROWS - 1 }
        await store.putSegments([segment(0, 4, whole)])
        for (const first of [1, 2, 3, 4]) await store.deleteSegment('device/2', first, 4)
        expect(await store.fragmented(2, 10)).toEqual(['device/1'])
      }),
    )
    test(
      'history that ended before a moment is dropped, of every actor, and nothing else',
      withStore(make, async (store) => {
        const old = Array.from({ length: 1200 }, (_, i) => segment(i, i, { from: i, to: i }))
        const young = [segment(5000, 5001), segment(1, 9000, { address: 'device/2', from: 0, to: 5000 })]
        await store.putSegments([...old, segment(3, 4, { address: 'device/3' }), ...young])
        await store.expire({ history: 1199, effects: 0, deliveries: 0 })
        const left = await store.readSegments('device/1', -1, 1e9)
        expect(left.map(({ first }) => first)).toEqual([1199, 5000])
        expect(await store.readSegments('device/2', -1, 1e9)).toHaveLength(1)
        expect(await store.readSegments('device/3', -1, 1e9)).toEqual([])
      }),
    )
    test(
      'ids of actors that have no history go by their own age',
      withStore(make, async (store) => {
        const ids = (address: string, count: number) =>
          Array.from({ length: count }, (_, i) => ({ address, id: `id ${i}`, partition: 0, offset: i }))
        const asked = [...ids('film/1', 3), ...ids('film/2', 300), ...ids('device/1', 300)]
        await store.putIds(asked)
        await store.putSegments([segment(0, 299)])
        const left = async () => (await store.findIds(asked)).filter((offset) => offset >= 0).length
        await store.expire({ history: 0, effects: 0, deliveries: 0, ids: Date.now() - 60_000 })
        expect(await left()).toBe(603)
        await store.expire({ history: 0, effects: 0, deliveries: 0, ids: Date.now() + 60_000 })
        expect(await left()).toBe(300)
      }),
    )
    test(
      'ids that are keys of requests go by their own age, though the actor has a history',
      withStore(make, async (store) => {
        const ids = (address: string, count: number) =>
          Array.from({ length: count }, (_, i) => ({ address, id: `id ${i}`, partition: 0, offset: i }))
        const asked = [...ids('device/1', 3), ...ids('device/2', 300), ...ids('event/#0', 300)]
        await store.putIds(asked)
        await store.putSegments(['device/1', 'device/2', 'event/#0'].map((address) => segment(0, 299, { address })))
        const left = async () => (await store.findIds(asked)).map((offset, i) => (offset < 0 ? '' : asked[i]!.address))
        const kept = { history: 0, effects: 0, deliveries: 0, agedIds: ['device'] }
        await store.expire({ ...kept, ids: Date.now() - 60_000 })
        expect((await left()).filter(Boolean).length).toBe(603)
        await store.expire({ ...kept, ids: Date.now() + 60_000 })
        expect((await left()).filter(Boolean)).toEqual(Array(300).fill('event/#0'))
      }),
    )
    test(
      'a kind may have a retention of its own, in both directions',
      withStore(make, async (store) => {
        const addresses = ['device/1', 'event/#1', 'events/1', 'eve/1', 'zone/1']
        await store.putSegments(
          addresses.flatMap((address) => [segment(1, 1, { address }), segment(5, 5, { address })]),
        )
        const left = async () =>
          Promise.all(addresses.map(async (address) => (await store.readSegments(address, 0, 1000)).length))
        await store.expire({ history: 0, effects: 0, deliveries: 0, historyOf: { event: 20, zone: 60 } })
        expect(await left()).toEqual([2, 1, 2, 2, 0])
        await store.expire({ history: 60, effects: 0, deliveries: 0, historyOf: { event: 0 } })
        expect(await left()).toEqual([0, 1, 0, 0, 0])
      }),
    )
    test(
      'ids go with the history that they brought: neither earlier nor never',
      withStore(make, async (store) => {
        const id = (offset: number, address = 'device/1') => ({ address, id: `f${offset}`, partition: 0, offset })
        const offsets = Array.from({ length: 2500 }, (_, offset) => offset)
        await store.putIds([...offsets.map((offset) => id(offset)), id(5, 'device/11'), id(5, 'device/2')])
        await store.putSegments([segment(0, 1499, { from: 0, to: 99 }), segment(1500, 2499, { from: 100, to: 100 })])
        await store.expire({ history: 100, effects: 0, deliveries: 0 })
        const found = await store.findIds([
          ...offsets.map((offset) => id(offset)),
          id(5, 'device/11'),
          id(5, 'device/2'),
        ])
        expect(found.slice(0, 1500).every((offset) => offset === -1)).toBe(true)
        expect(found.slice(1500)).toEqual([...offsets.slice(1500), 5, 5])
      }),
    )
  })
}
