import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { Fault, putOf, type NewRecord, type Position } from '../../actors/runtime/index.ts'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import type { Tracing } from '../../tracing/tracing.ts'
import { createAdmission } from '../edge/admission.ts'
import { createCors } from '../edge/cors.ts'
import { createEdge } from '../edge/edge.ts'
import { createFaultAnswers } from '../edge/fault-answers.ts'
import { createRetries } from '../edge/retries.ts'
import { RateLimits } from '../edge/rate-limits.ts'
import { RouteTable } from '../edge/route-table.ts'
import { Latency } from '../service/latency.ts'
import { InFlight } from './in-flight.ts'
import { createIngest } from './ingest.ts'
import type { Resource } from './resource.ts'

/** Words: an item is `{word}`; those of one first letter go into one record, and `x` is refused. */
const words: Resource = {
  one: (value) => ({ key: 'words/one', type: 'word', value: JSON.stringify(wordOf(value)) }),
  many(items) {
    const byLetter = new Map<string, { words: string[]; indexes: number[] }>()
    const refused: { index: number; fault: Fault }[] = []
    for (const { index, value } of items) {
      try {
        const word = wordOf(value)
        const group = byLetter.get(word[0]!) ?? { words: [], indexes: [] }
        group.words.push(word)
        group.indexes.push(index)
        byLetter.set(word[0]!, group)
      } catch (fault) {
        refused.push({ index, fault: fault as Fault })
      }
    }
    const records = [...byLetter].map(([letter, { words, indexes }]) => ({
      record: { key: `words/${letter}`, type: 'words', value: JSON.stringify(words) },
      indexes,
    }))
    return { records, refused }
  },
  types: { 'application/word+json': 'one', 'application/words+json': 'many' },
}

function wordOf(value: unknown): string {
  const word = (value as { word?: unknown } | null)?.word
  if (typeof word !== 'string' || word === '' || word === 'x') throw new Fault('VALIDATION', 'That is no word.')
  return word
}

type Append = (records: readonly NewRecord[]) => Promise<(Position | null)[]>

let dir: string
/** Whether requests take the fast lane. */
let lane = false
const undo: (() => unknown)[] = []
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'windbox-ingest-'))
})
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
  rmSync(dir, { recursive: true, force: true })
})

/** A server that listens, with one route, and a log that keeps what it took in memory. */
function start({
  append,
  inFlight,
  resource = words,
  follow,
}: { append?: Append; inFlight?: InFlight; resource?: Resource; follow?: Tracing['follow'] } = {}) {
  const clock = { nowMs: Date.parse('2026-11-22T10:00:00Z') }
  const now = () => clock.nowMs
  const log: NewRecord[] = []
  const taking: Append = (records) => {
    log.push(...records)
    return Promise.resolve(records.map((_, i) => ({ partition: i % 4, offset: log.length - records.length + i })))
  }
  const store = openSqliteStore(join(dir, 'store.sqlite'))
  const routes = () => new RouteTable([])
  const latency = new Latency()
  const cors = createCors([])
  const errors: string[] = []
  const quiet = { info() {}, warn() {}, error: (message: string) => void errors.push(message) }
  const answers = createFaultAnswers({ log: quiet, latency, cors, routes, pageOfFault: () => undefined })
  const admission = createAdmission({
    credentials: { known: () => undefined, settle: () => Promise.resolve() },
    anonymousRole: 'viewer',
    isForeign: () => false,
    limits: new RateLimits({ perSecond: 100_000, now }),
    now,
    routes,
  })
  const retries = createRetries({ store, now })
  const held = inFlight ?? new InFlight()
  const ingest = createIngest({
    put: putOf(append ?? taking),
    retries,
    later: answers.later,
    now,
    inFlight: held,
  })
  const { app, lanes } = createEdge({
    config: {},
    admission,
    answers,
    cors,
    outages: { said: '', has: () => false },
    follow,
  })
  const handler = ingest(resource)
  app.post('/words', handler, { parse: 'none', access: 'ingest' })
  if (lane) lanes.open({ path: '/words', access: 'ingest', work: ingest.workOf(handler)! })
  app.listen({ port: 0, hostname: '127.0.0.1', maxRequestBodySize: 17 * 1024 * 1024 })
  undo.push(
    () => store.close(),
    () => app.stop(true),
  )
  const url = `http://127.0.0.1:${app.server!.port}/words`
  const post = async (body: BodyInit, headers: Record<string, string> = {}) => {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, json: JSON.parse(text) as Record<string, unknown> }
  }
  return { url, post, log, clock, held, errors, port: app.server!.port! }
}

const NDJSON = { 'content-type': 'application/x-ndjson' }
const lines = (...values: unknown[]) =>
  values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join('\n')
/** A body that does not say how long it is. */
const stream = (chunks: Iterable<Uint8Array | string>) => {
  const each = chunks[Symbol.iterator]()
  const encoder = new TextEncoder()
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const { value, done } = each.next()
      if (done) controller.close()
      else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value)
    },
  })
}

describe.each([
  ['through the router', false],
  ['in the fast lane', true],
])('%s', (_, isLane) => {
  beforeEach(() => {
    lane = isLane
  })

  test('one item has its own status, and says where it is', async () => {
    const { post, log } = start()
    const { status, headers, json } = await post('{"word":"gas"}')
    expect(status).toBe(202)
    expect(headers.get('x-position')).toBe('0-0')
    expect(headers.get('content-type')).toBe('application/json')
    expect(json).toEqual({ accepted: 1, rejected: 0, positions: ['0-0'], errors: [] })
    expect(log).toEqual([{ key: 'words/one', type: 'word', value: '"gas"' }])
    expect(await post('{"word":"x"}')).toMatchObject({ status: 422, json: { code: 'VALIDATION', instance: '/words' } })
  })

  test('a batch answers item by item: the bad ones do not spoil the good ones', async () => {
    const { post, log } = start()
    const batch = [{ word: 'air' }, { word: 'x' }, { word: 'ash' }, null, { word: 'box' }]
    const { status, json } = await post(JSON.stringify(batch))
    expect(status).toBe(202)
    expect(json).toEqual({
      accepted: 3,
      rejected: 2,
      positions: ['0-0', '1-1'],
      errors: [
        { index: 1, code: 'VALIDATION', message: 'That is no word.' },
        { index: 3, code: 'VALIDATION', message: 'That is no word.' },
      ],
    })
    expect(log.map(({ value }) => JSON.parse(value))).toEqual([['air', 'ash'], ['box']])
  })

  test('of lines the blank ones are no items, and a bad line is one refused item', async () => {
    const { post } = start()
    const { json } = await post(
      lines({ word: 'air' }, '', '{"word":', '   ', { word: 'x' }, { word: 'box' }, ''),
      NDJSON,
    )
    expect(json).toMatchObject({
      accepted: 2,
      rejected: 2,
      errors: [
        { index: 1, code: 'MALFORMED' },
        { index: 2, code: 'VALIDATION' },
      ],
    })
  })

  test('an empty batch is taken, an empty body is not', async () => {
    const { post } = start()
    expect(await post('[]')).toMatchObject({ status: 202, json: { accepted: 0, positions: [] } })
    expect(await post('\n\n', NDJSON)).toMatchObject({ status: 202, json: { accepted: 0 } })
    expect(await post(' ')).toMatchObject({ status: 400, json: { code: 'MALFORMED', detail: 'The body is empty.' } })
  })

  test.each([
    ['{', 400, 'MALFORMED'],
    ['[{"word":"air"},]', 400, 'MALFORMED'],
    ['5', 422, 'VALIDATION'],
    ['{"word":1e999}', 422, 'VALIDATION'],
    ['{"word":"a\\u0000"}', 422, 'VALIDATION'],
    ['{"word":"\\ud800"}', 422, 'VALIDATION'],
    ['{"word":"air","__proto__":{"polluted":1}}', 422, 'VALIDATION'],
    ['{"word":"air","deep":' + '['.repeat(5000) + ']'.repeat(5000) + '}', 422, 'VALIDATION'],
    ['['.repeat(30_000) + ']'.repeat(30_000), 202, undefined],
  ])('%.40s is answered %d %s', async (body, status, code) => {
    const { post } = start()
    const answer = await post(body)
    expect(answer.status).toBe(status)
    expect(answer.json.code as string | undefined).toBe(code)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('of a name that comes twice the last counts', async () => {
    const { post, log } = start()
    expect((await post('{"word":"x","word":"gas"}')).status).toBe(202)
    expect(log[0]!.value).toBe('"gas"')
  })

  test('a body that is not UTF-8 is malformed, not mended', async () => {
    const { post } = start()
    const body = Buffer.concat([Buffer.from('{"word":"'), Buffer.from([0xff, 0xc3]), Buffer.from('"}')])
    expect(await post(body)).toMatchObject({
      status: 400,
      json: { code: 'MALFORMED', detail: 'The body is not UTF-8.' },
    })
  })

  test.each([
    ['application/json; charset=utf-8', '{"word":"a"}', 202],
    ['application/json; charset=latin1', '{"word":"a"}', 415],
    ['application/xml', '<a/>', 415],
    ['__proto__', '{}', 415],
    ['application/word+json', '{"word":"a"}', 202],
    ['application/words+json', '[{"word":"a"}]', 202],
    ['application/words+json', '{"word":"a"}', 422],
    ['application/word+json', '[{"word":"a"}]', 422],
    ['Application/X-NDJSON', '{"word":"a"}', 202],
  ])('a body of type %s is answered: %s → %d', async (type, body, status) => {
    const { post } = start()
    expect((await post(body, { 'content-type': type })).status).toBe(status)
  })

  test.each([10, 200_000])(
    'a client that goes before the end of its %d bytes is no mistake of the server',
    async (length) => {
      const { port, held, errors, post } = start()
      const gone = Promise.withResolvers<void>()
      const head = `POST /words HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`
      await Bun.connect({
        hostname: '127.0.0.1',
        port,
        socket: {
          open(socket) {
            socket.write(`${head}{"w`)
            const look = () => (held.bytes > 0 ? socket.terminate() : setImmediate(look))
            look()
          },
          data() {},
          close: () => gone.resolve(),
        },
      })
      await gone.promise
      while (held.bytes > 0) await new Promise(setImmediate)
      expect((await post('{"word":"gas"}')).status).toBe(202)
      expect(errors).toEqual([])
    },
  )

  test('more than 10,000 items are too many, in an array and in lines', async () => {
    const { post, log } = start()
    const item = '{"word":"air"}'
    for (const count of [10_000, 10_001]) {
      const items = Array.from({ length: count }, () => item)
      const status = count > 10_000 ? 413 : 202
      expect((await post(`[${items.join(',')}]`)).status).toBe(status)
      expect((await post(items.join('\n'), NDJSON)).status).toBe(status)
    }
    // Long enough that it is counted before it is parsed.
    const long = Array.from({ length: 10_001 }, () => `{"word":"${'a,['.repeat(50)}"}`)
    expect((await post(`[${long.join(',')}]`)).status).toBe(413)
    expect((await post(`[${long.slice(1).join(',')}]`)).status).toBe(202)
    expect(log.length).toBe(3)
  })

  test('gzip is taken', async () => {
    const { post } = start()
    const gzip = { 'content-encoding': 'gzip' }
    expect(await post(gzipSync('{"word":"a"}'), gzip)).toMatchObject({ status: 202 })
    expect(await post(gzipSync(lines({ word: 'a' }, { word: 'b' })), { ...gzip, ...NDJSON })).toMatchObject({
      json: { accepted: 2 },
    })
    expect(await post('{"word":"a"}', gzip)).toMatchObject({ status: 400, json: { code: 'MALFORMED' } })
    expect(await post(gzipSync('{"word":"a"}').subarray(0, 20), gzip)).toMatchObject({ status: 400 })
    expect(await post('x', { 'content-encoding': 'br' })).toMatchObject({ status: 415 })
  })

  test('a gzip bomb is refused while it is inflated', async () => {
    const { post, held } = start()
    const bomb = gzipSync(Buffer.alloc(200_000_000, 32))
    let most = 0
    const hold = held.hold.bind(held)
    held.hold = (bytes, of) => {
      hold(bytes, of)
      most = Math.max(most, held.bytes)
    }
    expect(await post(bomb, { 'content-encoding': 'gzip' })).toMatchObject({ status: 413, json: { code: 'TOO_LARGE' } })
    expect(most).toBeLessThan(20_000_000)
    expect(held.bytes).toBe(0)
  })

  test('a body without a length is refused as soon as it is too long', async () => {
    const { url, held } = start()
    const chunk = new Uint8Array(1_000_000).fill(32)
    let sent = 0
    function* chunks() {
      for (; sent < 60; sent++) yield chunk
    }
    const response = await fetch(url, {
      method: 'POST',
      body: stream(chunks()),
      headers: { 'content-type': 'application/json' },
    }).catch(() => undefined)
    expect([413, undefined]).toContain(response?.status)
    expect(held.bytes).toBe(0)
  })

  test('what is under way is bounded: the next one is told to come again', async () => {
    const waiting = Promise.withResolvers<(Position | null)[]>()
    const { post, held } = start({ append: () => waiting.promise, inFlight: new InFlight(3_000) })
    const first = post('{"word":"air"}')
    const second = post('{"word":"air"}')
    const third = await post('{"word":"air"}')
    expect(third).toMatchObject({ status: 503, json: { code: 'OVERLOADED' } })
    expect(third.headers.get('retry-after')).toBe('1')
    waiting.resolve([{ partition: 0, offset: 0 }])
    expect([(await first).status, (await second).status]).toEqual([202, 202])
    expect(held.bytes).toBe(0)
    expect((await post('{"word":"air"}')).status).toBe(202)
  })

  test('one sender has at most half of what may be under way', async () => {
    const waiting = Promise.withResolvers<(Position | null)[]>()
    const { post, held } = start({ append: () => waiting.promise, inFlight: new InFlight(900_000) })
    const long = JSON.stringify({ word: 'a'.repeat(300_000) })
    const first = post(long)
    while (held.bytes < 300_000) await new Promise(setImmediate)
    const second = await post(long)
    expect(second).toMatchObject({ status: 429, json: { code: 'RATE_LIMITED' } })
    expect(second.headers.get('retry-after')).toBe('1')
    waiting.resolve([{ partition: 0, offset: 0 }])
    expect((await first).status).toBe(202)
    expect(held.bytes).toBe(0)
    expect((await post(long)).status).toBe(202)
  })

  test('items that the log could not take say so; when it took none, the request fails', async () => {
    const some = start({
      append: (records) => Promise.resolve(records.map((_, i) => (i ? null : { partition: 0, offset: 7 }))),
    })
    expect((await some.post(JSON.stringify([{ word: 'a' }, { word: 'b' }, { word: 'x' }]))).json).toEqual({
      accepted: 1,
      rejected: 2,
      positions: ['0-7'],
      errors: [
        { index: 1, code: 'LOG_UNAVAILABLE', message: 'The log could not take it; send it again.' },
        { index: 2, code: 'VALIDATION', message: 'That is no word.' },
      ],
    })
    const none = start({ append: (records) => Promise.resolve(records.map(() => null)) })
    const answer = await none.post('[{"word":"a"}]')
    expect(answer).toMatchObject({ status: 503, json: { code: 'LOG_UNAVAILABLE' } })
    expect(answer.headers.get('retry-after')).toBe('1')
    expect((await none.post('{"word":"a"}')).status).toBe(503)
  })

  const KEY = { 'idempotency-key': 'one' }
  const ALL = [{ word: 'air' }, { word: 'x' }, { word: 'box' }]

  test('a retry under its key answers as before and appends nothing', async () => {
    const { post, log } = start()
    const first = await post(JSON.stringify(ALL), KEY)
    const again = await post(JSON.stringify(ALL), KEY)
    expect(again.json).toEqual(first.json)
    expect(again.headers.get('x-position')).toBe(first.headers.get('x-position'))
    expect(log.length).toBe(2)
    expect(await post('{"word":"a"}', KEY)).toMatchObject({ status: 422, json: { code: 'IDEMPOTENCY_MISMATCH' } })
    expect((await post('{"word":"a"}', { 'idempotency-key': 'other' })).status).toBe(202)
    expect((await post('{"word":"a"}', { 'idempotency-key': 'k'.repeat(129) })).status).toBe(422)
  })

  test('a retry of what was begun and not completed appends the same ids', async () => {
    const ids: (string | undefined)[][] = []
    let fails = true
    const { post } = start({
      append: (records) => {
        ids.push(records.map(({ id }) => id))
        if (fails) return Promise.reject(new Fault('LOG_UNAVAILABLE', 'Away.'))
        return Promise.resolve(records.map((_, offset) => ({ partition: 0, offset })))
      },
    })
    expect((await post(JSON.stringify(ALL), KEY)).status).toBe(503)
    expect((await post(JSON.stringify(ALL.slice(1)), KEY)).status).toBe(422)
    fails = false
    expect((await post(JSON.stringify(ALL), KEY)).status).toBe(202)
    expect(ids[1]).toEqual(ids[0]!)
    expect(new Set(ids[0]).size).toBe(2)
    expect(ids[0]!.every(Boolean)).toBe(true)
  })

  test('a retry of a batch that the log took in part sends the rest', async () => {
    let isFull = true
    const { post, log } = start({
      append: (records) => {
        const taken = records.map((record, offset) => {
          if (isFull && offset > 0) return null
          log.push(record)
          return { partition: 0, offset }
        })
        return Promise.resolve(taken)
      },
    })
    expect((await post(JSON.stringify(ALL), KEY)).json).toMatchObject({ accepted: 1, rejected: 2 })
    isFull = false
    expect((await post(JSON.stringify(ALL), KEY)).json).toMatchObject({ accepted: 2, rejected: 1 })
    expect(log.map(({ id }) => id)).toEqual([log[0]!.id, log[0]!.id, log[2]!.id])
  })

  test('a retry is judged by the time of the first attempt, so that no item joins a record that is known by its id', async () => {
    const times: number[] = []
    const timed: Resource = {
      ...words,
      many(items, sender) {
        times.push(sender.nowMs)
        return words.many!(items, sender)
      },
    }
    const { post, clock } = start({
      resource: timed,
      append: () => Promise.reject(new Fault('LOG_UNAVAILABLE', 'Away.')),
    })
    await post(JSON.stringify(ALL), KEY)
    clock.nowMs += 60_000
    await post(JSON.stringify(ALL), KEY)
    await post(JSON.stringify(ALL), { 'idempotency-key': 'other' })
    expect(times).toEqual([clock.nowMs - 60_000, clock.nowMs - 60_000, clock.nowMs])
  })

  test('a key of a refused request is free for the request put right; after a day it is free for anything', async () => {
    const { post, log, clock } = start()
    expect((await post('{"word":"x"}', KEY)).status).toBe(422)
    expect((await post('{"word":"air"}', KEY)).status).toBe(202)
    clock.nowMs += 24 * 3_600_000
    expect((await post('{"word":"box"}', KEY)).status).toBe(202)
    expect(log.length).toBe(2)
  })
})

test('long bodies are gone through one at a time', async () => {
  lane = false
  let atOnce = 0
  let most = 0
  const { post } = start({
    append: async (records) => {
      most = Math.max(most, ++atOnce)
      await new Promise(setImmediate)
      atOnce--
      return records.map((_, offset) => ({ partition: 0, offset }))
    },
  })
  const long = JSON.stringify(Array.from({ length: 10_000 }, () => ({ word: 'a'.repeat(60) })))
  const all = await Promise.all([post(long), post(long), post(long)])
  expect(all.map(({ status }) => status)).toEqual([202, 202, 202])
  expect(most).toBe(1)
  expect((await post('{"word":"gas"}')).status).toBe(202)
})

test('answers of the fast lane that are made at once have each their own headers', async () => {
  lane = true
  const { post } = start()
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => post(i % 5 ? '{"word":"gas"}' : '[]')))
  const ids = answers.map(({ headers }) => headers.get('x-request-id'))
  expect(new Set(ids).size).toBe(50)
  for (const { headers, json } of answers) {
    expect(headers.get('x-position')).toBe((json.positions as string[])[0] ?? null)
  }
})

test('an answer of the fast lane has the headers of any other, and so has a refusal', async () => {
  const headersOf = async (isLane: boolean, body: string) => {
    lane = isLane
    const { headers, status } = await start().post(body, { traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` })
    return [status, [...headers.keys()].sort()]
  }
  for (const body of ['{"word":"gas"}', '{"word":"x"}', '{']) {
    expect(await headersOf(true, body)).toEqual(await headersOf(false, body))
  }
})

test('a request of the fast lane that is followed is answered under its span; what the router takes is followed there', async () => {
  lane = true
  const followed: string[] = []
  const { post, url } = start({
    follow: () => async (answer, route) => {
      followed.push(route())
      return (await answer()) as Response
    },
  })
  expect((await post('{"word":"gas"}')).status).toBe(202)
  expect((await post('{"word":"x"}')).status).toBe(422)
  expect(followed).toEqual(['/words', '/words'])
  const asked = await fetch(`${url}?a=1`, { method: 'POST', body: '{"word":"gas"}' })
  await asked.text()
  const stranger = await post('{"word":"gas"}', { authorization: 'Bearer of-nobody' })
  expect([asked.status, stranger.status]).toEqual([202, 401])
  expect(followed.length).toBe(2)
})
