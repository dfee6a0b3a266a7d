import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NewRecord } from '../../actors/runtime/index.ts'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { ADMIN, emptyCluster, serve } from '../test-kit.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function start(more: Parameters<typeof serve>[1] = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-devices-'))
  const store = openSqliteStore(join(dir, 'store.sqlite'))
  const log: NewRecord[] = []
  const forgotten: string[] = []
  store.forget = (address) => Promise.resolve(void forgotten.push(address))
  const clock = { ms: Date.parse('2026-11-22T10:00:00Z'), now: () => clock.ms }
  const cluster = emptyCluster(store)
  const served = await serve(
    {
      ...cluster,
      append: (records) => {
        log.push(...records)
        return cluster.append(records)
      },
    },
    { clock, ...more },
  )
  undo.push(async () => {
    served.stop()
    await store.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const { call, logIn } = served
  const admin = (await logIn()).access_token
  async function newUser(name: string, role = 'viewer') {
    const user = { email: `${name}@example.com`, password: `pass phrase of ${name}` }
    const { json } = await call('POST', '/users', { token: admin, body: { ...user, role } })
    return { id: json.id as number, token: (await logIn(user)).access_token }
  }
  async function newDevice(token: string, body: object = {}) {
    const made = await call('POST', '/api/v1/devices', { token, body })
    expect(made.status).toBe(201)
    return made.json as { id: number; user_id: number | null }
  }
  async function newKey(token: string, device: number) {
    const made = await call('POST', `/api/v1/devices/${device}/keys`, { token, body: {} })
    expect(made.status).toBe(201)
    return made.json as { id: string; key: string }
  }
  return { ...served, store, log, forgotten, clock, admin, newUser, newDevice, newKey }
}

const status = async (answer: Promise<{ status: number }>) => (await answer).status

test('a device belongs to who made it; engineers own all of them', async () => {
  const { call, newUser, newDevice } = await start()
  const [ann, bob, eve] = [await newUser('ann'), await newUser('bob', 'operator'), await newUser('eve', 'engineer')]
  const { id, user_id } = await newDevice(ann.token, { name: 'pump', kind: 'pump', attributes: { room: 7 } })
  expect(user_id).toBe(ann.id)
  const path = `/api/v1/devices/${id}`
  expect((await call('GET', path, { token: bob.token })).json).toMatchObject({ name: 'pump', attributes: { room: 7 } })
  const mine = { body: { name: 'mine' } }
  expect(await status(call('PATCH', path, { token: bob.token, ...mine }))).toBe(403)
  expect(await status(call('DELETE', path, { token: bob.token }))).toBe(403)
  expect(await status(call('POST', `${path}/keys`, { token: bob.token, body: {} }))).toBe(403)
  expect(await status(call('GET', `${path}/keys`, { token: bob.token }))).toBe(403)
  expect((await call('PATCH', path, { token: ann.token, body: { name: null } })).json).toMatchObject({
    name: null,
    kind: 'pump',
  })
  expect((await call('PATCH', path, { token: eve.token, ...mine })).json).toMatchObject({ name: 'mine' })
})

test('an engineer gives a device to another user, nobody else does', async () => {
  const { call, newUser, newDevice } = await start()
  const [ann, bob, eve] = [await newUser('ann'), await newUser('bob'), await newUser('eve', 'engineer')]
  const { id } = await newDevice(ann.token)
  const give = (token: string, user_id: unknown) => call('PATCH', `/api/v1/devices/${id}`, { token, body: { user_id } })
  expect(await status(give(ann.token, bob.id))).toBe(403)
  expect(await status(give(eve.token, 999))).toBe(422)
  expect(await status(give(eve.token, bob.id))).toBe(200)
  expect(await status(call('DELETE', `/api/v1/devices/${id}`, { token: ann.token }))).toBe(403)
  expect(await status(call('DELETE', `/api/v1/devices/${id}`, { token: bob.token }))).toBe(204)
})

test('devices are listed page by page, and by owner', async () => {
  const { call, admin, newUser, newDevice } = await start()
  const ann = await newUser('ann')
  for (let i = 0; i < 5; i++) await newDevice(i % 2 ? ann.token : admin)
  const list = async (query: string) => (await call('GET', `/api/v1/devices${query}`, { token: admin })).json
  const first = await list('?limit=3')
  expect((first.items as { id: number }[]).map(({ id }) => id)).toEqual([1, 2, 3])
  const rest = await list(`?limit=3&cursor=${first.next_cursor}`)
  expect([(rest.items as { id: number }[]).map(({ id }) => id), rest.next_cursor]).toEqual([[4, 5], null])
  expect(((await list(`?user_id=${ann.id}`)).items as { id: number }[]).map(({ id }) => id)).toEqual([2, 4])
})

test('a key is shown once, kept as a hash, and says when it was last used, to the minute', async () => {
  const { call, admin, newDevice, newKey, store, clock, authority } = await start()
  const { id } = await newDevice(admin)
  const { key, id: keyId } = await newKey(admin, id)
  expect(key).toMatch(/^wbk_[\w-]{43}$/)
  const keys = async () => {
    const { json, text } = await call('GET', `/api/v1/devices/${id}/keys`, {
      token: (await authority.logIn(ADMIN.email, ADMIN.password, '')).access_token,
    })
    expect(text).not.toContain(key.slice(4))
    return json.items as { id: string; last_used_at: string | null }[]
  }
  expect(await keys()).toMatchObject([{ id: keyId, last_used_at: null }])
  expect(
    JSON.stringify(await store.find({ name: 'device_keys', unique: ['secret'], indexed: ['device'] }, { limit: 9 })),
  ).not.toContain(key.slice(4))
  const use = () => call('GET', '/api/v1/devices', { token: key })
  const began = new Date(clock.ms).toISOString()
  await use()
  expect((await keys())[0]!.last_used_at).toBe(began)
  clock.ms += 30_000
  await use()
  expect((await keys())[0]!.last_used_at).toBe(began)
  clock.ms += 40_000
  await use()
  expect((await keys())[0]!.last_used_at).toBe(new Date(clock.ms).toISOString())
})

test('a device key reads nothing and changes nothing', async () => {
  const { call, admin, newDevice, newKey } = await start()
  const { id } = await newDevice(admin)
  const { key: token } = await newKey(admin, id)
  for (const [method, path] of [
    ['GET', '/api/v1/devices'],
    ['GET', `/api/v1/devices/${id}`],
    ['DELETE', `/api/v1/devices/${id}`],
    ['GET', '/users/me'],
    ['GET', '/auth/sessions'],
    ['GET', '/api/v1/exhausters'],
    ['POST', '/auth/jwt/logout'],
  ] as const) {
    expect([path, (await call(method, path, { token })).status]).toEqual([path, 403])
  }
  expect((await call('POST', `/api/v1/devices/${id}/keys`, { token, body: {} })).json.code).toBe('FORBIDDEN')
  expect(await status(call('GET', '/ping', { token }))).toBe(200)
  expect(await status(call('GET', '/api/v1/nothing', { token }))).toBe(404)
})

test('a revoked key, and one that nobody has made, are nobody at once', async () => {
  const { call, admin, newUser, newDevice, newKey } = await start()
  const { id } = await newDevice(admin)
  const [one, other] = [await newKey(admin, id), await newKey(admin, id)]
  const use = (token: string) => status(call('GET', '/api/v1/devices', { token }))
  expect([await use(one.key), await use(other.key)]).toEqual([403, 403])
  const ann = await newUser('ann')
  expect(await status(call('DELETE', `/api/v1/devices/${id}/keys/${one.id}`, { token: ann.token }))).toBe(403)
  expect(await status(call('DELETE', `/api/v1/devices/${id}/keys/${one.id}`, { token: admin }))).toBe(204)
  expect(await status(call('DELETE', `/api/v1/devices/${id}/keys/${one.id}`, { token: admin }))).toBe(404)
  expect([await use(one.key), await use(other.key), await use(`wbk_${'A'.repeat(43)}`), await use('wbk_')]).toEqual([
    401, 403, 401, 401,
  ])
})

test('a deleted device is gone for everybody at once, with its keys; what is stored of it goes later, twice', async () => {
  const { call, admin, newDevice, newKey, log, forgotten, clock, authority, sweepDevices } = await start()
  const { id } = await newDevice(admin)
  const { key } = await newKey(admin, id)
  expect(await authority.devices.deviceOf(id)).toMatchObject({ id })
  expect(await status(call('DELETE', `/api/v1/devices/${id}`, { token: admin }))).toBe(204)
  expect(await authority.devices.deviceOf(id)).toBeUndefined()
  expect(await status(call('GET', `/api/v1/devices/${id}`, { token: admin }))).toBe(404)
  expect(await status(call('DELETE', `/api/v1/devices/${id}`, { token: admin }))).toBe(404)
  expect(await status(call('GET', '/api/v1/devices', { token: key }))).toBe(401)
  expect((await call('GET', '/api/v1/devices', { token: admin })).json.items).toEqual([])
  expect(log.map(({ key, type }) => [key, type])).toEqual([[`device/${id}`, 'deleted']])
  await sweepDevices()
  expect(forgotten).toEqual([])
  for (const times of [1, 2, 2]) {
    clock.ms += 150_000
    await sweepDevices()
    expect(forgotten).toEqual(Array.from({ length: times }, () => `device/${id}`))
  }
  expect((await newDevice((await authority.logIn(ADMIN.email, ADMIN.password, '')).access_token)).id).toBe(id + 1)
})

test('the devices of a user who is removed become ownerless', async () => {
  const { call, admin, newUser, newDevice } = await start()
  const [ann, bob] = [await newUser('ann'), await newUser('bob')]
  const [one, other] = [await newDevice(ann.token), await newDevice(bob.token)]
  expect(await status(call('DELETE', `/users/${ann.id}`, { token: admin }))).toBe(204)
  const owner = async (id: number) => (await call('GET', `/api/v1/devices/${id}`, { token: admin })).json.user_id
  expect([await owner(one.id), await owner(other.id)]).toEqual([null, bob.id])
})

test('the role that everybody has owns what has no owner', async () => {
  const { call, admin, newDevice } = await start({ config: { anonymousRole: 'viewer' } })
  const anonymous = await call('POST', '/api/v1/devices', { body: {} })
  expect(anonymous.json.user_id).toBeNull()
  const theirs = await newDevice(admin)
  const name = { body: { name: 'x' } }
  expect(await status(call('PATCH', `/api/v1/devices/${String(anonymous.json.id)}`, name))).toBe(200)
  expect(await status(call('PATCH', `/api/v1/devices/${theirs.id}`, name))).toBe(403)
})

test.each([
  [{ name: 7 }, 422],
  [{ name: '' }, 422],
  [{ name: 'a\u0000' }, 422],
  [{ name: 'a\nb' }, 422],
  [{ name: '\ud800' }, 422],
  [{ name: 'x'.repeat(101) }, 422],
  [{ colour: 'red' }, 422],
  [{ user_id: 1 }, 422],
  [{ attributes: { deep: {} } }, 422],
  [{ attributes: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`a${i}`, i])) }, 422],
  [[], 422],
  [null, 422],
  [{ name: null, kind: null, attributes: {} }, 201],
])('a device made of %j is answered %d', async (body, expected) => {
  const { call, admin } = await start()
  expect(await status(call('POST', '/api/v1/devices', { token: admin, body }))).toBe(expected)
})

test('acts on devices and their keys are in the journal, without the keys', async () => {
  const { call, admin, newDevice, newKey } = await start()
  const { id } = await newDevice(admin, { name: 'pump' })
  const { key, id: keyId } = await newKey(admin, id)
  await call('PATCH', `/api/v1/devices/${id}`, { token: admin, body: { name: 'valve' } })
  await call('DELETE', `/api/v1/devices/${id}/keys/${keyId}`, { token: admin })
  await call('DELETE', `/api/v1/devices/${id}`, { token: admin })
  const { json, text } = await call('GET', '/api/v1/audit?limit=5', { token: admin })
  expect((json.items as object[]).reverse()).toMatchObject([
    { action: 'device.created', target: `device/${id}`, actor: { id: 1, sender: 'user/1', from: expect.any(String) } },
    { action: 'device_key.created', detail: { key_id: keyId } },
    { action: 'device.changed', before: { name: 'pump' }, after: { name: 'valve' } },
    { action: 'device_key.revoked', detail: { key_id: keyId } },
    { action: 'device.removed', before: { name: 'valve' }, after: null },
  ])
  expect(text).not.toContain(key.slice(4))
})

test('attributes are bounded as a whole, so that a page of devices is', async () => {
  const { call, admin, newDevice } = await start()
  const attributes = (each: number) => Object.fromEntries(Array.from({ length: 16 }, (_, i) => [i, 'é'.repeat(each)]))
  const { id } = await newDevice(admin, { attributes: attributes(200) })
  const large = { token: admin, body: { attributes: attributes(300) } }
  expect(await status(call('POST', '/api/v1/devices', large))).toBe(422)
  expect(await status(call('PATCH', `/api/v1/devices/${id}`, large))).toBe(422)
  const { json } = await call('GET', `/api/v1/devices/${id}`, { token: admin })
  expect(json.attributes).toEqual(attributes(200))
})
