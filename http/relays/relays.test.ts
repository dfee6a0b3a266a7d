import { afterAll, beforeAll, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { DeliveryLoop } from '../../actors/outgoing/loop.ts'
import { running, until, type Running } from '../running.fixture.ts'

const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`
let system: Running
let admin: string
let loop: DeliveryLoop

beforeAll(async () => {
  system = await running({ allowPrivateRelays: true })
  admin = (await system.logIn()).access_token
  loop = new DeliveryLoop({
    store: system.store,
    append: system.cluster.append,
    kinds: new Map([['webhook', system.targets.webhook]]),
    now: Date.now,
    random: () => 0.5,
    report: () => {},
  })
})
afterAll(async () => {
  await loop.stop()
  await system.end()
})

const call = (method: string, path: string, body?: unknown, token = admin) =>
  system.call(method, path, { token, ...(body === undefined ? {} : { body }) })

function receiver(answer: () => Response = () => new Response('ok')) {
  const got: {
    headers: Record<string, string>
    body: { type: string; timestamp: string; data: { id: string } }
    text: string
  }[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const text = await request.text()
      got.push({ headers: request.headers.toJSON(), body: JSON.parse(text), text })
      return answer()
    },
  })
  return { got, url: `http://127.0.0.1:${server.port}/in`, [Symbol.dispose]: () => void server.stop(true) }
}

/** Every event that was sent so far has reached its actor, and what leaves has been looked at. */
async function carried(positions: readonly string[], holds: () => boolean | Promise<boolean>) {
  const minOffsets = new Map(positions.map((position) => position.split('-').map(Number) as [number, number]))
  await system.cluster.ask('event/#0', 'relays', {}, { minOffsets })
  await until('what was to be delivered', () => {
    loop.wake(Date.now())
    return holds()
  })
}

const send = async (events: object[]) => {
  const { status, json } = await call('POST', '/api/v1/events', events)
  expect(status).toBe(202)
  return json.positions as string[]
}

test('an event that the filter names is delivered, signed, and no other; the delivery is listed', async () => {
  using hook = receiver()
  const made = await call('POST', '/api/v1/relays', {
    name: 'a',
    kind: 'webhook',
    url: hook.url,
    secret: SECRET,
    filter: { type: 'order.*' },
  })
  expect(made.status).toBe(201)
  expect(made.text).not.toContain(SECRET.slice(6))
  expect(made.json).toMatchObject({
    name: 'a',
    kind: 'webhook',
    url: hook.url,
    topic: null,
    active: true,
    filter: { type: 'order.*' },
  })
  const id = made.json.id as number
  expect((await call('GET', '/api/v1/relays')).text).not.toContain(SECRET.slice(6))
  expect((await call('GET', `/api/v1/relays/${id}`)).text).not.toContain(SECRET.slice(6))

  const ids = Array.from({ length: 12 }, (_, n) => `order-${n}`)
  const positions = await send([...ids.map((one) => ({ id: one, type: 'order.paid' })), { id: 'other', type: 'other' }])
  await carried(positions, () => hook.got.length >= ids.length)
  expect(hook.got.map(({ body }) => body.data.id).sort()).toEqual([...ids].sort())
  const { headers, text, body } = hook.got[0]!
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`
  const expected = createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64'))
    .update(signed)
    .digest('base64')
  expect(headers['webhook-signature']).toBe(`v1,${expected}`)
  expect(body).toMatchObject({ type: 'order.paid', data: { type: 'order.paid' } })

  const deliveries = async () =>
    (await call('GET', `/api/v1/relays/${id}/deliveries`)).json.items as { status: string }[]
  await until('all are recorded', async () => (await deliveries()).every(({ status }) => status === 'delivered'))
  expect(await deliveries()).toHaveLength(ids.length)
  const first = (await call('GET', `/api/v1/relays/${id}/deliveries?limit=5`)).json
  const second = (await call('GET', `/api/v1/relays/${id}/deliveries?limit=50&cursor=${first.next_cursor}`)).json
  expect((first.items as object[]).length + (second.items as object[]).length).toBe(ids.length)

  // The same event again is no new one.
  await carried(await send([{ id: 'order-0', type: 'order.paid' }]), () => true)
  expect(hook.got).toHaveLength(ids.length)
})

test('a relay that is changed, paused or removed counts so from the next event on', async () => {
  using first = receiver()
  using second = receiver()
  const { json } = await call('POST', '/api/v1/relays', {
    name: 'b',
    kind: 'webhook',
    url: first.url,
    filter: { subject: 'b/*' },
  })
  expect(json.secret).toMatch(/^whsec_/)
  const path = `/api/v1/relays/${json.id}`
  await carried(await send([{ id: 'b1', subject: 'b/1' }]), () => first.got.length === 1)
  expect((await call('PATCH', path, { active: false })).json).toMatchObject({ active: false })
  await carried(await send([{ id: 'b2', subject: 'b/2' }]), () => true)
  expect((await call('PATCH', path, { active: true, url: second.url })).status).toBe(200)
  await carried(await send([{ id: 'b3', subject: 'b/3' }]), () => second.got.length === 1)
  expect(second.got[0]!.body.data.id).toBe('b3')
  expect((await call('DELETE', path)).status).toBe(204)
  expect((await call('GET', path)).status).toBe(404)
  expect((await call('DELETE', path)).status).toBe(404)
  await carried(await send([{ id: 'b4', subject: 'b/4' }]), () => true)
  expect([first.got.length, second.got.length]).toEqual([1, 1])
})

test('a test message says how it went', async () => {
  using hook = receiver()
  const { json } = await call('POST', '/api/v1/relays', {
    name: 'c',
    kind: 'webhook',
    url: hook.url,
    filter: { type: 'never' },
  })
  const tested = await call('POST', `/api/v1/relays/${json.id}/test`)
  expect(tested.json).toEqual({ delivered: true, answer: 'HTTP 200: ok', error: null })
  expect(hook.got[0]!.body).toMatchObject({ type: 'windbox.test', data: { relay: json.id } })
  await call('PATCH', `/api/v1/relays/${json.id}`, { url: 'http://127.0.0.1:9/' })
  const failed = await call('POST', `/api/v1/relays/${json.id}/test`)
  expect(failed.json).toMatchObject({ delivered: false, answer: null })
  expect(failed.json.error).toBeString()
})

test('what cannot be a relay is refused, and says what', async () => {
  const relay = { name: 'x', kind: 'webhook', url: 'https://1.1.1.1/', filter: {} }
  const wrong: [object, string][] = [
    [{ ...relay, url: 'ftp://1.1.1.1/' }, '/url'],
    [{ ...relay, url: undefined }, '/url'],
    [{ ...relay, secret: 'whsec_short' }, '/secret'],
    [{ ...relay, secret: SECRET.slice(6) }, '/secret'],
    [{ ...relay, kind: 'topic', topic: 'events' }, '/kind'],
    [{ ...relay, kind: 'pigeon' }, '/kind'],
    [{ ...relay, filter: { colour: 'red' } }, '/filter/colour'],
    [{ ...relay, name: '' }, '/name'],
    [{ ...relay, topic: 'events' }, '/topic'],
  ]
  for (const [body, path] of wrong) {
    const { status, json } = await call('POST', '/api/v1/relays', body)
    expect(status).toBe(422)
    expect((json.errors as { path: string }[]).map((error) => error.path)).toContain(path)
  }
})

test('only engineers see and change relays, and each change is in the journal, without a secret', async () => {
  const user = { email: 'viewer@example.com', password: 'correct horse viewer' }
  await system.call('POST', '/auth/register', { body: user })
  const { access_token } = await system.logIn(user)
  expect((await call('GET', '/api/v1/relays', undefined, access_token)).status).toBe(403)
  expect((await call('POST', '/api/v1/relays', {}, access_token)).status).toBe(403)
  const journal = await call('GET', '/api/v1/audit?limit=200')
  for (const action of ['relay.created', 'relay.changed', 'relay.removed', 'relay.tested'])
    expect(journal.text).toContain(action)
  expect(journal.text).not.toContain('whsec_')
})

test('event actors that have missed a change are told again', async () => {
  expect(await system.repairRelays()).toBe(0)
  const document = (await system.store.get<object>({ name: 'relays' }, 'all'))!
  await system.store.replace({ name: 'relays' }, 'all', document.version, document.body)
  expect(await system.repairRelays()).toBe(4)
  await until('all have heard', async () => (await system.repairRelays()) === 0)
})
