import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { ADMIN, emptyCluster, serve } from '../test-kit.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function start(more: Parameters<typeof serve>[1] = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-sessions-'))
  const store = openSqliteStore(join(dir, 'store.sqlite'))
  const served = await serve(emptyCluster(store), more)
  undo.push(async () => {
    served.stop()
    await store.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const { call } = served
  const list = async (token: string) => (await call('GET', '/auth/sessions', { token })).json.items as Listed[]
  const end = async (token: string, id: string) => (await call('DELETE', `/auth/sessions/${id}`, { token })).status
  return { ...served, list, end }
}

interface Listed {
  readonly id: string
  readonly use: string
  readonly from: string | null
  readonly is_current: boolean
}

const form = { username: ADMIN.email, password: ADMIN.password }

test("one's own sessions are listed, with where they began, and without their secrets", async () => {
  const { call, list, authority } = await start({ config: { trustProxy: true } })
  const log = (from: string) =>
    call('POST', '/auth/jwt/login', { form, headers: { 'x-forwarded-for': `spoofed, ${from}` } })
  const [one, other] = [await log('10.0.0.7'), await log('10.0.0.8')]
  await authority.logInToPages(ADMIN.email, ADMIN.password, '10.0.0.9')
  const token = one.json.access_token as string
  const sessions = await list(token)
  expect(sessions.map(({ from }) => from).sort()).toEqual(['10.0.0.7', '10.0.0.8', '10.0.0.9'])
  expect(sessions.filter(({ is_current }) => is_current).map(({ from }) => from)).toEqual(['10.0.0.7'])
  expect(sessions.map(({ use }) => use).sort()).toEqual(['api', 'api', 'page'])
  const secret = String(other.json.refresh_token).split('.')[1]!
  expect(JSON.stringify(sessions)).not.toContain(secret)
})

test('a session that is ended is out at once, and the others go on', async () => {
  const { call, logIn, list, end } = await start()
  const [one, other] = [await logIn(), await logIn()]
  const theirs = (await list(other.access_token)).find(({ is_current }) => is_current)!
  expect(await end(one.access_token, theirs.id)).toBe(204)
  expect((await call('GET', '/users/me', { token: other.access_token })).status).toBe(401)
  const refreshed = await call('POST', '/auth/jwt/refresh', { body: { refresh_token: other.refresh_token } })
  expect(refreshed.status).toBe(401)
  expect(await list(one.access_token)).toHaveLength(1)
  expect(await end(one.access_token, theirs.id)).toBe(404)
})

test("nobody ends somebody else's session", async () => {
  const { call, logIn, list, end } = await start()
  const admin = (await logIn()).access_token
  const user = { email: 'ann@example.com', password: 'pass phrase of ann' }
  await call('POST', '/users', { token: admin, body: user })
  const ann = (await logIn(user)).access_token
  const [session] = await list(admin)
  expect(await end(ann, session!.id)).toBe(404)
  expect(await list(ann)).toHaveLength(1)
  expect(await list(admin)).toHaveLength(1)
})

test('registrations are 30 a minute an address, whatever the client says of where it comes from', async () => {
  const clock = { ms: Date.parse('2026-11-22T10:00:00Z'), now: () => clock.ms }
  const { call } = await start({ clock, config: { trustProxy: true } })
  let count = 0
  const register = (from: string) =>
    call('POST', '/auth/register', {
      body: { email: `user-${count++}@example.com`, password: 'a long pass phrase' },
      headers: { 'x-forwarded-for': `${count}.1.1.1, ${from}` },
    })
  for (let i = 0; i < 30; i++) expect((await register('10.0.0.7')).status).toBe(201)
  const refused = await register('10.0.0.7')
  expect(refused).toMatchObject({ status: 429, json: { code: 'RATE_LIMITED' } })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await register('10.0.0.8')).status).toBe(201)
  clock.ms += 60_000
  expect((await register('10.0.0.7')).status).toBe(201)
})

test('without a trusted proxy, what the client says of where it comes from counts for nothing', async () => {
  const { call } = await start({ clock: { now: () => 1_800_000_000_000 } })
  const statuses: number[] = []
  for (let i = 0; i < 11; i++) {
    const wrong = { ...form, password: 'not the password' }
    statuses.push(
      (await call('POST', '/auth/jwt/login', { form: wrong, headers: { 'x-forwarded-for': `1.1.1.${i}` } })).status,
    )
  }
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 400), 429])
})

test('a rate limit is one for all tokens of a user, and another for each user and device', async () => {
  const clock = { now: () => 1_800_000_000_000 }
  const { call, logIn } = await start({ clock, config: { rateLimit: 4 } })
  const [one, other] = [(await logIn()).access_token, (await logIn()).access_token]
  const device = await call('POST', '/api/v1/devices', { token: one, body: {} })
  const { json } = await call('POST', `/api/v1/devices/${String(device.json.id)}/keys`, { token: other, body: {} })
  const me = async (token: string) => (await call('GET', '/users/me', { token })).status
  expect([await me(one), await me(other), await me(one), await me(other)]).toEqual([200, 200, 429, 429])
  const key = json.key as string
  expect([await me(key), await me(key), await me(key), await me(key), await me(key)]).toEqual([403, 403, 403, 403, 429])
})
