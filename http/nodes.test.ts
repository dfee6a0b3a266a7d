import { afterEach, expect, test } from 'bun:test'
import { nodesOf } from './nodes.fixture.ts'
import { until } from './running.fixture.ts'
import type { Served } from './test-kit.ts'

/** Within five seconds it has to count, and streams look once a second. */
const SOON_MS = 4_000

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function start(more: Parameters<typeof nodesOf>[1] = {}) {
  const world = await nodesOf(2, more)
  undo.push(world.end)
  const [here, there] = world.nodes as [Served, Served]
  return { ...world, here, there, token: (await here.logIn()).access_token }
}

const reading = (device: number) => ({ device_id: device, x: 1, y: 2, z: 3 })
const send = async (node: Served, token: string, device: number) =>
  (await node.call('POST', '/api/v1/data', { token, body: reading(device) })).status
const newDevice = async (node: Served, token: string) =>
  (await node.call('POST', '/api/v1/devices', { token, body: {} })).json.id as number

test('a device that is made on one node sends to the other at once, though that one has just looked for it in vain', async () => {
  const { here, there, token, cut } = await start()
  cut()
  for (let device = 1; device <= 3; device++) {
    expect(await send(there, token, device)).toBe(404)
    expect(await newDevice(here, token)).toBe(device)
    expect(await send(there, token, device)).toBe(202)
  }
})

test('a number without a device is looked for four times a second, however often it is sent to', async () => {
  let looks = 0
  const { there, token } = await start({
    over: (cluster) => {
      const get: typeof cluster.store.get = (collection, id) => {
        if (collection.name === 'devices') looks++
        return cluster.store.get(collection, id)
      }
      return { ...cluster, store: { ...cluster.store, get } }
    },
  })
  for (let round = 0; round < 2; round++) {
    const sent = Array.from({ length: 50 }, () => send(there, token, 77))
    for (const status of await Promise.all(sent)) expect(status).toBe(404)
  }
  expect(looks).toBe(2)
})

test('a device that is deleted on one node is so on the other when it hears of it, and without that soon', async () => {
  const { here, there, token, clock, cut, heard } = await start()
  const [told, untold] = [await newDevice(here, token), await newDevice(here, token)]
  await heard()
  for (const device of [told, untold]) expect(await send(there, token, device)).toBe(202)
  await here.call('DELETE', `/api/v1/devices/${told}`, { token })
  await heard()
  expect(await send(there, token, told)).toBe(404)
  cut()
  await here.call('DELETE', `/api/v1/devices/${untold}`, { token })
  expect(await send(there, token, untold)).toBe(202)
  clock.ms += SOON_MS
  expect(await send(there, token, untold)).toBe(404)
})

test('a request under one key that comes to two nodes at once is answered the same by both, and appended under one id', async () => {
  const { here, there, token, log } = await start()
  const device = await newDevice(here, token)
  for (let i = 0; i < 10; i++) {
    const ask = { token, body: reading(device), headers: { 'idempotency-key': `key ${i}` } }
    const before = log.length
    const answers = await Promise.all([here, there].map(({ call }) => call('POST', '/api/v1/data', ask)))
    const again = await there.call('POST', '/api/v1/data', ask)
    expect(answers.map(({ status }) => status)).toEqual([202, 202])
    expect(new Set([...answers, again].map(({ text }) => text)).size).toBe(1)
    expect(new Set(log.slice(before).map(({ id }) => id)).size).toBe(1)
  }
})

test('requests of one sender are counted over both nodes', async () => {
  const { here, there, token, heard, clock } = await start({ config: { rateLimit: 20 } })
  const statuses = async (node: Served, count: number) => {
    const asked = Array.from({ length: count }, () => node.call('GET', '/users/me', { token }))
    return (await Promise.all(asked)).filter(({ status }) => status === 200).length
  }
  expect(await statuses(here, 15)).toBe(15)
  for (const { authority } of [here, there]) authority.limits.tell()
  await heard()
  expect(await statuses(there, 15)).toBe(5)
  clock.ms += 1_000
  expect(await statuses(there, 5)).toBe(5)
})

/** What a stream has said so far, and whether it has ended. */
function follow(body: ReadableStream<Uint8Array>) {
  const seen = { text: '', hasEnded: false }
  const decoder = new TextDecoder()
  void (async () => {
    for await (const chunk of body) seen.text += decoder.decode(chunk, { stream: true })
    seen.hasEnded = true
  })()
  return seen
}
const listen = async (node: Served, token: string, headers: Record<string, string> = {}) => {
  const response = await node.raw('GET', '/api/v1/live?topics=exhausters', { token, headers })
  expect(response.status).toBe(200)
  return follow(response.body!)
}

test('a stream ends when its session is ended on another node', async () => {
  const { here, there, token } = await start()
  const stream = await listen(there, token)
  await here.call('POST', '/auth/jwt/logout', { token })
  await until('the stream to end', () => stream.hasEnded)
})

test('a stream ends some seconds after its session, though nobody tells its node', async () => {
  const { here, there, token, clock, cut } = await start()
  const stream = await listen(there, token)
  const page = await there.authority.logInToPages('admin@example.com', 'correct horse battery', '10.0.0.1')
  const cookie = { cookie: `windbox_session=${page}` }
  const fragments = follow((await there.raw('GET', '/dashboard/live?page=/dashboard', { headers: cookie })).body!)
  await until('both to have begun', () => stream.text !== '' && fragments.text !== '')
  const admin = (await here.call('GET', '/users/me', { token })).json.id as number
  cut()
  await here.authority.changeUser({ id: null, email: null }, admin, { password: 'another pass phrase' })
  clock.ms += SOON_MS
  await until('both streams to end', () => stream.hasEnded && fragments.hasEnded)
})

test('a stream that comes back to another node, or after something may have been missed, reads anew', async () => {
  const { here, there, token, join } = await start()
  const foreign = await listen(there, token, { 'last-event-id': 'elsewhere-7' })
  await until('a reset', () => foreign.text.includes('event: reset'))
  const open = await listen(here, token)
  await until('it to have begun', () => open.text !== '')
  expect(open.text).not.toContain('reset')
  join()
  await until('a reset', () => open.text.includes('event: reset'))
})
