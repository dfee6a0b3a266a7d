import { afterEach, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT, exportJWK, exportSPKI, generateKeyPair, type JWK } from 'jose'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import { ADMIN, emptyCluster, serve } from '../test-kit.ts'
import { readIssuers } from './issuer-setting.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

const SECRET = 'a secret of the playback system'
const PLAYBACK = {
  name: 'playback',
  algorithm: 'HS256',
  secret: SECRET,
  roles: { subscriber: 'viewer', editor: 'operator' },
}

async function start(issuers: readonly object[], clock?: { now(): number }) {
  const dir = mkdtempSync(join(tmpdir(), 'windbox-issuers-'))
  const store = openSqliteStore(join(dir, 'store.sqlite'))
  const config = { trustedIssuers: readIssuers(JSON.stringify(issuers)) }
  const served = await serve(emptyCluster(store), { config, ...(clock ? { clock } : {}) })
  undo.push(async () => {
    served.stop()
    await store.close()
    rmSync(dir, { recursive: true, force: true })
  })
  /** The status that this token gets: 401 when it is nobody's. */
  const use = async (token: string) => (await served.call('GET', '/api/v1/exhausters', { token })).status
  return { ...served, use, store }
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** As the playback system makes its tokens: nothing but a secret. */
function hs256(claims: object, secret = SECRET, header: object = { alg: 'HS256', typ: 'JWT' }) {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

test('a token with a list of roles and no other claim is taken, with the greatest role that it stands for', async () => {
  const { call, credentials } = await startWithCredentials([PLAYBACK])
  const token = hs256({ roles: ['subscriber', 'editor', 'unheard of'] })
  expect((await call('GET', '/api/v1/devices', { token })).status).toBe(200)
  expect(await credentials.identify(token, 'api')).toMatchObject({
    role: 'operator',
    user: null,
    uuid: null,
    issuer: 'playback',
    until: Infinity,
  })
  expect((await call('GET', '/users', { token })).status).toBe(403)
  for (const [method, more] of [
    ['GET', {}],
    ['PATCH', { body: { email: 'a@example.com' } }],
  ] as const) {
    expect(await call(method, '/users/me', { token, ...more })).toMatchObject({
      status: 403,
      json: { code: 'FORBIDDEN', detail: 'Accounts of playback are not kept here.' },
    })
  }
})

async function startWithCredentials(issuers: readonly object[], clock?: { now(): number }) {
  const served = await start(issuers, clock)
  return { ...served, credentials: served.authority.credentials }
}

test.each([
  ['no roles', {}],
  ['roles that are no list', { roles: 7 }],
  ['roles that are not texts', { roles: [{ admin: true }] }],
  ['an empty list', { roles: [] }],
  ['roles that nobody knows', { roles: ['admin', 'toString', '__proto__'] }],
  ['an end in the past', { roles: ['editor'], exp: 1_000_000 }],
  ['a beginning in the future', { roles: ['editor'], nbf: 9_999_999_999 }],
  ['a subject that is no text', { roles: ['editor'], sub: 7 }],
  ['a subject that is too long', { roles: ['editor'], sub: 'x'.repeat(129) }],
  ['a line end in its subject', { roles: ['editor'], sub: 'ann\nbob' }],
  ['a tab in its subject', { roles: ['editor'], sub: 'ann\t' }],
  ['half a character in its subject', { roles: ['editor'], sub: 'ann\ud800' }],
])('a token with %s is nobody', async (_, claims) => {
  const { use } = await start([PLAYBACK])
  expect(await use(hs256(claims))).toBe(401)
})

test('a role that stands for any lets everybody in whom the issuer has signed', async () => {
  const { use } = await start([{ ...PLAYBACK, roles: { '*': 'viewer' } }])
  expect(await use(hs256({ roles: [] }))).not.toBe(401)
  expect(await use(hs256({}))).toBe(401)
})

test('forged tokens are nobody: no algorithm, another secret, another algorithm, a changed claim', async () => {
  const { use } = await start([PLAYBACK])
  const claims = { roles: ['editor'] }
  const good = hs256(claims)
  expect(await use(good)).not.toBe(401)
  const [head, , signature] = good.split('.')
  const text = `${encode({ alg: 'HS512' })}.${encode(claims)}`
  for (const forged of [
    `${encode({ alg: 'none' })}.${encode(claims)}.`,
    `${encode({ alg: 'NONE', typ: 'JWT' })}.${encode(claims)}.${signature}`,
    hs256(claims, 'another secret'),
    hs256(claims, ''),
    `${text}.${createHmac('sha512', SECRET).update(text).digest('base64url')}`,
    `${head}.${encode({ roles: ['editor'], exp: 9_999_999_999 })}.${signature}`,
    good.slice(0, -2),
    'xxx.xxx.xxx',
  ]) {
    expect(await use(forged)).toBe(401)
  }
})

/** A service that publishes its keys. */
async function publisher(kid = 'one') {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' }
  let asked = 0
  const health: { is: 'well' | 'failing' | 'hanging' } = { is: 'well' }
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: () => {
      asked++
      if (health.is === 'hanging') return new Promise<Response>(() => {})
      if (health.is === 'failing') return new Response('no', { status: 500 })
      return Response.json({ keys: [jwk] })
    },
  })
  undo.push(() => server.stop(true))
  const issuer = {
    name: 'sso',
    algorithm: 'EdDSA',
    jwks_url: `http://127.0.0.1:${server.port}/jwks.json`,
    issuer: 'https://sso.example',
    audience: 'windbox',
    roles_claim: 'groups',
    roles: { plant: 'engineer' },
  }
  const sign = (more: { iss?: string; aud?: string; kid?: string; key?: typeof privateKey; ends?: string } = {}) =>
    new SignJWT({ groups: 'plant' })
      .setProtectedHeader({ alg: 'EdDSA', kid: more.kid ?? kid })
      .setSubject('ann')
      .setIssuer(more.iss ?? 'https://sso.example')
      .setAudience(more.aud ?? 'windbox')
      .setExpirationTime(more.ends ?? '5m')
      .sign(more.key ?? privateKey)
  return { issuer, sign, jwk, publicKey, health, asked: () => asked }
}

test('tokens of a service that publishes its keys are taken, and name their user', async () => {
  const { issuer, sign } = await publisher()
  const { credentials, call } = await startWithCredentials([PLAYBACK, issuer])
  const token = await sign()
  expect(await credentials.identify(token, 'api')).toMatchObject({
    role: 'engineer',
    issuer: 'sso',
    uuid: 'ann',
    user: null,
  })
  const made = await call('POST', '/api/v1/devices', { token, body: {} })
  expect(made).toMatchObject({ status: 201, json: { user_id: null } })
  const { json } = await call('GET', '/api/v1/audit?limit=1', { token: await logInAdmin(call) })
  expect(json.items).toMatchObject([{ action: 'device.created', actor: { id: null, sender: 'issuer/sso/ann' } }])
})

async function logInAdmin(call: Awaited<ReturnType<typeof start>>['call']) {
  const { json } = await call('POST', '/auth/jwt/login', { form: { username: ADMIN.email, password: ADMIN.password } })
  return json.access_token as string
}

test('for others, of others, of another key, or with the public key for a secret: nobody', async () => {
  const { issuer, sign, publicKey, jwk, asked } = await publisher()
  const { use } = await start([issuer])
  expect(await use(await sign())).not.toBe(401)
  const { privateKey } = await generateKeyPair('EdDSA')
  const claims = { groups: 'plant', sub: 'ann', iss: 'https://sso.example', aud: 'windbox' }
  const before = asked()
  for (const forged of [
    await sign({ iss: 'https://evil.example' }),
    await sign({ aud: 'others' }),
    await sign({ key: privateKey }),
    await sign({ kid: 'two' }),
    await sign({ kid: '../../etc/passwd' }),
    hs256(claims, await exportSPKI(publicKey), { alg: 'HS256', kid: 'one' }),
    hs256(claims, jwk.x!, { alg: 'HS256', kid: 'one' }),
    `${encode({ alg: 'none', kid: 'one' })}.${encode(claims)}.`,
  ]) {
    expect(await use(forged)).toBe(401)
  }
  expect(asked()).toBe(before)
})

test.each(['failing', 'hanging'] as const)(
  'while the keys of an issuer are missing (%s) its tokens are neither good nor bad, and it is not asked for each',
  async (how) => {
    const { issuer, sign, asked, health } = await publisher()
    const clock = { late: 0, now: () => Date.now() + clock.late }
    const { call, use, logIn } = await start([PLAYBACK, issuer], clock)
    health.is = how
    for (let n = 0; n < 5; n++) {
      const answer = await call('GET', '/api/v1/devices', { token: await sign({ ends: `${n + 5}m` }) })
      expect(answer).toMatchObject({ status: 503, json: { code: 'ISSUER_UNAVAILABLE' } })
      expect(Number(answer.headers.get('retry-after'))).toBeWithin(1, 6)
    }
    expect(asked()).toBe(1)
    // What cannot be one of its tokens is told so, and all others go on.
    const others = [await sign({ iss: 'https://evil.example' }), await sign({ ends: '-1m' }), 'x.y.z', hs256({})]
    for (const token of others) expect(await use(token)).toBe(401)
    expect(await use(hs256({ roles: ['editor'] }))).not.toBe(401)
    expect((await call('GET', '/users/me', { token: (await logIn()).access_token })).status).toBe(200)
    health.is = 'well'
    clock.late = 6_000
    expect((await call('GET', '/api/v1/devices', { token: await sign() })).status).toBe(200)
  },
)

test('a token of another service ends when it says so', async () => {
  const clock = { ms: Date.parse('2026-11-22T10:00:00Z'), now: () => clock.ms }
  const { use } = await start([PLAYBACK], clock)
  const token = hs256({ roles: ['editor'], exp: clock.ms / 1000 + 600 })
  expect(await use(token)).not.toBe(401)
  clock.ms += 700_000
  expect(await use(token)).toBe(401)
})

test('whom another service sends has no account here: nothing is theirs, nor what is nobody owns', async () => {
  const { call } = await start([PLAYBACK])
  const token = hs256({ roles: ['editor'], sub: 'ann' })
  expect((await call('POST', '/api/v1/devices', { token, body: {} })).json.code).toBe('FORBIDDEN')
  expect((await call('GET', '/auth/sessions', { token })).json).toEqual({ items: [], next_cursor: null })
})

test.each([
  ['{', 'must be JSON'],
  ['{}', 'must be a JSON list'],
  ['[7]', 'must be a list of objects'],
  [[{ ...PLAYBACK, colour: 1 }], 'colour'],
  [[{ ...PLAYBACK, name: 'a/b' }], 'a name'],
  [[PLAYBACK, PLAYBACK], 'name of its own'],
  [[{ ...PLAYBACK, algorithm: 'none' }], 'one algorithm'],
  [[{ ...PLAYBACK, secret: 'short' }], 'a secret of at least'],
  [[{ ...PLAYBACK, jwks_url: 'https://a.example' }], 'no jwks_url'],
  [[{ ...PLAYBACK, algorithm: 'RS256' }], 'a jwks_url'],
  [[{ ...PLAYBACK, roles: { a: 'root' } }], 'for its role a'],
  [[{ ...PLAYBACK, roles: {} }], 'roles'],
])('the setting %j is refused with a sentence', (setting, sentence) => {
  const text = typeof setting === 'string' ? setting : JSON.stringify(setting)
  let thrown: unknown
  try {
    readIssuers(text)
  } catch (error) {
    thrown = error
  }
  expect(thrown).toContain(sentence)
  expect(thrown).not.toContain(SECRET)
})
