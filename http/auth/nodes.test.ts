import { afterEach, describe, expect, test } from 'bun:test'
import { nodesOf } from '../nodes.fixture.ts'
import { ADMIN, type Served } from '../test-kit.ts'

/** Within five seconds it has to count, and streams look once a second. */
const SOON_MS = 4_000

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function start(count = 2, more: Parameters<typeof nodesOf>[1] = {}) {
  const world = await nodesOf(count, more)
  undo.push(world.end)
  const [here, there] = world.nodes as [Served, Served]
  return { ...world, here, there }
}

/** The number of the first admin: of nodes that start at once any may have made it. */
const idOfAdmin = async ({ call }: Served, token: string) =>
  (await call('GET', '/users/me', { token })).json.id as number

const ANN = { email: 'ann@users.example', password: 'a long pass phrase' }

/** Somebody whom both nodes know, and the admin who may end that. */
async function withAnn() {
  const world = await start()
  const { here, there } = world
  const admin = (await here.logIn()).access_token
  const { json } = await here.call('POST', '/users', { token: admin, body: { ...ANN, role: 'engineer' } })
  const ann = await there.logIn(ANN)
  const device = (await here.call('POST', '/api/v1/devices', { token: ann.access_token, body: {} })).json.id as number
  const made = await here.call('POST', `/api/v1/devices/${device}/keys`, { token: ann.access_token, body: {} })
  const asks = {
    account: async () => (await there.call('GET', '/users/me', { token: ann.access_token })).status,
    role: async () => (await there.call('GET', '/api/v1/relays', { token: ann.access_token })).status,
    key: async () => {
      const body = { device_id: device, x: 1, y: 2, z: 3 }
      return (await there.call('POST', '/api/v1/data', { token: made.json.key as string, body })).status
    },
  }
  await world.heard()
  for (const ask of Object.values(asks)) expect(await ask()).toBeLessThan(300)
  return { ...world, admin, ann, id: json.id as number, device, key: made.json.id as string, asks }
}
type Ann = Awaited<ReturnType<typeof withAnn>>

describe.each<[string, keyof Ann['asks'], number, (world: Ann) => Promise<unknown>]>([
  ['a log-out', 'account', 401, ({ here, ann }) => here.call('POST', '/auth/jwt/logout', { token: ann.access_token })],
  [
    'a smaller role',
    'role',
    403,
    (w) => w.here.call('PATCH', `/users/${w.id}`, { token: w.admin, body: { role: 'viewer' } }),
  ],
  [
    'a lock',
    'account',
    401,
    (w) => w.here.call('PATCH', `/users/${w.id}`, { token: w.admin, body: { is_active: false } }),
  ],
  [
    'a new password',
    'account',
    401,
    (w) => w.here.call('PATCH', `/users/${w.id}`, { token: w.admin, body: { password: 'another pass phrase' } }),
  ],
  ['a removed user', 'account', 401, ({ here, admin, id }) => here.call('DELETE', `/users/${id}`, { token: admin })],
  [
    'a revoked key',
    'key',
    401,
    (w) => w.here.call('DELETE', `/api/v1/devices/${w.device}/keys/${w.key}`, { token: w.admin }),
  ],
  [
    'a removed device',
    'key',
    401,
    ({ here, admin, device }) => here.call('DELETE', `/api/v1/devices/${device}`, { token: admin }),
  ],
  [
    'a refresh token that comes twice',
    'account',
    401,
    async ({ here, ann }) => {
      const body = { refresh_token: ann.refresh_token }
      await here.call('POST', '/auth/jwt/refresh', { body })
      return here.call('POST', '/auth/jwt/refresh', { body })
    },
  ],
])('%s on one node', (_, asked, refused, act) => {
  test('counts on the other as soon as it has heard of it', async () => {
    const world = await withAnn()
    await act(world)
    await world.heard()
    expect(await world.asks[asked]()).toBe(refused)
  })

  test('counts on the other after some seconds, though it hears nothing', async () => {
    const world = await withAnn()
    world.cut()
    await act(world)
    await world.heard()
    expect(await world.asks[asked]()).not.toBe(refused)
    world.clock.ms += SOON_MS
    expect(await world.asks[asked]()).toBe(refused)
  })

  test('counts on the other as soon as it knows that it may have missed something', async () => {
    const world = await withAnn()
    world.cut()
    await act(world)
    world.join()
    expect(await world.asks[asked]()).toBe(refused)
  })
})

test('nodes that start at once on an empty store end with one key and one admin', async () => {
  for (let round = 0; round < 3; round++) {
    // As somebody may have written it into the settings.
    const admin = { ...ADMIN, email: 'Admin@Example.com' }
    const { nodes, stores } = await start(4, { config: { admin } })
    const keySets = await Promise.all(
      nodes.map(async ({ call }) => (await call('GET', '/.well-known/jwks.json')).json.keys),
    )
    expect(keySets[0]).toHaveLength(1)
    for (const keys of keySets) expect(keys).toEqual(keySets[0])
    expect(await stores[0]!.count({ name: 'users' })).toBe(1)
    const { access_token } = await nodes[0]!.logIn()
    for (const { call } of nodes) expect((await call('GET', '/users/me', { token: access_token })).status).toBe(200)
    const admins = await stores[0]!.get<{ ids: number[] }>({ name: 'settings' }, 'active_admins')
    expect(admins?.body.ids).toHaveLength(1)
  }
}, 30_000)

test('a token of a key that was made a moment ago elsewhere is good, though nobody said that there is one', async () => {
  const { here, there, cut, clock } = await start()
  cut()
  const before = await there.logIn()
  const kid = await here.authority.rotateKeys({ id: null, email: null })
  const after = await here.logIn()
  expect(JSON.parse(Buffer.from(after.access_token.split('.')[0]!, 'base64url').toString()).kid).toBe(kid)
  expect((await there.call('GET', '/users/me', { token: after.access_token })).status).toBe(200)
  expect((await here.call('GET', '/users/me', { token: before.access_token })).status).toBe(200)
  clock.ms += 1_000
  const next = await there.logIn()
  expect(JSON.parse(Buffer.from(next.access_token.split('.')[0]!, 'base64url').toString()).kid).toBe(kid)
})

test('keys that are made at once on several nodes come one after the other', async () => {
  const { nodes, heard } = await start(3)
  const kids = await Promise.all(nodes.map(({ authority }) => authority.rotateKeys({ id: null, email: null })))
  expect(new Set(kids).size).toBe(3)
  await heard()
  const { json } = await nodes[0]!.call('GET', '/.well-known/jwks.json')
  expect(json.keys).toHaveLength(4)
})

test('forged key ids make a look into the store four times a second, not one each', async () => {
  let looks = 0
  const { there } = await start(2, {
    over: (cluster) => {
      const find: typeof cluster.store.find = (collection, query) => {
        if (collection.name === 'signing_keys') looks++
        return cluster.store.find(collection, query)
      }
      return { ...cluster, store: { ...cluster.store, find } }
    },
  })
  const [, payload, signature] = (await there.logIn()).access_token.split('.')
  const forged = (i: number) =>
    `${Buffer.from(JSON.stringify({ alg: 'EdDSA', typ: 'JWT', kid: `forged-${i}` })).toString('base64url')}.${payload}.${signature}`
  looks = 0
  const asked = Array.from({ length: 200 }, (_, i) => there.call('GET', '/users/me', { token: forged(i) }))
  for (const { status } of await Promise.all(asked)) expect(status).toBe(401)
  expect(looks).toBeLessThanOrEqual(2)
})

test('wrong passwords are counted over all nodes', async () => {
  const { nodes } = await start(3)
  const statuses: number[] = []
  for (let i = 0; i < 12; i++) {
    const form = { username: ADMIN.email, password: 'not the password' }
    statuses.push((await nodes[i % 3]!.call('POST', '/auth/jwt/login', { form })).status)
  }
  expect(statuses).toEqual([...Array<number>(10).fill(400), 429, 429])
  await expect(nodes[0]!.logIn()).rejects.toThrow('429')
})

test('a session goes on at any node, and a used refresh token ends it at any node', async () => {
  const { here, there } = await start()
  const { refresh_token } = await here.logIn()
  const next = await there.call('POST', '/auth/jwt/refresh', { body: { refresh_token } })
  expect(next.status).toBe(200)
  expect((await here.call('GET', '/users/me', { token: next.json.access_token as string })).status).toBe(200)
  expect((await here.call('POST', '/auth/jwt/refresh', { body: { refresh_token } })).status).toBe(401)
  const last = await there.call('POST', '/auth/jwt/refresh', { body: { refresh_token: next.json.refresh_token } })
  expect(last.status).toBe(401)
})

test('a link that two press at once, on two nodes, lets one in; the cookie and its forms are good on both', async () => {
  const { here, there } = await start()
  const link = await here.authority.links.make()
  const headers = { origin: 'http://localhost', 'content-type': 'application/x-www-form-urlencoded' }
  const press = (node: Served) => node.raw('POST', link, { headers, text: '' })
  const pressed = await Promise.all([press(here), press(there)])
  expect(pressed.map(({ status }) => status).sort()).toEqual([303, 410])
  const cookie = pressed
    .find(({ status }) => status === 303)!
    .headers.get('set-cookie')!
    .split(';')[0]!
  const pages = await Promise.all(
    [here, there].map(async ({ raw }) => await (await raw('GET', '/dashboard', { headers: { cookie } })).text()),
  )
  const tokens = pages.map((page) => /name="csrf" value="([^"]+)"/.exec(page)?.[1])
  expect(tokens[0]).toMatch(/./)
  expect(tokens[0]).toBe(tokens[1]!)
  const out = await there.raw('POST', '/dashboard/logout', {
    headers: { ...headers, cookie },
    text: `csrf=${tokens[0]}`,
  })
  expect(out.status).toBe(303)
})

test('two admins who demote each other on two nodes at once leave one', async () => {
  const { here, there, stores } = await start()
  const admin = (await here.logIn()).access_token
  const first = await idOfAdmin(here, admin)
  const body = { ...ANN, role: 'admin' }
  const other = (await here.call('POST', '/users', { token: admin, body })).json.id as number
  const demote = (node: Served, id: number) =>
    node.authority.changeUser({ id: null, email: null }, id, { role: 'viewer' })
  const results = await Promise.allSettled([demote(here, first), demote(there, other)])
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await stores[0]!.count({ name: 'users' })).toBe(2)
  expect(await here.authority.accounts.activeAdmins()).toHaveLength(1)
})

test('a node that starts while an admin is leaving does not let the other leave as well', async () => {
  const { here, there, stores } = await start()
  const admin = (await here.logIn()).access_token
  const first = await idOfAdmin(here, admin)
  const other = (await here.call('POST', '/users', { token: admin, body: { ...ANN, role: 'admin' } })).json.id as number
  const { replace } = stores[0]!
  const demote = (node: Served, id: number) =>
    node.authority.changeUser({ id: null, email: null }, id, { role: 'viewer' })
  // The first is out of the list of admins, and still one by the account, when the other node starts.
  stores[0]!.replace = async (collection, ...rest) => {
    if (collection.name === 'users') {
      stores[0]!.replace = replace
      await there.authority.accounts.repair()
      await expect(demote(there, other)).rejects.toMatchObject({ code: 'LAST_ADMIN' })
    }
    return await replace(collection, ...rest)
  }
  await demote(here, first)
  expect(await here.authority.accounts.activeAdmins()).toHaveLength(1)
})
