import { afterEach, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cluster } from '../../actors/cluster/port.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { emptyCluster, serve } from '../test-kit.ts'
import { RouteTable } from './route-table.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function start(more: Parameters<typeof serve>[1] = {}, cluster: Partial<Cluster> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-edge-'))
  const store = openSqliteStore(join(dir, 'store.sqlite'))
  const served = await serve({ ...emptyCluster(store), ...cluster }, more)
  undo.push(async () => {
    served.stop()
    await store.close()
    rmSync(dir, { recursive: true, force: true })
  })
  return { ...served, store }
}

test('a problem has all its members, and the code is of the registry', async () => {
  const { call } = await start()
  const answer = await call('GET', '/api/v1/nothing')
  expect(answer.headers.get('content-type')).toBe('application/problem+json')
  expect(answer.json).toEqual({
    type: 'urn:windbox:problem:not-found',
    title: 'There is no such thing',
    status: 404,
    detail: 'There is nothing at this path.',
    code: 'NOT_FOUND',
    instance: '/api/v1/nothing',
  })
})

test.each(['http://a', 'http://hmi', 'http://[::1]:3000', 'http://localhost'])(
  'a host with a short name has the same paths: %s',
  async (origin) => {
    const { app } = await start()
    const ask = async (path: string) => (await app.handle(new Request(origin + path))).status
    expect([await ask('/ping'), await ask('/dashboard/login'), await ask('/a/ping'), await ask('/users')]).toEqual([
      200, 200, 404, 401,
    ])
  },
)

test('a host that is none is malformed, on whatever path', async () => {
  const { app } = await start()
  app.listen({ port: 0, hostname: '127.0.0.1' })
  try {
    for (const path of ['/ping', '/auth/sessions?limit=5', '/dashboard', '/api/v1/data']) {
      const answer = await fetch(`http://127.0.0.1:${app.server!.port}${path}`, { headers: { host: 'K`\\~{?c.' } })
      expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'MALFORMED' }])
    }
  } finally {
    await app.stop(true)
  }
})

test.each([
  ['GET', '/api/v1/exhausters?colour=red', {}],
  ['GET', '/api/v1/exhausters/u-999', {}],
  ['POST', '/users', { text: '{x' }],
  ['POST', '/users', { body: { nonsense: true } }],
  ['POST', '/users', { text: 'x'.repeat(100_000) }],
  ['PATCH', '/users/abc', { body: {} }],
  ['POST', '/api/v1/exhausters/u-171/rotor', { text: 'x', headers: { 'content-type': 'text/plain' } }],
])('a stranger learns nothing: %s %s is 401, whatever is wrong with it', async (method, path, ask) => {
  const { call } = await start()
  const answer = await call(method, path, ask)
  expect(answer).toMatchObject({ status: 401, json: { code: 'UNAUTHENTICATED' } })
  expect(answer.headers.get('www-authenticate')).toBe('Bearer')
})

test('a path written in another way does not slip past the gate', async () => {
  const { call } = await start()
  for (const path of [
    '/users/',
    '//users',
    '/%75sers',
    '/users%2f',
    '/./users',
    '/USERS',
    '/api/v1/%65xhausters',
    '/users/1/',
    '/users;x=1',
  ]) {
    expect([401, 404]).toContain((await call('GET', path)).status)
  }
})

test('too small a role is 403 before anything is said of the body', async () => {
  const { call, logIn, authority } = await start()
  await authority.createUser(
    { id: null, email: null },
    { email: 'v@example.com', password: 'long enough 1', role: 'viewer' },
  )
  const token = (await logIn({ email: 'v@example.com', password: 'long enough 1' })).access_token
  expect((await call('POST', '/users', { token, body: { nonsense: true } })).status).toBe(403)
  expect((await call('GET', '/users?nonsense=1', { token })).status).toBe(403)
})

test('a method that is not for the path is 405 and says which are', async () => {
  const { call } = await start()
  for (const [method, path, allow] of [
    ['DELETE', '/api/v1/exhausters', 'GET, HEAD, OPTIONS'],
    ['PUT', '/api/v1/exhausters/u-171/rotor', 'OPTIONS, POST'],
    ['POST', '/users/7', 'DELETE, GET, HEAD, OPTIONS, PATCH'],
  ]) {
    const answer = await call(method!, path!)
    expect(answer).toMatchObject({ status: 405, json: { code: 'METHOD_NOT_ALLOWED' } })
    expect(answer.headers.get('allow')).toBe(allow!)
  }
})

test('HEAD is GET without the body, OPTIONS says what there is', async () => {
  const { call } = await start()
  const head = await call('HEAD', '/ping')
  expect([head.status, head.text, head.headers.get('content-length')]).toEqual([200, '', '4'])
  expect((await call('HEAD', '/users')).status).toBe(401)
  const options = await call('OPTIONS', '/users')
  expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST'])
  expect((await call('OPTIONS', '/nothing')).status).toBe(404)
})

test('unknown parameters and unknown fields are refused with their names', async () => {
  const { call, logIn } = await start()
  const token = (await logIn()).access_token
  expect((await call('GET', '/ping?x=1')).json).toMatchObject({ status: 422, errors: [{ path: '/x' }] })
  const field = await call('POST', '/users', { token, body: { email: 'a@b.example', password: 'long enough 1', x: 1 } })
  expect(field.json).toMatchObject({ status: 422, errors: [{ path: '/x' }] })
  const many = await call('POST', '/users', { token, body: {} })
  expect((many.json.errors as { path: string }[]).map(({ path }) => path)).toEqual(['/email', '/password'])
  expect((await call('GET', '/users?limit=0', { token })).status).toBe(422)
  expect((await call('GET', '/users?limit=1001', { token })).status).toBe(422)
  expect((await call('GET', '/users?limit=abc', { token })).status).toBe(422)
})

test('bodies: not JSON 400, of another type 415, too large 413', async () => {
  const { call, logIn } = await start()
  const token = (await logIn()).access_token
  const post = (text: string, type = 'application/json') =>
    call('POST', '/users', { token, text, headers: { 'content-type': type } })
  expect((await post('{"email": ')).json).toMatchObject({ status: 400, code: 'MALFORMED' })
  expect((await post('')).json).toMatchObject({ status: 400, code: 'MALFORMED' })
  expect((await post('{}', 'text/xml')).json).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' })
  expect((await post(`{"x": "${'x'.repeat(70_000)}"}`)).json).toMatchObject({ status: 413, code: 'TOO_LARGE' })
  const login = await call('POST', '/auth/jwt/login', { body: { username: 'a', password: 'b' } })
  expect(login.status).toBe(415)
})

test('a body without a length is read no further than it may be', async () => {
  const { app } = await start()
  let sent = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 16_384
      if (sent > 100 * 1024 * 1024) controller.close()
      else controller.enqueue(new Uint8Array(16_384).fill(32))
    },
  })
  const answer = await app.handle(new Request('http://localhost/auth/register', { method: 'POST', body }))
  expect(answer.status).toBe(413)
  expect(sent).toBeLessThan(1024 * 1024)
})

test('every answer has an id of its own and the headers of safety', async () => {
  const { call } = await start()
  const ids = new Set<string | null>()
  for (const path of [
    '/ping',
    '/nothing',
    '/users',
    '/ping?x=1',
    '/docs',
    '/dashboard',
    '/dashboard/login',
    '/docs/assets/start.js',
  ]) {
    const { headers } = await call('GET', path)
    ids.add(headers.get('x-request-id'))
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('same-origin')
    const policy = headers.get('content-security-policy')!
    expect(policy).toContain("default-src 'none'")
    expect(policy).not.toContain('unsafe')
  }
  expect(ids.has(null)).toBe(false)
  expect(ids.size).toBe(8)
})

test('a trace goes on', async () => {
  const { call } = await start()
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
  const { headers } = await call('GET', '/ping', { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } })
  expect(headers.get('traceparent')).toMatch(new RegExp(`^00-${trace}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`))
  expect((await call('GET', '/ping', { headers: { traceparent: 'nonsense' } })).headers.has('traceparent')).toBe(false)
})

test('a mistake of the server says its request id and nothing of itself, and stands in the log', async () => {
  const logged: unknown[] = []
  const inspect = () => Promise.reject(new Error('secret of the inside'))
  const { call, logIn } = await start({ log: (_, fields) => logged.push(fields) }, { inspect })
  const answer = await call('GET', '/api/v1/inspect', { token: (await logIn()).access_token })
  expect(answer).toMatchObject({ status: 500, json: { code: 'INTERNAL' } })
  expect(answer.text).not.toContain('secret')
  expect(logged).toEqual([
    expect.objectContaining({ request_id: answer.headers.get('x-request-id'), path: '/api/v1/inspect' }),
  ])
})

test('503 and 429 say when to come back', async () => {
  const ask = () => Promise.reject(new Fault('RESTORING', 'It is being restored.', { retryAfterS: 3 }))
  const { call, logIn } = await start({ config: { rateLimit: 2 }, clock: { now: () => 1_700_000_000_000 } }, { ask })
  const token = (await logIn()).access_token
  const restoring = await call('GET', '/api/v1/exhausters/u-171', { token })
  expect(restoring).toMatchObject({ status: 503, json: { code: 'RESTORING' } })
  expect(restoring.headers.get('retry-after')).toBe('3')
  await call('GET', '/users/me', { token })
  const limited = await call('GET', '/users/me', { token })
  expect(limited).toMatchObject({ status: 429, json: { code: 'RATE_LIMITED' } })
  expect(limited.headers.get('retry-after')).toBe('1')
})

test('a store that does not answer is 503, not 401', async () => {
  const { call, logIn, store, authority } = await start()
  const token = (await logIn()).access_token
  store.get = () => Promise.reject(new Fault('STORE_UNAVAILABLE', 'The store does not answer.'))
  authority.credentials.forget({ user: 1 })
  const answer = await call('GET', '/users/me', { token })
  expect(answer).toMatchObject({ status: 503, json: { code: 'STORE_UNAVAILABLE' } })
  expect(answer.headers.get('x-request-id')).toBeString()
})

test('other sites may call only when their origin is named, and never with cookies', async () => {
  const { call } = await start({ config: { corsOrigins: ['https://app.example'] } })
  const from = (origin: string, method = 'GET') => call(method, '/ping', { headers: { origin } })
  const named = await from('https://app.example')
  expect(named.headers.get('access-control-allow-origin')).toBe('https://app.example')
  expect(named.headers.get('vary')).toBe('Origin')
  expect(named.headers.has('access-control-allow-credentials')).toBe(false)
  expect((await from('https://evil.example')).headers.has('access-control-allow-origin')).toBe(false)
  const preflight = await from('https://app.example', 'OPTIONS')
  expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
    204,
    expect.stringContaining('authorization'),
  ])
})

test('a route table knows literal paths before open ones, and a slash at the end makes no difference', () => {
  const table = new RouteTable([
    { method: 'GET', path: '/users/:id', access: 'admin' },
    { method: 'GET', path: '/users/me', access: 'viewer' },
    { method: 'DELETE', path: '/users/:id', access: 'admin' },
    { method: 'GET', path: '/dashboard/*', access: 'page' },
  ])
  expect(table.access('GET', '/users/me')).toBe('viewer')
  expect(table.access('HEAD', '/users/7/')).toBe('admin')
  expect(table.access('GET', '/dashboard/a/b')).toBe('page')
  expect(table.access('GET', '/users//')).toBe('unknown')
  expect(table.access('POST', '/users/me')).toBe('unknown')
  expect(table.methods('/users/me')).toEqual(['GET', 'HEAD', 'OPTIONS'])
  expect(table.methods('/nothing')).toEqual([])
})

test('a body in an encoding that nobody undoes is refused, not taken for what it is not', async () => {
  const { call } = await start()
  const form = { username: 'a@example.com', password: 'x' }
  const login = (encoding: string) =>
    call('POST', '/auth/jwt/login', { form, headers: { 'content-encoding': encoding } })
  expect(await login('gzip')).toMatchObject({ status: 415, json: { code: 'UNSUPPORTED_MEDIA_TYPE' } })
  expect((await login('identity')).status).toBe(400)
})

test('a refused value is named by its path, with what was expected and not with what was there', async () => {
  const { call, logIn } = await start()
  const token = (await logIn()).access_token
  const refused = async (method: string, path: string, body?: object) =>
    (await call(method, path, { token, ...(body ? { body } : {}) })).json.errors
  expect(await refused('GET', '/users?limit=0')).toEqual([
    { path: '/limit', message: 'Expected a whole number from 1 to 1000' },
  ])
  expect(await refused('GET', '/users?limit=many')).toEqual([
    { path: '/limit', message: 'Expected a whole number from 1 to 1000' },
  ])
  expect(await refused('GET', '/users/0')).toEqual([
    { path: '/id', message: `Expected a whole number from 1 to ${Number.MAX_SAFE_INTEGER}` },
  ])
  expect(await refused('GET', '/api/v1/exhausters/u-171/events?status=red')).toEqual([
    { path: '/status', message: 'Expected one of ok, warning, alarm, unknown' },
  ])
  expect(await refused('POST', '/users', { email: 'a@example.com', password: 12345678 })).toEqual([
    { path: '/password', message: 'Expected string' },
  ])
})

test('a literal path does not take the methods of the path with a parameter beside it', async () => {
  const { call, logIn } = await start()
  const token = (await logIn()).access_token
  expect((await call('OPTIONS', '/users/me')).headers.get('allow')).toBe('GET, HEAD, OPTIONS, PATCH')
  const refused = await call('DELETE', '/users/me', { token })
  expect(refused).toMatchObject({ status: 405, json: { code: 'METHOD_NOT_ALLOWED' } })
  expect(refused.headers.get('allow')).toBe('GET, HEAD, OPTIONS, PATCH')
})

test('a body that says it is in another encoding than UTF-8 is refused', async () => {
  const { call, logIn } = await start()
  const { access_token: token } = await logIn()
  const send = async (type: string) =>
    (await call('POST', '/api/v1/devices', { token, text: '{}', headers: { 'content-type': type } })).status
  for (const charset of ['utf-8', 'UTF8', '"utf-8"'])
    expect(await send(`application/json; charset=${charset}`)).toBe(201)
  for (const charset of ['utf-16', 'latin1', '"utf-16"'])
    expect(await send(`application/json;charset=${charset}`)).toBe(415)
})
