import { afterAll, beforeAll, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { listenOptions } from '../config.ts'
import { emptyCluster, serve, type Served } from '../test-kit.ts'

const dir = mkdtempSync(join(tmpdir(), 'windbox-service-'))
const store = openSqliteStore(join(dir, 'store.sqlite'))
let served: Served
let url: string

beforeAll(async () => {
  served = await serve(emptyCluster(store))
  served.app.listen(listenOptions({ host: '127.0.0.1', port: 0 }))
  url = `http://127.0.0.1:${served.app.server!.port}`
})
afterAll(async () => {
  served.stop()
  await served.app.stop(true)
  await store.close()
  rmSync(dir, { recursive: true, force: true })
})

const status = async (path: string, headers: Record<string, string> = {}) =>
  (await fetch(url + path, { headers, redirect: 'manual' })).status

test('this machine reads the metrics without a token, unless a proxy stands between', async () => {
  expect(await status('/metrics')).toBe(200)
  const forwarded = ['x-forwarded-for', 'X-Forwarded-Host', 'x-forwarded-proto', 'x-forwarded-port']
  for (const header of [...forwarded, 'forwarded', 'x-real-ip', 'via']) {
    expect(await status('/metrics', { [header]: '127.0.0.1' })).toBe(401)
  }
})

test('through a proxy the metrics are for admins', async () => {
  const { access_token } = await served.logIn()
  const headers = { 'x-forwarded-for': '10.0.0.1', authorization: `Bearer ${access_token}` }
  expect(await status('/metrics', headers)).toBe(200)
  await served.authority.createUser(
    { id: null, email: null },
    { email: 'v@example.com', password: 'long enough 1', role: 'viewer' },
  )
  const viewer = await served.logIn({ email: 'v@example.com', password: 'long enough 1' })
  expect(await status('/metrics', { ...headers, authorization: `Bearer ${viewer.access_token}` })).toBe(403)
})

test("the scraper's token opens the metrics, also through a proxy, and nothing else", async () => {
  const metricsToken = 'm'.repeat(32)
  const other = await serve(emptyCluster(store), { config: { metricsToken } })
  const asWith = async (path: string, authorization: string) =>
    (await other.call('GET', path, { headers: { authorization, 'x-forwarded-for': '10.0.0.1' } })).status
  expect(await asWith('/metrics', `Bearer ${metricsToken}`)).toBe(200)
  for (const wrong of [
    `Bearer ${metricsToken}m`,
    `Bearer ${metricsToken.slice(1)}`,
    'Bearer ',
    `Basic ${metricsToken}`,
  ]) {
    expect(await asWith('/metrics', wrong), wrong).toBe(401)
  }
  for (const path of ['/users', '/api/v1/inspect', '/api/v1/exhausters']) {
    expect(await asWith(path, `Bearer ${metricsToken}`), path).toBe(401)
  }
  other.stop()
})

test('over a socket the answers are those of the routes: 200, 401, 404, 405, HEAD', async () => {
  expect(await (await fetch(`${url}/ping`)).text()).toBe('pong')
  expect(await status('/users')).toBe(401)
  expect(await status('/nothing')).toBe(404)
  expect((await fetch(`${url}/users`, { method: 'DELETE' })).status).toBe(405)
  expect((await fetch(`${url}/ping`, { method: 'HEAD' })).headers.get('content-length')).toBe('4')
  const { access_token } = await served.logIn()
  const authorization = `Bearer ${access_token}`
  expect(await status('/users/me', { authorization })).toBe(200)
  expect(await status('/users/me/', { authorization })).toBe(200)
})

test('paths written in another way do not slip past the gate over a socket either', async () => {
  for (const path of [
    '//users',
    '/%75sers',
    '/users%2f',
    '/users%00',
    '/api/v1/%65xhausters',
    '/users/%31',
    '/users?',
    '/users/me?x=1',
  ]) {
    expect([401, 404], path).toContain(await status(path))
  }
})

test('readiness: 503 with progress while partitions are restored', async () => {
  const restoring = { ready: false, restoring: 2, partitions: 4, replayed: 10, toReplay: 50 }
  const other = await serve({ ...emptyCluster(store), readiness: () => restoring })
  const answer = await other.call('GET', '/health/ready')
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1'])
  expect(answer.json).toEqual({
    ready: false,
    restoring: 2,
    partitions: 4,
    replayed: 10,
    to_replay: 50,
    missing: ['partitions'],
  })
  expect((await other.call('GET', '/health/live')).status).toBe(200)
  other.stop()
})

test('a browser that opens the server is led to the dashboard, a client of the event statistics is greeted', async () => {
  const answer = await served.call('GET', '/', { headers: { accept: 'text/html,*/*' } })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/dashboard'])
  const program = await served.call('GET', '/', { headers: { accept: 'application/json' } })
  expect([program.status, program.json]).toEqual([200, { message: 'ESS Service is running' }])
  expect((await served.call('GET', '/')).status).toBe(404)
})
