import { afterEach, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { refusalOf } from './addresses.ts'
import { destinationOf, RefusedDestination } from './destination.ts'
import { newSecret, signedHeaders, signingKeyOf } from './signature.ts'
import { webhookTarget, type WebhookParts } from './webhook.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

test('a message is signed as the vectors of Standard Webhooks say', () => {
  // standard-webhooks, libraries: the vector that all of them test with.
  const headers = signedHeaders(
    signingKeyOf(SECRET)!,
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1_614_265_330_999,
    '{"test": 2432232314}',
  )
  expect(headers).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('a secret is whsec_ and 24 to 64 bytes in base64; a new one is such', () => {
  expect(signingKeyOf(SECRET)).toHaveLength(24)
  expect(signingKeyOf(newSecret())).toHaveLength(32)
  expect(newSecret()).not.toBe(newSecret())
  const bytes = (length: number) => `whsec_${Buffer.alloc(length, 7).toString('base64')}`
  expect(signingKeyOf(bytes(64))).toHaveLength(64)
  for (const wrong of ['', 'whsec_', SECRET.slice(6), bytes(23), bytes(65), `${SECRET}!`, `${SECRET}A`, ` ${SECRET}`]) {
    expect(signingKeyOf(wrong)).toBeNull()
  }
})

const PRIVATE = [
  'http://127.0.0.1:9/', 'http://127.9.9.9/', 'http://localhost/', 'http://LOCALHOST./', 'http://a.localhost/', 'http://[::1]/',
  'http://[::]/', 'http://0/', 'http://0.0.0.0/', 'http://169.254.169.254/latest', 'http://10.0.0.1/', 'http://172.16.0.1/', 'http://172.31.255.255/',
  'http://192.168.1.1/', 'http://100.64.0.1/', 'http://100.127.255.255/', 'http://0x7f000001/', 'http://2130706433/', 'http://017700000001/',
  'http://127.1/', 'http://127.0.0.1./', 'http://①②⑦.0.0.1/', 'http://[::ffff:127.0.0.1]/', 'http://[::ffff:a00:1]/', 'http://[::127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/', 'http://[64:ff9b:1::1]/', 'http://[2002:7f00:1::]/', 'http://[fe80::1]/', 'http://[fc00::1]/', 'http://[fd12:3456::1]/',
  'http://[ff02::1]/', 'http://[100::1]/', 'http://[2001:db8::1]/', 'http://[2001::1]/', 'http://224.0.0.1/', 'http://255.255.255.255/', 'http://198.18.0.1/',
  'http://192.0.2.1/', 'http://printer/', 'http://db.internal/', 'http://nas.local/',
] // prettier-ignore
const NEVER = ['file:///etc/hosts', 'gopher://x/', 'ftp://example.com/', 'javascript:alert(1)', '', 'example.com', 'http://', 'http://u:' + 'p@example.com/', 'http://u@1.1.1.1/', 'http://exa\nmple.com/', ' http://1.1.1.1/'] // prettier-ignore
const PUBLIC = ['https://1.1.1.1/hook', 'http://example.com/', 'https://hooks.example.com:8443/a?b=c', 'http://172.32.0.1/', 'http://100.128.0.1/', 'http://[2606:4700:4700::1111]/', 'http://[64:ff9b::101:101]/', 'http://8.8.8.8/'] // prettier-ignore

test.each(PRIVATE)('%s is refused, unless private addresses are allowed', (url) => {
  expect(() => destinationOf(url, false)).toThrow(RefusedDestination)
  expect(destinationOf(url, true).protocol).toBe('http:')
})

test.each(NEVER)('%p is never a destination', (url) => {
  expect(() => destinationOf(url, false)).toThrow(RefusedDestination)
  expect(() => destinationOf(url, true)).toThrow(RefusedDestination)
})

test.each(PUBLIC)('%s is on the internet', (url) => {
  expect(destinationOf(url, false).href).toContain('://')
})

test('what is no address is never one that may be reached', () => {
  for (const text of [
    '',
    'x',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    ':::',
    '1::2::3',
    '::1%eth0',
    '12345::',
    '::ffff:1.2.3',
  ]) {
    expect(refusalOf(text)).toBe('no IP address')
  }
})

interface Got {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string
}

function receiver(answer: (got: Got) => Response | Promise<Response> = () => new Response('ok')) {
  const got: Got[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    async fetch(request) {
      const one = { path: new URL(request.url).pathname, headers: request.headers.toJSON(), body: await request.text() }
      got.push(one)
      return await answer(one)
    },
  })
  undo.push(() => server.stop(true))
  return { got, port: server.port, url: `http://127.0.0.1:${server.port}/in` }
}

const target = (url: string, more: Partial<WebhookParts> = {}) =>
  webhookTarget({
    destination: async (key) => (key === '1' ? { url, secret: SECRET, origin: 'wb' } : undefined),
    allowPrivate: true,
    resolve: async () => ['127.0.0.1'],
    now: () => 1_700_000_000_000,
    ...more,
  })
const message = { id: '0-1-0', key: '1', payload: { type: 'x', data: { text: 'Ω' } } }
const { signal } = new AbortController()

test('a receiver gets the payload, signed, with its own name in Host', async () => {
  const { got, port } = receiver()
  const attempt = await target(`http://hooks.example.com:${port}/in?a=b`).send(message, signal)
  expect(attempt).toEqual({ taken: true, answer: 'HTTP 200: ok' })
  const { headers, body } = got[0]!
  expect(JSON.parse(body)).toEqual(message.payload)
  expect(headers).toMatchObject({
    host: `hooks.example.com:${port}`,
    'content-type': 'application/json',
    'webhook-id': 'wb-0-1-0',
    'webhook-timestamp': '1700000000',
  })
  const key = Buffer.from(SECRET.slice(6), 'base64')
  const expected = createHmac('sha256', key).update(`wb-0-1-0.1700000000.${body}`).digest('base64')
  expect(headers['webhook-signature']).toBe(`v1,${expected}`)
})

test('another answer than 2xx is a failure; 410 is the last one; a redirect is not followed', async () => {
  const inner = receiver()
  const { url } = receiver(({ headers }) => {
    const id = headers['webhook-id']!
    if (id.endsWith('301')) return new Response(null, { status: 301, headers: { location: inner.url } })
    return new Response('no', { status: Number(id.slice(-3)) })
  })
  const answerOf = async (id: string) => await target(url).send({ ...message, id }, signal)
  expect(await answerOf('500')).toEqual({ taken: false, error: 'HTTP 500: no' })
  expect(await answerOf('429')).toEqual({ taken: false, error: 'HTTP 429: no' })
  expect(await answerOf('410')).toEqual({ taken: false, error: 'HTTP 410: no', code: 'RELAY_GONE' })
  expect(await answerOf('301')).toEqual({ taken: false, error: 'HTTP 301' })
  expect(inner.got).toHaveLength(0)
})

test('of an endless answer only the beginning is read', async () => {
  const { url } = receiver(
    () => new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(4096).fill(97)) })),
  )
  const attempt = await target(url).send(message, signal)
  expect(attempt).toEqual({ taken: true, answer: `HTTP 200: ${'a'.repeat(1024)}` })
})

test('a name is connected to at the address that was looked at, and to none that is private', async () => {
  const { got, port } = receiver()
  // The name answers with a public address when it is looked at first, and with a private one from then on.
  const answers = [['8.8.8.8'], ['127.0.0.1']]
  const resolve = async () => answers.shift() ?? ['127.0.0.1']
  await resolve()
  const rebinding = target(`http://rebind.example.com:${port}/`, { allowPrivate: false, resolve })
  expect(await rebinding.send(message, signal)).toEqual({
    taken: false,
    error: '127.0.0.1 is loopback',
    code: 'RELAY_ADDRESS_REFUSED',
  })
  const oneOfTwo = target('http://two.example.com/', { allowPrivate: false, resolve: async () => ['1.1.1.1', '::1'] })
  expect(await oneOfTwo.send(message, signal)).toMatchObject({ code: 'RELAY_ADDRESS_REFUSED' })
  const literal = target(`http://127.0.0.1:${port}/`, { allowPrivate: false })
  expect(await literal.send(message, signal)).toMatchObject({ code: 'RELAY_ADDRESS_REFUSED' })
  expect(got).toHaveLength(0)
})

test('of a name with several addresses one that answers is enough', async () => {
  const { got, port } = receiver()
  const two = target(`http://two.example.com:${port}/`, { resolve: async () => ['::1', '127.0.0.1'] })
  expect(await two.send(message, signal)).toMatchObject({ taken: true })
  expect(got).toHaveLength(1)
})

test('a relay that is deleted, a name that is not found, and a port where nobody listens are failures with a reason', async () => {
  expect(await target('http://example.com/').send({ ...message, key: '2' }, signal)).toMatchObject({
    code: 'RELAY_NO_TARGET',
  })
  const missing = target('http://nowhere.example.com/', { resolve: () => Promise.reject(new Error('ENOTFOUND')) })
  expect(await missing.send(message, signal)).toEqual({ taken: false, error: 'ENOTFOUND' })
  const { port } = receiver()
  await undo.pop()!()
  const refused = await target(`http://127.0.0.1:${port}/`).send(message, signal)
  expect(refused.taken).toBe(false)
})
