import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { ADMIN, emptyCluster, serve, type Served } from '../test-kit.ts'
import { safeNext } from './page-routes.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function start(more: Parameters<typeof serve>[1] = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-pages-'))
  const store = openSqliteStore(join(dir, 'store.sqlite'))
  const served = await serve(emptyCluster(store), more)
  undo.push(async () => {
    served.stop()
    await store.close()
    rmSync(dir, { recursive: true, force: true })
  })
  return served
}

const ORIGIN = { origin: 'http://localhost' }
const form = { username: ADMIN.email, password: ADMIN.password }

/** A log-in by the form: the cookie as it is sent back. */
async function logIn({ raw }: Served): Promise<string> {
  const answer = await raw('POST', '/dashboard/login', { form, headers: ORIGIN })
  expect(answer.status).toBe(303)
  return answer.headers.getSetCookie()[0]!.split(';')[0]!
}

const csrfOf = (page: string) => /name="csrf" value="([^"]+)"/.exec(page)?.[1]

test('the log-in sets a cookie that scripts do not see and other sites do not send', async () => {
  const { raw } = await start()
  const answer = await raw('POST', '/dashboard/login', { form: { ...form, next: '/dashboard?x=1' }, headers: ORIGIN })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/dashboard?x=1'])
  const [cookie] = answer.headers.getSetCookie()
  for (const word of ['HttpOnly', 'SameSite=Lax', 'Path=/dashboard']) expect(cookie).toContain(word)
  expect(cookie).not.toContain('Secure')
})

test('behind TLS the cookie is for TLS only', async () => {
  const { raw } = await start({ config: { publicUrl: 'https://box.example' } })
  const answer = await raw('POST', '/dashboard/login', { form, headers: { origin: 'https://box.example' } })
  expect(answer.headers.getSetCookie()[0]).toContain('; Secure')
  expect(answer.headers.get('strict-transport-security')).toBeString()
  const downgraded = await raw('POST', '/dashboard/login', { form, headers: { origin: 'http://box.example' } })
  expect(downgraded.status).toBe(403)
})

test('pages count as requests of their session, with those of the API, and say on a page when there were too many', async () => {
  const clock = { ms: 1_800_000_000_000, now: () => clock.ms }
  const world = await start({ config: { rateLimit: 10 }, clock })
  const headers = { cookie: await logIn(world), accept: 'text/html' }
  const page = (path: string) => world.raw('GET', path, { headers })
  clock.ms += 1_000
  const statuses = new Map<number, number>()
  for (let n = 0; n < 15; n++) {
    const { status } = await page('/dashboard/password')
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  expect([...statuses]).toEqual([
    [303, 10],
    [429, 5],
  ])
  const refused = await page('/dashboard')
  expect(refused.headers.get('retry-after')).toBe('1')
  expect(refused.headers.get('content-type')).toStartWith('text/html')
  const token = (await world.logIn()).access_token
  expect((await world.call('GET', '/users/me', { token })).status).toBe(429)
  // Neither what a page is made of, nor whether its stream goes on.
  for (let n = 0; n < 15; n++) expect((await page('/dashboard/live?page=/dashboard/nowhere')).status).toBe(404)
  expect((await page('/dashboard/assets/none.css')).status).toBe(404)
  clock.ms += 1_000
  expect((await page('/dashboard/password')).status).toBe(303)
})

test('the cookie is worth nothing to the API', async () => {
  const world = await start()
  const cookie = await logIn(world)
  // A page has been seen with it: it is known to be good, for pages.
  expect((await world.raw('GET', '/dashboard/password', { headers: { cookie } })).headers.get('location')).toBe(
    '/dashboard',
  )
  expect((await world.call('GET', '/users/me', { headers: { cookie } })).status).toBe(401)
  expect((await world.call('GET', '/users/me', { token: cookie.split('=')[1]! })).status).toBe(401)
  const { access_token } = await world.logIn()
  expect((await world.call('GET', '/users/me', { token: access_token })).status).toBe(200)
  const asCookie = { cookie: `windbox_session=${access_token}` }
  expect((await world.raw('GET', '/dashboard/password', { headers: asCookie })).headers.get('location')).toContain(
    'login',
  )
})

test('a form of another site logs nobody in', async () => {
  const { raw } = await start()
  for (const headers of [{ origin: 'https://evil.example' }, { origin: 'null' }, {}]) {
    const answer = await raw('POST', '/dashboard/login', { form, headers: headers as Record<string, string> })
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []])
  }
})

test('a wrong password shows the page again, and guessing is slowed', async () => {
  const { raw } = await start()
  const guess = () => raw('POST', '/dashboard/login', { form: { ...form, password: 'x' }, headers: ORIGIN })
  const first = await guess()
  expect(first.status).toBe(400)
  expect(await first.text()).toContain(ADMIN.email)
  for (let i = 0; i < 9; i++) await guess()
  const slowed = await guess()
  expect(slowed.status).toBe(429)
  expect(Number(slowed.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('a link lets one person in, once, and only by its button', async () => {
  const world = await start()
  const { raw, call } = world
  const path = await world.authority.links.make()
  for (let i = 0; i < 2; i++) {
    const looked = await raw('GET', path)
    expect([looked.status, looked.headers.getSetCookie()]).toEqual([200, []])
  }
  const pressed = await Promise.all(Array.from({ length: 5 }, () => raw('POST', path, { form: { token: 'x' } })))
  expect(pressed.map(({ status }) => status).sort()).toEqual([303, 410, 410, 410, 410])
  expect((await raw('GET', path)).status).toBe(410)
  const { json } = await call('GET', '/api/v1/audit', { token: (await world.logIn()).access_token })
  expect((json.items as { action: string }[])[0]!.action).toBe('login_link.used')
})

test('a link works for ten minutes', async () => {
  let now = 1_700_000_000_000
  const world = await start({ clock: { now: () => now } })
  const path = await world.authority.links.make()
  now += 600_000
  expect((await world.raw('GET', path)).status).toBe(410)
  expect((await world.raw('POST', path, { form: { token: 'x' } })).status).toBe(410)
})

test('without an admin the link makes the first one, who chooses e-mail and password', async () => {
  const world = await start({ config: { admin: undefined } })
  const { raw, authority, call } = world
  expect(await authority.links.isNeeded()).toBe(true)
  const pressed = await raw('POST', await authority.links.make(), { form: { token: 'x' } })
  expect(pressed.headers.get('location')).toBe('/dashboard/password')
  const cookie = pressed.headers.getSetCookie()[0]!.split(';')[0]!
  // An admin who has no password is not yet one who can come back.
  expect(await authority.links.isNeeded()).toBe(true)
  const page = await raw('GET', '/dashboard/password', { headers: { cookie } })
  const csrf = csrfOf(await page.text())!
  const chosen = { email: 'Chief@example.com', password: 'my very own words', repeat: 'my very own words', csrf }
  const set = (fields: object) =>
    raw('POST', '/dashboard/password', { form: { ...chosen, ...fields }, headers: { cookie, ...ORIGIN } })
  expect((await set({ csrf: 'x' })).status).toBe(403)
  expect((await set({ repeat: 'else' })).status).toBe(422)
  expect((await set({ password: 'short', repeat: 'short' })).status).toBe(422)
  expect((await set({ email: 'nonsense' })).status).toBe(422)
  expect((await set({})).headers.get('location')).toBe('/dashboard')
  const { access_token } = await world.logIn({ email: 'chief@example.com', password: 'my very own words' })
  expect((await call('GET', '/users/me', { token: access_token })).json.role).toBe('admin')
  expect(await authority.links.isNeeded()).toBe(false)
})

test('who logged in by password cannot set another without the API', async () => {
  const world = await start()
  const cookie = await logIn(world)
  const page = await world.raw('GET', '/dashboard/password', { headers: { cookie } })
  expect([page.status, page.headers.get('location')]).toEqual([303, '/dashboard'])
})

test('the way out needs the token of the page, and ends the session', async () => {
  const world = await start()
  const cookie = await logIn(world)
  const out = (csrf: string, headers: Record<string, string> = ORIGIN) =>
    world.raw('POST', '/dashboard/logout', { form: { csrf }, headers: { cookie, ...headers } })
  const session = await world.pageSessions.find(new Request('http://localhost/dashboard', { headers: { cookie } }))
  expect(session).toMatchObject({ name: ADMIN.email, role: 'admin', user: 1 })
  expect((await out('x')).status).toBe(403)
  expect((await out(session!.csrf!, { origin: 'https://evil.example' })).status).toBe(403)
  const gone = await out(session!.csrf!)
  expect(gone.status).toBe(303)
  expect(gone.headers.getSetCookie()[0]).toContain('Max-Age=0')
  expect(await world.pageSessions.find(new Request('http://localhost/dashboard', { headers: { cookie } }))).toBeNull()
})

test('pages without a session lead to the log-in and back', async () => {
  const { raw } = await start()
  const closed = await raw('GET', '/dashboard/exhausters/u-171')
  expect(closed.status).toBe(303)
  expect(closed.headers.get('location')).toBe('/dashboard/login?next=%2Fdashboard%2Fexhausters%2Fu-171')
  const page = await raw('GET', closed.headers.get('location')!, { headers: { 'accept-language': 'ru' } })
  const text = await page.text()
  expect(text).toContain('lang="ru"')
  expect(text).toContain('value="/dashboard/exhausters/u-171"')
})

test.each([
  ['/dashboard/x?y=1', '/dashboard/x?y=1'],
  ['https://evil.example/dashboard', '/dashboard'],
  ['//evil.example/dashboard', '/dashboard'],
  ['/\\evil.example', '/dashboard'],
  ['/dashboard/../users', '/dashboard'],
  ['/dashboardish', '/dashboard'],
  ['javascript:alert(1)', '/dashboard'],
  ['', '/dashboard'],
])('after the log-in %p leads to %p', (asked, led) => {
  expect(safeNext(asked)).toBe(led)
})

test('the journal says from where a link was used and a password was set', async () => {
  const world = await start({ config: { trustProxy: true } })
  const from = { 'x-forwarded-for': '10.1.2.3' }
  const { id } = (await world.authority.accounts.activeAdmins())[0]!
  const used = await world.raw('POST', await world.authority.links.make(id), {
    form: {},
    headers: { ...ORIGIN, ...from },
  })
  const cookie = used.headers.getSetCookie()[0]!.split(';')[0]!
  const csrf = csrfOf(await (await world.raw('GET', '/dashboard/password', { headers: { cookie } })).text())!
  const password = 'another horse battery'
  const fields = { email: ADMIN.email, password, repeat: password, csrf }
  const headers = { ...ORIGIN, ...from, cookie }
  expect((await world.raw('POST', '/dashboard/password', { form: fields, headers })).status).toBe(303)
  const entries = await world.authority.audit.list(undefined, 2)
  expect(entries.map(({ action, actor }) => [action, actor.from])).toEqual([
    ['user.changed', '10.1.2.3'],
    ['login_link.used', '10.1.2.3'],
  ])
})
