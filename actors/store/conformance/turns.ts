import { describe, expect, test } from 'bun:test'
import { ID_PARTS, type Snapshot } from '../../runtime/index.ts'
import { type MakeStore, withStore } from './fresh.ts'

const snapshot = (address: string, offset: number, more: Partial<Snapshot> = {}): Snapshot => ({
  address,
  partition: 3,
  offset,
  epoch: 1,
  version: 1,
  due: null,
  state: `{"upTo":${offset}}`,
  at: 1000 + offset,
  ...more,
})

/** Owners, snapshots, timers, ids, and the log that a store belongs to. */
export function turnClaims(make: MakeStore) {
  describe('owners', () => {
    test(
      'each claim of a partition gets a higher epoch than all before',
      withStore(make, async (store, another) => {
        const other = await another()
        const epochs = [await store.claim(0, 'a'), await other.claim(0, 'b'), await store.claim(0, 'a')]
        expect(epochs).toEqual(epochs.toSorted((a, b) => a - b))
        expect(new Set(epochs).size).toBe(3)
        expect(await other.claim(1, 'b')).toBeGreaterThan(0)
      }),
    )
    test(
      'claims at the same moment get different epochs',
      withStore(make, async (store, another) => {
        const stores = [store, await another()]
        const epochs = await Promise.all(Array.from({ length: 20 }, (_, i) => stores[i % 2]!.claim(5, `owner ${i}`)))
        expect(new Set(epochs).size).toBe(20)
      }),
    )
    test(
      'everyone sees who claimed each partition last, with the epoch that the claim got',
      withStore(make, async (store, another) => {
        const other = await another()
        expect(await other.owners()).toEqual([])
        await store.claim(2, 'http://a:3000#0')
        const [second, first] = [await other.claim(2, 'http://b:3000#1'), await store.claim(0, 'local#0')]
        for (const each of [store, other]) {
          expect((await each.owners()).toSorted((a, b) => a.partition - b.partition)).toEqual([
            { partition: 0, epoch: first, owner: 'local#0' },
            { partition: 2, epoch: second, owner: 'http://b:3000#1' },
          ])
        }
      }),
    )
  })

  describe('snapshots', () => {
    test(
      'what was stored is loaded as it was, by any connection; what is not there is left out',
      withStore(make, async (store, another) => {
        const full = snapshot('device/1', 7, { due: 1234.5, epoch: 9, version: 3, state: '{"text":"тёплый \\n 風"}' })
        await store.putSnapshots([full, snapshot('device/2', 0)])
        const loaded = await (await another()).loadSnapshots(['device/2', 'device/none', 'device/1'])
        expect(loaded.toSorted((a, b) => a.offset - b.offset)).toEqual([snapshot('device/2', 0), full])
        expect(await store.loadSnapshots([])).toEqual([])
      }),
    )
    test(
      'a snapshot is replaced by a newer one only, and the answer says which offset is stored',
      withStore(make, async (store) => {
        expect(await store.putSnapshots([snapshot('a/1', 5), snapshot('a/2', 5)])).toEqual([5, 5])
        const late = [snapshot('a/1', 4), snapshot('a/2', 8), snapshot('a/3', 2), snapshot('a/1', 5, { state: '{}' })]
        expect(await store.putSnapshots(late)).toEqual([5, 8, 2, 5])
        const states = (await store.loadSnapshots(['a/1', 'a/2'])).map(({ state }) => state)
        expect(states.toSorted()).toEqual(['{"upTo":5}', '{"upTo":8}'])
        expect(await store.putSnapshots([])).toEqual([])
      }),
    )
    test(
      'of writers at the same moment the newest stays, and everyone learns of an offset at least his own',
      withStore(make, async (store, another) => {
        const stores = [store, await another()]
        const answers = await Promise.all(
          Array.from({ length: 30 }, (_, i) => stores[i % 2]!.putSnapshots([snapshot('a/1', (i * 7) % 30)])),
        )
        answers.forEach(([stored], i) => expect(stored).toBeGreaterThanOrEqual((i * 7) % 30))
        expect((await store.loadSnapshots(['a/1']))[0]!.offset).toBe(29)
      }),
    )
    test(
      'a thousand in one call are stored',
      withStore(make, async (store) => {
        const many = Array.from({ length: 1000 }, (_, i) => snapshot(`device/${i}`, i))
        expect(await store.putSnapshots(many)).toEqual(many.map(({ offset }) => offset))
        expect(await store.loadSnapshots(many.map(({ address }) => address))).toHaveLength(1000)
      }),
    )
    test(
      'the armed timers of a partition are found; a newer snapshot disarms',
      withStore(make, async (store) => {
        const armed = [snapshot('a/1', 1, { due: 900 }), snapshot('a/2', 1, { due: 100 }), snapshot('a/3', 1)]
        await store.putSnapshots([...armed, snapshot('b/1', 1, { partition: 4, due: 50 })])
        const due = (partition: number) =>
          store.loadDue(partition).then((found) => found.toSorted((a, b) => a.due - b.due))
        expect(await due(3)).toEqual([
          { address: 'a/2', due: 100 },
          { address: 'a/1', due: 900 },
        ])
        await store.putSnapshots([snapshot('a/2', 2)])
        expect(await due(3)).toEqual([{ address: 'a/1', due: 900 }])
        expect(await due(4)).toEqual([{ address: 'b/1', due: 50 }])
      }),
    )
    test(
      'the addresses of a kind are listed in order, page by page, without those of another kind',
      withStore(make, async (store) => {
        const addresses = ['device/1', 'device/10', 'device/2', 'devices/1', 'devic/1', 'device0/1']
        await store.putSnapshots(addresses.map((address) => snapshot(address, 1)))
        expect(await store.listAddresses('device', '', 2)).toEqual(['device/1', 'device/10'])
        expect(await store.listAddresses('device', 'device/10', 9)).toEqual(['device/2'])
      }),
    )
  })

  describe('ids', () => {
    test(
      'ids that stand alone are forgotten by name, for every connection, and no others',
      withStore(make, async (store, another) => {
        const id = (address: string, id: string) => ({ address, id, partition: 3, offset: 5 })
        const all = [id('viewer/1', 'a'), id('viewer/1', 'b'), id('viewer/2', 'a')]
        await store.putIds(all)
        await store.dropIds([id('viewer/1', 'a'), id('viewer/3', 'a')])
        await store.dropIds([])
        expect(await (await another()).findIds(all)).toEqual([-1, 5, 5])
      }),
    )
    test(
      'the lowest offset of an id stays, in any order of writing; an unknown id is -1',
      withStore(make, async (store, another) => {
        const id = (id: string, offset: number, address = 'event/#0') => ({ address, id, partition: 0, offset })
        await store.putIds([id('x', 5), id('y', 5), id('x', 9)])
        await (await another()).putIds([id('x', 7), id('y', 3), id('x', 1, 'event/#1')])
        const asked = ['x', 'y', 'z'].map((id) => ({ address: 'event/#0', id }))
        expect(await store.findIds([...asked, { address: 'event/#1', id: 'x' }])).toEqual([5, 3, -1, 1])
        expect(await store.findIds([])).toEqual([])
      }),
    )
    test(
      'writers at the same moment leave the lowest',
      withStore(make, async (store, another) => {
        const stores = [store, await another()]
        const offsets = Array.from({ length: 20 }, (_, i) => ((i * 7) % 20) + 3)
        await Promise.all(
          offsets.map((offset, i) => stores[i % 2]!.putIds([{ address: 'e/1', id: 'x', partition: 0, offset }])),
        )
        expect(await store.findIds([{ address: 'e/1', id: 'x' }])).toEqual([3])
      }),
    )
  })

  describe('ids at scale', () => {
    const address = 'event/#0'
    const batch = (from: number, count: number, offset = from) =>
      Array.from({ length: count }, (_, i) => ({ address, id: `id ${from + i}`, partition: 0, offset: offset + i }))
    test(
      'of many batches, also repeated and late ones, each id has its lowest offset, for every connection',
      withStore(make, async (store, another) => {
        const other = await another()
        for (let n = 0; n < 6000; n += 200) await (n % 400 ? store : other).putIds(batch(n, 200, 10_000 + n))
        await other.putIds(batch(3000, 500, 3000))
        await store.putIds(batch(0, 500, 90_000))
        const asked = batch(0, 6200)
        const expected = asked.map((_, i) => (i >= 6000 ? -1 : i >= 3000 && i < 3500 ? i : 10_000 + i))
        expect(await store.findIds(asked)).toEqual(expected)
        expect(await other.findIds(asked)).toEqual(expected)
        expect(await (await another()).findIds(asked.toReversed())).toEqual(expected.toReversed())
        expect(await store.findIds(asked.map(({ id }) => ({ address: 'event/#1', id })))).toEqual(asked.map(() => -1))
      }),
    )
    test(
      'the ids of a family are found together, in small batches and large ones',
      withStore(make, async (store, another) => {
        const member = (family: string, who: string, offset: number) => ({
          address,
          id: `${family}${ID_PARTS}${who}`,
          partition: 0,
          offset,
        })
        const others = Array.from({ length: 400 }, (_, i) => member(`other ${i}`, 'a', 1000 + i))
        await store.putIds([member('x', 'a', 1), member('x', 'b', 2), member('xy', 'a', 3), member('y', 'a', 4)])
        await store.putIds([...others, member('x', 'c', 5), { address, id: 'x', partition: 0, offset: 6 }])
        await store.putIds([{ ...member('x', 'd', 7), address: 'event/#1' }])
        const found = async (of: string) => (await (await another()).findFamily(address, of)).toSorted((a, b) => a - b)
        expect(await found('x')).toEqual([1, 2, 5])
        expect(await found('other 399')).toEqual([1399])
        expect(await found('z')).toEqual([])
      }),
    )
  })

  describe('the log of a store', () => {
    const logOf = (id: string, ends: number[]) => ({ id, ends: async () => ends })
    const log = logOf('one', [10, 20])
    test(
      'a store stays with its log, also as that grows',
      withStore(make, async (store, another) => {
        await store.bindLog(log)
        await (await another()).bindLog(logOf('one', [11, 20]))
        await store.bindLog(logOf('one', [11, 25]))
      }),
    )
    const refusals: [string, typeof log][] = [
      ['another log', logOf('two', [10, 20])],
      ['a log with another number of partitions', logOf('one', [10, 20, 0])],
      ['a log that was longer', logOf('one', [10, 19])],
    ]
    for (const [what, other] of refusals) {
      test(
        `${what} is refused`,
        withStore(make, async (store, another) => {
          await store.bindLog(log)
          await expect((await another()).bindLog(other)).rejects.toMatchObject({ code: 'LOG_MISMATCH' })
          await store.bindLog(log)
        }),
      )
    }
    test(
      'what others append and store while one looks makes the log no shorter one',
      withStore(make, async (store, another) => {
        await store.bindLog(log)
        const other = await another()
        const ends = async () => {
          await other.putIds([{ address: 'a/1', id: 'x', partition: 1, offset: 20 }])
          return [10, 20]
        }
        await store.bindLog({ id: 'one', ends })
        await expect(store.bindLog(log)).rejects.toMatchObject({ code: 'LOG_MISMATCH' })
      }),
    )
    test(
      'a log that is shorter than what was stored of it is refused',
      withStore(make, async (store) => {
        await store.bindLog(logOf('one', [0, 0, 0, 0]))
        await store.putSnapshots([snapshot('a/1', 99)])
        await store.putIds([{ address: 'a/1', id: 'x', partition: 2, offset: 49 }])
        const ends = (second: number, third: number) => store.bindLog(logOf('one', [0, 0, second, third]))
        await expect(ends(50, 99)).rejects.toMatchObject({ code: 'LOG_MISMATCH' })
        await expect(ends(49, 100)).rejects.toMatchObject({ code: 'LOG_MISMATCH' })
        await ends(50, 100)
      }),
    )
  })
}
