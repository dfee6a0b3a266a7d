import { afterEach, expect, test } from 'bun:test'
import { Fault } from '../../actors/runtime/index.ts'
import type { StateStore } from '../../actors/store/port.ts'
import { Appends } from '../../figures/appends.ts'
import { busesOf } from '../nodes.fixture.ts'
import { running, until } from '../running.fixture.ts'
import { ADMIN } from '../test-kit.ts'
import { Outages } from './outages.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

class MongoServerSelectionError extends Error {
  override readonly name = 'MongoServerSelectionError'
}

/** A system whose store can be taken away from the server: it refuses, or says nothing until it is back. */
async function start() {
  const refuse = () => {
    const cause = new MongoServerSelectionError('connect ECONNREFUSED 10.1.2.3:27017')
    return Promise.reject(new Fault('STORE_UNAVAILABLE', `MongoDB cannot be used now: ${cause.message}.`, { cause }))
  }
  let away: ((work: () => unknown) => Promise<unknown>) | undefined
  const over = (store: StateStore): StateStore =>
    new Proxy(store, {
      get: (target, name) => {
        const method = Reflect.get(target, name)
        if (typeof method !== 'function' || name === 'close') return method
        return (...args: unknown[]) => {
          const work = () => Reflect.apply(method, target, args)
          return away ? away(work) : work()
        }
      },
    })
  const appends = new Appends()
  const system = await running({}, { over, figures: { appends } })
  undo.push(system.end)
  const { call, raw, logIn, authority } = system
  const { access_token: token } = await logIn()
  const cookie = `windbox_session=${await authority.logInToPages(ADMIN.email, ADMIN.password, '10.0.0.1')}`
  const page = async (path = '/dashboard', language = 'en') => {
    const headers = { cookie: `${cookie}; windbox_lang=${language}`, accept: 'text/html' }
    const response = await raw('GET', path, { headers })
    return { status: response.status, text: await response.text() }
  }
  await page()
  await call('GET', '/users/me', { token })
  return {
    ...system,
    token,
    cookie,
    page,
    appends,
    takeAway: (how: 'refuses' | 'hangs' = 'refuses') => {
      const back = Promise.withResolvers<void>()
      away = how === 'refuses' ? refuse : (work) => back.promise.then(work)
      return () => {
        away = undefined
        back.resolve()
      }
    },
    /** Until what is known of tokens has to be looked up again. */
    forgotten: async () => {
      const nowMs = Date.now() + 4_000
      await until('what is known to be old', () => Date.now() > nowMs)
    },
    missing: async () => (await call('GET', '/health/ready')).json.missing,
  }
}

test.each(['refuses', 'hangs'] as const)(
  'while the store %s, memory is read and marked, writes wait, and then all goes on',
  async (how) => {
    const { call, token, takeAway, forgotten, missing, page } = await start()
    expect(await missing()).toEqual([])
    const bringBack = takeAway(how)
    await until('the outage to be seen', async () => String(await missing()) === 'store')
    await forgotten()

    const ready = await call('GET', '/health/ready')
    expect([ready.status, ready.json.ready]).toEqual([200, true])
    const read = await call('GET', '/api/v1/exhausters', { token })
    expect([read.status, read.headers.get('x-state'), read.headers.get('x-away')]).toEqual([200, 'live', 'store'])
    expect((await call('GET', '/api/v1/exhausters/u-171', { token })).status).toBe(200)
    const written = await call('POST', '/api/v1/data', { token, body: { device_id: 1, x: 1, y: 1, z: 1 } })
    expect([written.status, written.json.code, written.headers.get('retry-after')]).toEqual([
      503,
      'STORE_UNAVAILABLE',
      '1',
    ])
    const overview = await page()
    expect(overview.status).toBe(200)
    expect(overview.text).toContain('The store does not answer.')
    expect((await page('/dashboard', 'ru')).text).toContain('Хранилище не отвечает.')

    bringBack()
    await until('it to be over', async () => String(await missing()) === '')
    await until(
      'writes to go on',
      async () => (await call('POST', '/api/v1/devices', { token, body: {} })).status === 201,
    )
    const again = await call('GET', '/api/v1/exhausters', { token })
    expect(again.headers.get('x-away')).toBeNull()
    expect((await page()).text).not.toContain('The store does not answer.')
  },
  30_000,
)

test('a log-in while the store is away is told so, in words that name no server', async () => {
  const { call, raw, takeAway } = await start()
  undo.push(takeAway())
  const form = { username: ADMIN.email, password: ADMIN.password }
  const { status, text, json } = await call('POST', '/auth/jwt/login', { form })
  expect([status, json.code]).toEqual([503, 'STORE_UNAVAILABLE'])
  expect(text).not.toMatch(/Mongo|10\.1\.2\.3/)
  const headers = { accept: 'text/html', origin: 'http://localhost' }
  const page = await raw('POST', '/dashboard/login', { form, headers })
  expect(page.status).toBe(503)
  expect(await page.text()).toContain('<h1>')
})

test('a token that was ended before the store went away is not let in, one that was never seen neither', async () => {
  const { call, logIn, takeAway, authority } = await start()
  const [ended, unseen] = [await logIn(), await logIn()]
  expect((await call('GET', '/users/me', { token: ended.access_token })).status).toBe(200)
  await call('POST', '/auth/jwt/logout', { token: ended.access_token })
  undo.push(takeAway())
  for (const { access_token } of [ended, unseen]) {
    const { status } = await call('GET', '/api/v1/exhausters', { token: access_token })
    expect(status).toBe(503)
  }
  expect(authority.credentials.size).toBeGreaterThan(0)
})

test('a log that is away is said on every page and to who asks, and reading goes on as before', async () => {
  const { call, token, appends, missing, page } = await start()
  appends.isAway = true
  await until('it to be seen', async () => String(await missing()) === 'log')
  const read = await call('GET', '/api/v1/exhausters', { token })
  expect([read.status, read.headers.get('x-away')]).toEqual([200, 'log'])
  expect((await page()).text).toContain('The log does not answer.')
  appends.isAway = false
  await until('it to be over', async () => String(await missing()) === '')
})

test('whoever asks for an actor whose owner is away is told to come again, and not which node was asked', async () => {
  const { cluster, call, token } = await start()
  cluster.ask = () => Promise.reject(new Fault('NOT_OWNER', 'partition 3 is not served here'))
  const { status, json, headers } = await call('GET', '/api/v1/exhausters/u-171', { token })
  expect([status, json.code, headers.get('retry-after')]).toEqual([503, 'RESTORING', '1'])
  expect(json.detail).not.toContain('partition')
})

test('a node that appends nothing hears from the others that the log is away; one that appends knows better', async () => {
  const { buses, heard } = busesOf(2)
  const quiet = { info() {}, warn() {}, error() {} }
  const store = { get: () => Promise.resolve(undefined) }
  const appends = [new Appends(), new Appends()]
  const nodes = buses.map((bus, i) => new Outages({ store, appends: appends[i], bus, log: quiet }))
  undo.push(...nodes.map((node) => node.start()))
  const look = async () => {
    for (const node of nodes) {
      await node.look()
      await heard()
    }
    return nodes.map(({ said }) => said)
  }
  expect(await look()).toEqual(['', ''])
  appends[0]!.isAway = true
  expect(await look()).toEqual(['log', 'log'])
  appends[1]!.begin(1)
  expect(await look()).toEqual(['log', ''])
})
