import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { ROLES, atLeast, type Role } from '../auth/roles.ts'
import { emptyCluster, serve, type Served } from '../test-kit.ts'
import { ACCESS_KEY, type Access } from './access.ts'

/** Every route there is, asked by everybody who may not, and with every sort of nonsense. */
const dir = mkdtempSync(join(tmpdir(), 'windbox-gates-'))
const store = openSqliteStore(join(dir, 'store.sqlite'))
let served: Served
const tokens = new Map<Role | 'device', string>()

interface Route {
  readonly method: string
  readonly path: string
  readonly access: Access
  readonly tag: string | undefined
}
let routes: readonly Route[] = []

beforeAll(async () => {
  served = await serve(emptyCluster(store))
  const { app, call, logIn } = served
  routes = app.routes.map(({ method, path, hooks }) => {
    const detail = (hooks as { detail?: Record<string, unknown> }).detail ?? {}
    return {
      method,
      path: path.replace(/:\w+/g, '1').replace('*', 'x'),
      access: detail[ACCESS_KEY] as Access,
      tag: (detail.tags as string[] | undefined)?.[0],
    }
  })
  const admin = (await logIn()).access_token
  for (const role of ROLES) {
    const user = { email: `${role}@users.example`, password: 'a long pass phrase' }
    await call('POST', '/users', { token: admin, body: { ...user, role } })
    tokens.set(role, (await logIn(user)).access_token)
  }
  const { json } = await call('POST', '/api/v1/devices', { token: admin, body: {} })
  const made = await call('POST', `/api/v1/devices/${String(json.id)}/keys`, { token: admin, body: {} })
  tokens.set('device', made.json.key as string)
})
afterAll(async () => {
  served.stop()
  await store.close()
  rmSync(dir, { recursive: true, force: true })
})

/** Takes a body, and does not end the session that asks. */
const takesBody = ({ method, path, access }: Route) =>
  method !== 'GET' && access !== 'page' && path !== '/auth/jwt/logout'
const isOpen = ({ access }: Route) => access === 'public' || access === 'page'
const least = (access: Access): Role => (access === 'ingest' ? 'viewer' : (access as Role))
const ask = ({ method, path }: Route, token?: string, more: object = {}) =>
  served.call(method, path, { ...(token === undefined ? {} : { token }), ...more })

describe('every route', () => {
  test('is 401 for nobody, and for a token that is none', async () => {
    for (const route of routes.filter((one) => !isOpen(one))) {
      for (const token of [undefined, 'x.y.z', `wbk_${'A'.repeat(43)}`]) {
        const { status, json } = await ask(route, token)
        expect([route.method, route.path, status, json.code]).toEqual([
          route.method,
          route.path,
          401,
          'UNAUTHENTICATED',
        ])
      }
    }
  })

  test('is 403 for too small a role, before anything is said of the body', async () => {
    for (const route of routes.filter((one) => !isOpen(one))) {
      for (const role of ROLES.filter((role) => !atLeast(role, least(route.access)))) {
        const { status } = await ask(route, tokens.get(role), { body: {} })
        expect([route.method, route.path, role, status]).toEqual([route.method, route.path, role, 403])
      }
    }
  })

  test('is 403 for a device key, but for those that take its data', async () => {
    for (const route of routes.filter((one) => !isOpen(one))) {
      const { status } = await ask(route, tokens.get('device'), { body: {} })
      if (route.access === 'ingest') expect([401, 403, 500], route.path).not.toContain(status)
      else expect([route.method, route.path, status]).toEqual([route.method, route.path, 403])
    }
  })

  test('refuses a query parameter that is given twice, unless it is of a replaced system or a page', async () => {
    for (const route of routes.filter(({ method, path }) => method === 'GET' && !/^\/(docs|swagger|$)/.test(path))) {
      const { status, json } = await served.call('GET', `${route.path}?limit=1&from=2026-01-01&limit=2`, {
        token: tokens.get('admin')!,
      })
      const isOwn = /^\/(api\/v1|users|auth)\//.test(`${route.path}/`)
      const said = (json.errors as { path: string; message: string }[] | undefined)?.[0]
      const refused = status === 422 && said?.path === '/limit' && said.message === 'Expected once'
      expect([route.path, refused]).toEqual([route.path, isOwn])
    }
  })

  test('takes plain decimal digits for a whole number, and nothing else', async () => {
    const of = async (path: string) => (await served.call('GET', path, { token: tokens.get('admin')! })).status
    for (const number of ['0x1', '1e0', '%201', '1%20', '%2B1', '1.0', '', '1n', 'Infinity', '\u0661']) {
      const each = [`/users?limit=${number}`, `/api/v1/devices?user_id=${number}`]
      for (const path of number === '' ? each : [...each, `/users/${number}`])
        expect([path, await of(path)]).toEqual([path, 422])
    }
    for (const number of ['1', '01'])
      expect([await of(`/users?limit=${number}`), await of(`/users/${number}`)]).toEqual([200, 200])
  })

  test('refuses a query parameter that it does not know, unless it is of a replaced system', async () => {
    for (const route of routes) {
      if (route.access === 'page' || route.tag === 'compat' || route.tag === undefined) continue
      const { status, json } = await ask({ ...route, path: `${route.path}?colour=red` }, tokens.get('admin'))
      // What has a body may find fault with that first.
      if (route.method === 'GET') expect([route.path, status, json.code]).toEqual([route.path, 422, 'VALIDATION'])
    }
  })

  test.each([
    ['no JSON', '{'],
    ['nothing', ''],
    ['null', 'null'],
    ['a number', '7'],
    ['an array', '[[]]'],
    ['an unknown field', '{"colour":"red"}'],
    ['a number that is too large', '{"id":1e999,"name":1e999,"x":1e999,"payload":1e999,"progress":1e999}'],
    ['a text with NUL', '{"name":"\\u0000","id":"\\u0000","email":"\\u0000","type":"\\u0000","reason":"\\u0000"}'],
    ['half a pair of surrogates', '{"name":"\\ud800","id":"\\udfff","email":"\\ud800","comment":"\\ud800"}'],
    ['a prototype', '{"__proto__":{"role":"admin"},"constructor":{"prototype":{}}}'],
    ['names that come twice', '{"name":1,"name":{},"id":1,"id":[]}'],
    ['deep nesting', `{"name":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
    ['deep nesting alone', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['negative numbers', '{"id":-1,"device_id":-1,"progress":-1,"total":-1,"interval_s":-1,"user_id":-1}'],
    ['wrong types', '{"id":{},"device_id":"1","name":[],"email":7,"password":{},"filter":7,"values":[],"at":7}'],
  ])('answers a body of %s with a reason, and never with a mistake of its own', async (_, text) => {
    for (const route of routes) {
      if (!takesBody(route)) continue
      const { status, json, headers } = await ask(route, tokens.get('admin'), {
        text,
        headers: { 'content-type': 'application/json' },
      })
      expect(status, `${route.method} ${route.path} ${JSON.stringify(json)}`).not.toBe(500)
      if (status >= 400 && route.tag !== 'compat') {
        expect(headers.get('content-type'), route.path).toBe('application/problem+json')
      }
    }
    expect(({} as { role?: unknown }).role).toBeUndefined()
    // All of them were asked as an admin to the end.
    expect((await served.call('GET', '/users/me', { token: tokens.get('admin')! })).status).toBe(200)
  })

  test('answers a body that is not UTF-8 with a reason', async () => {
    for (const route of routes) {
      if (!takesBody(route)) continue
      const response = await served.app.handle(
        new Request(`http://localhost${route.path}`, {
          method: route.method,
          headers: { authorization: `Bearer ${tokens.get('admin')!}`, 'content-type': 'application/json' },
          body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
        }),
      )
      expect(response.status, route.path).not.toBe(500)
    }
  })
})
