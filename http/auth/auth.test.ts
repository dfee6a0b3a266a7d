import { afterEach, expect, test } from 'bun:test'
import { createHmac, createPublicKey } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { ADMIN, emptyCluster, serve, type Served } from '../test-kit.ts'
import { createPasswords } from './passwords.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

type More = Parameters<typeof serve>[1]

/** A server on a store of its own; with `dir`, on one that was there before. */
async function start(more: More = {}, dir = folder()) {
  const store = openSqliteStore(join(dir, 'store.sqlite'))
  const served = await serve(emptyCluster(store), more)
  undo.push(async () => {
    served.stop()
    await store.close()
  })
  return { ...served, store, dir }
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-auth-'))
  undo.push(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

async function newUser({ call, logIn }: Served, name: string, more: object = {}) {
  const admin = (await logIn()).access_token
  const user = { email: `${name}@example.com`, password: `pass phrase of ${name}` }
  const made = await call('POST', '/users', { token: admin, body: { ...user, ...more } })
  expect(made.status).toBe(201)
  return { ...user, id: made.json.id as number, ...(await logIn(user)) }
}

const me = async ({ call }: Served, token: string) => (await call('GET', '/users/me', { token })).status

const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a log-in gives an EdDSA token of 15 minutes that says who, in which role and session', async () => {
  const world = await start()
  const { access_token, expires_in } = await world.logIn()
  const [head, claims] = access_token.split('.').slice(0, 2).map(decode)
  const { json } = await world.call('GET', '/.well-known/jwks.json')
  const keys = json.keys as Record<string, unknown>[]
  expect(head!.alg).toBe('EdDSA')
  expect(keys.map((key) => key.kid)).toContain(head!.kid)
  expect(keys.every((key) => !('d' in key))).toBe(true)
  expect(expires_in).toBe(900)
  expect((claims!.exp as number) - (claims!.iat as number)).toBe(900)
  expect(claims).toMatchObject({ role: 'admin', iss: 'windbox', aud: 'windbox' })
  expect(await world.call('GET', '/users/me', { token: access_token })).toMatchObject({
    json: { email: ADMIN.email, role: 'admin', is_superuser: true, uuid: claims!.sub },
  })
})

test('an e-mail is one, however it is written', async () => {
  const world = await start()
  expect((await world.logIn({ ...ADMIN, email: '  Admin@EXAMPLE.com ' })).access_token).toBeString()
  const again = await world.call('POST', '/auth/register', {
    body: { email: 'ADMIN@example.com', password: 'long enough 1' },
  })
  expect(again).toMatchObject({ status: 409, json: { code: 'CONFLICT' } })
})

test('a wrong password and an unknown e-mail get the same answer', async () => {
  const world = await start()
  const wrong = await world.call('POST', '/auth/jwt/login', { form: { username: ADMIN.email, password: 'x' } })
  const unknown = await world.call('POST', '/auth/jwt/login', { form: { username: 'no@example.com', password: 'x' } })
  expect(wrong.status).toBe(400)
  expect(wrong.json).toEqual(unknown.json)
  expect(wrong.json).toMatchObject({ code: 'LOGIN_BAD_CREDENTIALS' })
})

test.each([
  ['too short', 'a@example.com', 'short'],
  ['holds the e-mail', 'a@example.com', 'my a@EXAMPLE.com 1'],
  ['too long', 'a@example.com', 'x'.repeat(257)],
  ['no address', 'a.example.com', 'long enough 1'],
  ['half a character', '\ud800@example.com', 'long enough 1'],
  ['a control character', 'a\u0000@example.com', 'long enough 1'],
])('an account is refused: %s', async (_, email, password) => {
  const world = await start()
  expect((await world.call('POST', '/auth/register', { body: { email, password } })).status).toBe(422)
})

test('registration is closed unless it is open, and makes viewers', async () => {
  const body = { email: 'new@example.com', password: 'long enough 1' }
  const closed = await start({ config: { registration: 'closed' } })
  expect(await closed.call('POST', '/auth/register', { body })).toMatchObject({
    status: 403,
    json: { code: 'REGISTRATION_CLOSED' },
  })
  const open = await start()
  expect(await open.call('POST', '/auth/register', { body })).toMatchObject({
    status: 201,
    json: { id: 2, role: 'viewer', is_superuser: false },
  })
  const role = await open.call('POST', '/auth/register', { body: { ...body, email: 'b@example.com', role: 'admin' } })
  expect(role.status).toBe(422)
})

test('forged tokens are nobody', async () => {
  const world = await start()
  const { access_token } = await world.logIn()
  const [head, claims, signature] = access_token.split('.') as [string, string, string]
  const { kid } = decode(head)
  const keys = (await world.call('GET', '/.well-known/jwks.json')).json.keys as Record<string, string>[]
  const jwk = keys.find((key) => key.kid === kid)!
  const pem = createPublicKey({ key: jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' }) as string
  const hs = `${encode({ alg: 'HS256', kid, typ: 'JWT' })}.${claims}`
  const hmac = (secret: string | Buffer) => `${hs}.${createHmac('sha256', secret).update(hs).digest('base64url')}`
  const other = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true })
  const ofAnotherKey = (header: object) =>
    new SignJWT(decode(claims)).setProtectedHeader({ alg: 'EdDSA', ...header }).sign(other.privateKey)
  const forged = [
    `${encode({ alg: 'none', kid })}.${claims}.`,
    `${encode({ alg: 'none', kid })}.${claims}.${signature}`,
    hmac(JSON.stringify(jwk)),
    hmac(Buffer.from(jwk.x!, 'base64url')),
    hmac(pem),
    `${head}.${encode({ ...decode(claims), role: 'admin', exp: (decode(claims).exp as number) + 9999 })}.${signature}`,
    `${encode({ ...decode(head), kid: 'another' })}.${claims}.${signature}`,
    await ofAnotherKey({ kid }),
    await ofAnotherKey({ kid, jwk: await exportJWK(other.publicKey) }),
    await ofAnotherKey({}),
    `${head}.${claims}`,
    'x.y.z',
    'wbk_nothing',
    'x'.repeat(10_000),
    '',
  ]
  for (const token of forged) {
    expect(await world.call('GET', '/users/me', { token })).toMatchObject({
      status: 401,
      json: { code: 'UNAUTHENTICATED' },
    })
  }
  expect(await me(world, access_token)).toBe(200)
})

test('tokens for others and of others are nobody, though our key signed them', async () => {
  const world = await start()
  const { access_token } = await world.logIn()
  const claims = decode(access_token.split('.')[1]!)
  const { kid, signs } = await world.authority.keys.signing()
  const sign = (changed: object) =>
    new SignJWT({ ...claims, ...changed }).setProtectedHeader({ alg: 'EdDSA', kid }).sign(signs)
  expect(await me(world, await sign({}))).toBe(200)
  for (const changed of [
    { iss: 'somebody' },
    { aud: 'somebody' },
    { exp: undefined },
    { exp: 1 },
    { sid: undefined },
    { sid: crypto.randomUUID() },
    { sub: crypto.randomUUID() },
    { role: undefined },
    { nbf: (claims.exp as number) + 1 },
  ]) {
    expect(await me(world, await sign(changed))).toBe(401)
  }
})

test('a token ends after 15 minutes', async () => {
  let now = 1_700_000_000_000
  const world = await start({ clock: { now: () => now } })
  const { access_token } = await world.logIn()
  now += 14 * 60_000
  expect(await me(world, access_token)).toBe(200)
  now += 60_000
  expect(await me(world, access_token)).toBe(401)
})

test('a token is good at every moment of its life, also at those where it is looked into again', async () => {
  let now = 1_700_000_000_000
  // The clock goes on between any two looks at it.
  const world = await start({ clock: { now: () => (now += 3) } })
  for (let early = 0; early < 60; early++) {
    const { access_token } = await world.logIn()
    expect(await me(world, access_token)).toBe(200)
    // Its signature counts for a minute, its session for five seconds.
    now += 60_000 - early
    expect(await me(world, access_token)).toBe(200)
    now += 5_000 - early
    expect(await me(world, access_token)).toBe(200)
  }
})

test('a role in the token is not what counts: the account is', async () => {
  const world = await start()
  const admin = (await world.logIn()).access_token
  const user = await newUser(world, 'ann')
  expect((await world.call('GET', '/users', { token: user.access_token })).status).toBe(403)
  await world.call('PATCH', `/users/${user.id}`, { token: admin, body: { role: 'admin' } })
  expect((await world.call('GET', '/users', { token: user.access_token })).status).toBe(200)
  await world.call('PATCH', `/users/${user.id}`, { token: admin, body: { role: 'viewer' } })
  expect((await world.call('GET', '/users', { token: user.access_token })).status).toBe(403)
})

test('a log-out ends both tokens of its session at once, and no other', async () => {
  const world = await start()
  const [one, two] = [await world.logIn(), await world.logIn()]
  expect(await me(world, one.access_token)).toBe(200)
  expect((await world.call('POST', '/auth/jwt/logout', { token: one.access_token })).status).toBe(204)
  expect(await me(world, one.access_token)).toBe(401)
  const refresh = await world.call('POST', '/auth/jwt/refresh', { body: { refresh_token: one.refresh_token } })
  expect(refresh.status).toBe(401)
  expect(await me(world, two.access_token)).toBe(200)
})

test.each(['locked', 'removed', 'given a new password'])('a user who is %s is out at once', async (how) => {
  const world = await start()
  const token = (await world.logIn()).access_token
  const user = await newUser(world, 'bob')
  expect(await me(world, user.access_token)).toBe(200)
  const path = `/users/${user.id}`
  if (how === 'removed') await world.call('DELETE', path, { token })
  else {
    const body = how === 'locked' ? { is_active: false } : { password: 'another long one' }
    expect((await world.call('PATCH', path, { token, body })).status).toBe(200)
  }
  expect(await me(world, user.access_token)).toBe(401)
  const refresh = await world.call('POST', '/auth/jwt/refresh', { body: { refresh_token: user.refresh_token } })
  expect(refresh.status).toBe(401)
})

test("one's own new password ends the other sessions and keeps this one", async () => {
  const world = await start()
  const user = await newUser(world, 'eve')
  const other = await world.logIn(user)
  const changed = await world.call('PATCH', '/users/me', {
    token: user.access_token,
    body: { password: 'a new pass phrase' },
  })
  expect(changed.status).toBe(200)
  expect(await me(world, user.access_token)).toBe(200)
  expect(await me(world, other.access_token)).toBe(401)
  expect((await world.logIn({ ...user, password: 'a new pass phrase' })).access_token).toBeString()
})

test('nobody gives a role to oneself', async () => {
  const world = await start()
  const { access_token } = await newUser(world, 'mal')
  const grab = await world.call('PATCH', '/users/me', { token: access_token, body: { role: 'admin' } })
  expect(grab).toMatchObject({ status: 422, json: { code: 'VALIDATION' } })
})

test('another node ends a session here within five seconds', async () => {
  let now = 1_700_000_000_000
  const clock = { now: () => now }
  const here = await start({ clock })
  const there = await start({ clock }, here.dir)
  const { access_token } = await here.logIn()
  expect(await me(here, access_token)).toBe(200)
  expect((await there.call('POST', '/auth/jwt/logout', { token: access_token })).status).toBe(204)
  now += 5_000
  expect(await me(here, access_token)).toBe(401)
})

test('a log-out that meets a token being looked into is not overtaken by it', async () => {
  const world = await start()
  const { access_token } = await world.logIn()
  const { sid } = decode(access_token.split('.')[1]!) as { sid: string }
  const { get } = world.store
  let meanwhile: Promise<void> | undefined
  world.store.get = async (collection, id) => {
    const found = await get.call(world.store, collection, id)
    // The session was read as good; before that is used, it ends.
    if (collection.name === 'users' && meanwhile === undefined) await (meanwhile = world.authority.logOut(sid))
    return found as never
  }
  expect(await me(world, access_token)).toBe(401)
  expect(await me(world, access_token)).toBe(401)
})

test('a refresh token is good once; used again it ends the session for both who have it', async () => {
  const world = await start()
  const first = await world.logIn()
  const refresh = (refresh_token: string) => world.call('POST', '/auth/jwt/refresh', { body: { refresh_token } })
  const second = await refresh(first.refresh_token)
  expect(second.status).toBe(200)
  const { access_token, refresh_token } = second.json as unknown as { access_token: string; refresh_token: string }
  expect(await me(world, access_token)).toBe(200)
  expect((await refresh(first.refresh_token)).status).toBe(401)
  expect((await refresh(refresh_token)).status).toBe(401)
  expect(await me(world, access_token)).toBe(401)
  const { json } = await world.call('GET', '/api/v1/audit', { token: (await world.logIn()).access_token })
  expect((json.items as { action: string }[]).map(({ action }) => action)).toContain('session.reused')
})

test('of many who use one refresh token at once, at most one gets on, and the session ends', async () => {
  const world = await start()
  const { refresh_token } = await world.logIn()
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => world.call('POST', '/auth/jwt/refresh', { body: { refresh_token } })),
  )
  const good = answers.filter(({ status }) => status === 200)
  expect(good.length).toBeLessThanOrEqual(1)
  for (const { json } of good) expect(await me(world, json.access_token as string)).toBe(401)
})

test('the last active admin is neither demoted, locked nor removed', async () => {
  const world = await start()
  const token = (await world.logIn()).access_token
  for (const body of [{ role: 'viewer' }, { is_active: false }]) {
    const answer = await world.call('PATCH', '/users/1', { token, body })
    expect(answer).toMatchObject({ status: 409, json: { code: 'LAST_ADMIN' } })
  }
  expect(await world.call('DELETE', '/users/1', { token })).toMatchObject({ status: 409, json: { code: 'LAST_ADMIN' } })
  // A locked admin is none.
  await newUser(world, 'second')
  await world.call('PATCH', '/users/2', { token, body: { role: 'admin', is_active: false } })
  expect((await world.call('PATCH', '/users/1', { token, body: { role: 'viewer' } })).status).toBe(409)
})

test('a list of admins that a crash has left too long saves nobody', async () => {
  const world = await start()
  const token = (await world.logIn()).access_token
  const list = await world.store.get<{ ids: number[] }>({ name: 'settings' }, 'active_admins')
  expect(list!.body.ids).toEqual([1])
  await world.store.replace({ name: 'settings' }, 'active_admins', list!.version, { ids: [1, 99] })
  expect((await world.call('PATCH', '/users/1', { token, body: { role: 'viewer' } })).status).toBe(409)
})

test('a locked account is out although a crash has left its session', async () => {
  const world = await start()
  const user = await newUser(world, 'zoe')
  expect(await me(world, user.access_token)).toBe(200)
  await world.authority.accounts.change(user.id, { is_active: false })
  world.authority.credentials.forget({ user: user.id })
  expect(await me(world, user.access_token)).toBe(401)
  const refresh = await world.call('POST', '/auth/jwt/refresh', { body: { refresh_token: user.refresh_token } })
  expect(refresh.status).toBe(401)
})

test('admins who demote each other at the same moment leave one', async () => {
  const world = await start()
  const names = ['a', 'b', 'c', 'd']
  const others = await Promise.all(names.map((name) => newUser(world, name, { role: 'admin' })))
  const tokens = [(await world.logIn()).access_token, ...others.map((other) => other.access_token)]
  const ids = [1, ...others.map(({ id }) => id)]
  await Promise.all(
    ids.map((id, i) => {
      const token = tokens[(i + 1) % tokens.length]!
      return i % 2
        ? world.call('DELETE', `/users/${id}`, { token })
        : world.call('PATCH', `/users/${id}`, { token, body: { role: 'viewer' } })
    }),
  )
  const left = await world.authority.accounts.activeAdmins()
  expect(left.length).toBeGreaterThanOrEqual(1)
  const remaining = await Promise.allSettled(
    left.map(({ id }) => world.authority.removeUser({ id: null, email: null }, id)),
  )
  expect(remaining.some(({ status }) => status === 'rejected')).toBe(true)
  expect((await world.authority.accounts.activeAdmins()).length).toBe(1)
})

test('ids of users are never given again', async () => {
  const world = await start()
  const token = (await world.logIn()).access_token
  const { id } = await newUser(world, 'gone')
  await world.call('DELETE', `/users/${id}`, { token })
  expect((await newUser(world, 'gone')).id).toBe(id + 1)
  expect((await world.call('GET', `/users/${id}`, { token })).status).toBe(404)
})

test('users are listed page by page', async () => {
  const world = await start()
  const token = (await world.logIn()).access_token
  for (let i = 0; i < 4; i++) await newUser(world, `user${i}`)
  const ids: number[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const { json }: { json: Record<string, unknown> } = await world.call(
      'GET',
      `/users?limit=2${cursor && `&cursor=${cursor}`}`,
      { token },
    )
    ids.push(...(json.items as { id: number }[]).map(({ id }) => id))
    cursor = json.next_cursor as string | null
  }
  expect(ids).toEqual([1, 2, 3, 4, 5])
  expect((await world.call('GET', '/users?cursor=nonsense', { token })).status).toBe(422)
})

test('the journal says who did what, newest first, and holds no secret', async () => {
  const world = await start()
  const token = (await world.logIn()).access_token
  const { id } = await newUser(world, 'kim')
  await world.call('PATCH', `/users/${id}`, { token, body: { role: 'engineer', password: 'hidden pass phrase' } })
  const { json, text } = await world.call('GET', '/api/v1/audit', { token })
  const items = json.items as { action: string; target: string; actor: object; detail: object }[]
  expect(items.map(({ action }) => action)).toEqual(['user.changed', 'user.created', 'user.created'])
  expect(items[0]).toMatchObject({
    target: `user/${id}`,
    actor: { id: 1, email: ADMIN.email, sender: 'user/1' },
    detail: { changed: ['role', 'password'] },
    before: { role: 'viewer' },
    after: { role: 'engineer' },
  })
  expect(text).not.toContain('hidden pass phrase')
  expect(text).not.toContain('argon2')
  const viewer = await newUser(world, 'vic')
  expect((await world.call('GET', '/api/v1/audit', { token: viewer.access_token })).status).toBe(403)
})

test('the configured admin is made once: neither a restart nor another configuration makes a second', async () => {
  const first = await start()
  expect((await first.authority.accounts.activeAdmins()).map(({ email }) => email)).toEqual([ADMIN.email])
  const again = await start({ config: { admin: { email: 'other@example.com', password: 'long enough 1' } } }, first.dir)
  expect((await again.authority.accounts.activeAdmins()).map(({ email }) => email)).toEqual([ADMIN.email])
  expect(await me(again, (await first.logIn()).access_token)).toBe(200)
})

test('a new signing key signs; tokens of the old one go on', async () => {
  const world = await start()
  const old = (await world.logIn()).access_token
  await world.authority.keys.rotate()
  const fresh = (await world.logIn()).access_token
  const kid = (token: string) => decode(token.split('.')[0]!).kid
  expect(kid(fresh)).not.toBe(kid(old))
  expect([await me(world, old), await me(world, fresh)]).toEqual([200, 200])
  expect(((await world.call('GET', '/.well-known/jwks.json')).json.keys as object[]).length).toBe(2)
})

test('the role that everybody has reads, and has no account', async () => {
  const world = await start({ config: { anonymousRole: 'viewer' } })
  expect((await world.call('GET', '/api/v1/inspect')).status).toBe(200)
  expect((await world.call('GET', '/users')).status).toBe(403)
  expect((await world.call('GET', '/users/me')).status).toBe(401)
  expect((await world.call('GET', '/api/v1/inspect', { token: 'forged' })).status).toBe(401)
})

test('a page of another site does not act by the role that everybody has', async () => {
  const world = await start({ config: { anonymousRole: 'admin', corsOrigins: ['http://friend.example'] } })
  const token = (await world.logIn()).access_token
  const ask = async (method: string, path: string, headers: Record<string, string>, more: object = {}) => {
    const { status, json } = await world.call(method, path, { headers, text: '{}', ...more })
    return [path, status, json.code]
  }
  const evil = { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' }
  const hidden = { 'sec-fetch-site': 'cross-site', 'content-type': 'application/x-www-form-urlencoded' }
  const unsafe = ['/users', '/api/v1/backups', '/api/v1/events', '/api/v1/data', '/events', '/sensor-data', '/device/']
  for (const path of [...unsafe, '/api/v1/control/loops/default/commands']) {
    for (const headers of [evil, hidden]) expect(await ask('POST', path, headers)).toEqual([path, 403, 'FORBIDDEN'])
  }
  expect((await ask('DELETE', '/users/1', evil))[1]).toBe(403)
  const user = JSON.stringify({ email: 'made@example.com', password: 'correct horse', role: 'viewer' })
  const json = { 'content-type': 'application/json' }
  expect((await ask('POST', '/users', { ...json, origin: 'http://friend.example' }, { text: user }))[1]).toBe(201)
  const ours = { ...json, origin: 'http://localhost' }
  for (const headers of [json, ours, { ...json, 'sec-fetch-site': 'none' }]) {
    expect((await ask('POST', '/users', headers, { text: user }))[1]).toBe(409)
  }
  expect((await ask('POST', '/users', { ...json, ...evil }, { token, text: user }))[1]).toBe(409)
  expect((await world.call('GET', '/users', { headers: evil })).status).toBe(200)
  // What needs no role has gates of its own.
  expect(await ask('POST', '/auth/jwt/login', evil)).toEqual(['/auth/jwt/login', 422, 'VALIDATION'])
  expect((await ask('POST', '/nowhere', evil))[1]).toBe(404)
  // The lanes of the hot paths are only there where somebody listens.
  world.app.listen({ port: 0, hostname: '127.0.0.1' })
  undo.push(() => world.app.stop(true))
  const url = `http://127.0.0.1:${world.app.server!.port}/api/v1/events`
  expect((await fetch(url, { method: 'POST', body: '{}', headers: evil })).status).toBe(403)
})

test('passwords lie in the store as argon2id hashes, secrets of sessions as hashes', async () => {
  const world = await start()
  const { refresh_token } = await world.logIn()
  await world.store.close()
  const bytes = Buffer.concat(
    await Promise.all(
      ['', '-wal'].map((end) =>
        Bun.file(join(world.dir, `store.sqlite${end}`))
          .bytes()
          .catch(() => Buffer.alloc(0)),
      ),
    ),
  )
  expect(bytes.includes('$argon2id$')).toBe(true)
  expect(bytes.includes(ADMIN.password)).toBe(false)
  expect(bytes.includes(refresh_token.split('.')[1]!)).toBe(false)
})

test('another spelling of an address has no tries of its own', async () => {
  const { call } = await start()
  const logIn = async (username: string) =>
    (await call('POST', '/auth/jwt/login', { form: { username, password: 'wrong' } })).status
  for (let n = 0; n < 10; n++) expect(await logIn('ren\u00e9@example.com')).toBe(400)
  expect([await logIn(' Rene\u0301@example.com'), await logIn('REN\u00c9@example.com')]).toEqual([429, 429])
})

test('the scheme of the token is the same in any case', async () => {
  const { call, logIn } = await start()
  const { access_token } = await logIn()
  const status = async (authorization: string) =>
    (await call('GET', '/users/me', { headers: { authorization } })).status
  for (const scheme of ['Bearer', 'bearer', 'BEARER', 'bEARER'])
    expect([scheme, await status(`${scheme} ${access_token}`)]).toEqual([scheme, 200])
  for (const scheme of ['Basic', 'Bearers', 'Xbearer'])
    expect([scheme, await status(`${scheme} ${access_token}`)]).toEqual([scheme, 401])
})

test('a new address is not verified, unless an admin says so with it', async () => {
  const world = await start()
  const { access_token: admin } = await world.logIn()
  const ann = await newUser(world, 'ann')
  const change = async (path: string, token: string, body: object) =>
    (await world.call('PATCH', path, { token, body })).json.is_verified
  expect(await change(`/users/${ann.id}`, admin, { is_verified: true })).toBe(true)
  expect(await change('/users/me', ann.access_token, { email: ' ANN@example.com' })).toBe(true)
  expect(await change('/users/me', ann.access_token, { email: 'ann@elsewhere.example' })).toBe(false)
  expect(await change(`/users/${ann.id}`, admin, { email: 'ann@third.example', is_verified: true })).toBe(true)
})

test('who changes a password many times at once does not make all log-ins wait', async () => {
  const { call, logIn } = await start()
  const { access_token: token } = await logIn()
  const change = async (n: number) =>
    (await call('PATCH', '/users/me', { token, body: { password: `correct horse ${n}` } })).status
  const answers = await Promise.all([1, 2, 3].map(change))
  expect(answers.toSorted()).toEqual([200, 409, 409])
  expect(await change(4)).toBe(200)
})

test('an unknown account is told from a known one by nothing, also after there was no place to wait', async () => {
  const passwords = createPasswords({ memoryCost: 8, timeCost: 1 })
  const hashes = Array.from({ length: 202 }, () => passwords.hash('correct horse battery'))
  await expect(passwords.verify('wrong', null)).rejects.toMatchObject({ code: 'OVERLOADED' })
  await Promise.all(hashes)
  expect(await passwords.verify('wrong', null)).toBe(false)
})
