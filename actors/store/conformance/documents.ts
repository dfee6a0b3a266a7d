import { describe, expect, test } from 'bun:test'
import { type MakeStore, withStore } from './fresh.ts'
import type { Collection } from '../port.ts'

const users: Collection = { name: 'users', unique: ['email', 'number'], indexed: ['role'] }
const keys: Collection = { name: 'keys', indexed: ['owner', 'device'] }

/** What people edit. */
export function documentClaims(make: MakeStore) {
  describe('documents', () => {
    test(
      'a document is read as it was written, by any connection, until it is removed',
      withStore(make, async (store, another) => {
        const body = { email: 'a@b', role: 'admin', nested: { list: [1, null, 'é'] }, 'odd.name': true, $dollar: 1 }
        expect(await store.insert(users, '1', body)).toEqual({ ok: true, version: 1 })
        const other = await another()
        expect(await other.get(users, '1')).toEqual({ id: '1', version: 1, body })
        expect(await other.get(keys, '1')).toBeUndefined()
        expect([await store.remove(users, '1'), await store.remove(users, '1')]).toEqual([true, false])
        expect(await other.get(users, '1')).toBeUndefined()
      }),
    )
    test(
      'an id and a unique value stand once; the answer names what is taken',
      withStore(make, async (store) => {
        await store.insert(users, '1', { email: 'a@b', number: 1 })
        expect(await store.insert(users, '1', { email: 'c@d' })).toEqual({ ok: false, conflict: 'id' })
        expect(await store.insert(users, '2', { email: 'a@b' })).toEqual({ ok: false, conflict: 'email' })
        expect(await store.insert(users, '2', { email: 'x@y', number: 1 })).toEqual({ ok: false, conflict: 'number' })
        expect(await store.insert(users, '2', { email: 'c@d', number: 2 })).toMatchObject({ ok: true })
        expect(await store.replace(users, '2', 1, { email: 'a@b', number: 2 })).toEqual({
          ok: false,
          conflict: 'email',
        })
        expect(await store.get(users, '2')).toMatchObject({ version: 1, body: { email: 'c@d' } })
        expect(await store.count(users)).toBe(2)
      }),
    )
    test(
      'documents without a unique field do not meet, nor do a number and its text',
      withStore(make, async (store) => {
        expect(await store.insert(users, '1', {})).toMatchObject({ ok: true })
        expect(await store.insert(users, '2', { email: null })).toMatchObject({ ok: true })
        expect(await store.insert(users, '3', { number: 1 })).toMatchObject({ ok: true })
        expect(await store.insert(users, '4', { number: '1' })).toMatchObject({ ok: true })
        expect((await store.find(users, { where: { number: '1' }, limit: 9 })).map(({ id }) => id)).toEqual(['4'])
      }),
    )
    test(
      'a unique value is free again after a change and after a removal',
      withStore(make, async (store) => {
        await store.insert(users, '1', { email: 'a@b' })
        expect(await store.replace(users, '1', 1, { email: 'c@d' })).toEqual({ ok: true, version: 2 })
        expect(await store.insert(users, '2', { email: 'a@b' })).toMatchObject({ ok: true })
        await store.remove(users, '1')
        expect(await store.insert(users, '3', { email: 'c@d' })).toMatchObject({ ok: true })
      }),
    )
    test(
      'a change and a removal need the present version',
      withStore(make, async (store) => {
        await store.insert(users, '1', { role: 'viewer' })
        expect(await store.replace(users, '1', 1, { role: 'admin' })).toEqual({ ok: true, version: 2 })
        expect(await store.replace(users, '1', 1, { role: 'viewer' })).toEqual({ ok: false, conflict: 'version' })
        expect(await store.replace(users, '9', 1, {})).toEqual({ ok: false, conflict: 'version' })
        expect(await store.remove(users, '1', 1)).toBe(false)
        expect(await store.get(users, '1')).toEqual({ id: '1', version: 2, body: { role: 'admin' } })
        expect(await store.remove(users, '1', 2)).toBe(true)
      }),
    )
    test(
      'of many changes of one version exactly one wins, and of many inserts of one unique value',
      withStore(make, async (store, another) => {
        const stores = [store, await another()]
        await store.insert(users, '1', { n: -1 })
        const changes = await Promise.all(
          Array.from({ length: 20 }, (_, n) => stores[n % 2]!.replace(users, '1', 1, { n })),
        )
        expect(changes.filter(({ ok }) => ok)).toHaveLength(1)
        const winner = changes.findIndex(({ ok }) => ok)
        expect(await store.get<object>(users, '1')).toEqual({ id: '1', version: 2, body: { n: winner } })
        const inserts = await Promise.all(
          Array.from({ length: 20 }, (_, n) => stores[n % 2]!.insert(users, `new ${n}`, { email: 'same@one' })),
        )
        expect(inserts.filter(({ ok }) => ok)).toHaveLength(1)
        expect(await store.count(users, { email: 'same@one' })).toBe(1)
      }),
    )
    test(
      'they are found by id, up and down, page by page',
      withStore(make, async (store) => {
        for (const id of ['b', 'a', 'd', 'c', 'é', 'B']) await store.insert(keys, id, {})
        const ids = async (query: { after?: string; descending?: boolean; limit: number }) =>
          (await store.find(keys, query)).map(({ id }) => id)
        expect(await ids({ limit: 4 })).toEqual(['B', 'a', 'b', 'c'])
        expect(await ids({ after: 'c', limit: 4 })).toEqual(['d', 'é'])
        expect(await ids({ after: 'c', descending: true, limit: 2 })).toEqual(['b', 'a'])
        expect(await ids({ descending: true, limit: 1 })).toEqual(['é'])
      }),
    )
    test(
      'they are found and counted by all the values asked for, as they are now',
      withStore(make, async (store) => {
        for (const n of [1, 2, 3, 4])
          await store.insert(keys, `${n}`, { owner: n % 2 ? 'x' : 'y', device: n > 2 ? 7 : 8 })
        const ids = async (where: Record<string, string | number>, more = {}) =>
          (await store.find(keys, { where, limit: 9, ...more })).map(({ id }) => id)
        expect(await ids({ owner: 'x' })).toEqual(['1', '3'])
        expect(await ids({ owner: 'x', device: 7 })).toEqual(['3'])
        expect(await ids({ owner: 'x' }, { descending: true, after: '3' })).toEqual(['1'])
        expect([await store.count(keys), await store.count(keys, { device: 8 })]).toEqual([4, 2])
        await store.replace(keys, '3', 1, { owner: 'y', device: 7 })
        await store.remove(keys, '4')
        expect([await ids({ owner: 'x' }), await ids({ owner: 'y' })]).toEqual([['1'], ['2', '3']])
      }),
    )
    test(
      'a field that a newer program searches by finds the documents of the older one',
      withStore(make, async (store, another) => {
        await store.insert(keys, '1', { owner: 'x', state: 'on' })
        await store.insert(keys, '2', { owner: 'x', state: 'off' })
        const newer = { ...keys, indexed: [...keys.indexed!, 'state'] }
        const later = await another()
        expect((await later.find(newer, { where: { state: 'on' }, limit: 9 })).map(({ id }) => id)).toEqual(['1'])
      }),
    )
    test(
      'a search by a field that is not indexed is refused',
      withStore(make, async (store) => {
        await expect(store.find(keys, { where: { colour: 'red' }, limit: 1 })).rejects.toThrow('not indexed')
      }),
    )
    test(
      'a sequence gives 1, 2, 3 … to all together, no number twice',
      withStore(make, async (store, another) => {
        const stores = [store, await another()]
        const numbers = await Promise.all(Array.from({ length: 30 }, (_, i) => stores[i % 2]!.next('devices')))
        expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
        expect(await store.next('users')).toBe(1)
      }),
    )
  })
}
