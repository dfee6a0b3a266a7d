import { afterAll, beforeAll, expect, test } from 'bun:test'
import { eventsOf } from '../../actors/event/schema.ts'
import type { EventNews } from '../live/event-news.ts'
import { running, until, type Running } from '../running.fixture.ts'

let system: Running
let token: string
beforeAll(async () => {
  system = await running({ anonymousRole: 'viewer' })
  token = (await system.logIn()).access_token
})
afterAll(() => system.end())

const post = (body: unknown, more: { token?: string; headers?: Record<string, string> } = {}) =>
  system.call('POST', '/api/v1/events', { token, body, ...more })

/** Waits for what was taken, by its position. */
async function read(path: string, position?: string) {
  const headers: Record<string, string> = position === undefined ? {} : { 'x-min-offset': position }
  const answer = await system.call('GET', `/api/v1/events${path}`, { token, headers })
  expect([answer.status, answer.status === 200 ? '' : answer.text]).toEqual([200, ''])
  return answer.json as Record<string, never> & { items: { id: string }[]; count: number; duplicates: number }
}

const positionOf = (answer: { headers: Headers }) => answer.headers.get('x-position')!
let types = 0
const newType = () => `type.${types++}`

/** Makes the rows durable, as the next flush would, and merges what there is. */
const flushed = () =>
  until('all to be in the store', async () => {
    for (let partition = 0; partition < 4; partition++) if (await system.cluster.tail(eventsOf(partition))) return false
    return true
  })

test('an event is kept exactly: nested, any language, any number, and unknown fields', async () => {
  const type = newType()
  const sent = {
    type,
    data: { nested: [1, { a: 'ё 風 🦔', b: [null, true, -0.5e-7, 9007199254740991] }], '': 1 },
    rating: 4.5,
    'odd name': [],
  }
  const answer = await post(sent)
  expect(answer.json).toMatchObject({ status: 'queued', position: positionOf(answer) })
  const id = String(answer.json.id)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/)
  const { ingest_time, store_time, ...back } = await read(`/${id}`, positionOf(answer))
  expect(back as unknown).toEqual({ ...sent, id })
  expect(Date.parse(store_time!)).toBeGreaterThanOrEqual(Date.parse(ingest_time!))
})

test('an id is stored once for its sender and source; what came twice is counted, also after it was flushed', async () => {
  const type = newType()
  const event = { id: 'once', type }
  const first = await post(event)
  await post({ ...event, source: '/other' })
  await system.call('POST', '/api/v1/events', { body: event })
  await read('', positionOf(await post(event)))
  await flushed()
  const again = await post([event, event, { ...event, id: 'twice' }])
  expect(again.json).toMatchObject({ accepted: 3, rejected: 0 })
  const figures = await read(`/statistics?type=${type}`, positionOf(again))
  // One sender with two sources, one without a token, and another id.
  expect([figures.count, figures.duplicates]).toEqual([4, 3])
  const { items } = await read(`?type=${type}`)
  expect(items.map(({ id }) => id).toSorted()).toEqual(['once', 'once', 'once', 'twice'])
  expect(first.status).toBe(202)
})

test('a list is newest first, page by page, by type, user and time; in memory and in the store alike', async () => {
  const type = newType()
  const events = Array.from({ length: 40 }, (_, i) => ({ id: `${type} ${i}`, type, user_id: `u${i % 3}` }))
  let position = ''
  for (const event of events) position = positionOf(await post(event))
  const all = events.map(({ id }) => id).toReversed()
  const pages = async () => {
    const seen: { id: string; ingest_time: string }[] = []
    for (let cursor = ''; ;) {
      const page = await read(`?type=${type}&limit=7${cursor}`, position)
      seen.push(...(page.items as typeof seen))
      if (page.next_cursor === null) return seen
      cursor = `&cursor=${page.next_cursor}`
    }
  }
  const sorted = (listed: { id: string; ingest_time: string }[]) =>
    listed.every(({ ingest_time }, i) => i === 0 || listed[i - 1]!.ingest_time >= ingest_time)
  const fresh = await pages()
  await flushed()
  for (const listed of [fresh, await pages()]) {
    expect(listed.map(({ id }) => id).toSorted()).toEqual(all.toSorted())
    expect(sorted(listed)).toBe(true)
  }
  expect((await read(`?type=${type}&user_id=u1`)).items).toHaveLength(13)
  expect((await read(`?type=${type}&user_id=nobody`)).items).toEqual([])
  const middle = fresh[20]!.ingest_time
  const older = (await read(`?type=${type}&to=${middle}`)).items.length
  expect(older + (await read(`?type=${type}&from=${middle}`)).items.length).toBe(40)
})

test('statistics are exact, by step and by group', async () => {
  const type = newType()
  const sent = await post(Array.from({ length: 30 }, (_, i) => ({ id: `${type} ${i}`, type, user_id: `u${i % 3}` })))
  const check = async () => {
    const { lag, points, groups, ...counts } = (await read(
      `/statistics?type=${type}&step=3600&by=user_id`,
      positionOf(sent),
    )) as never as Record<string, { count: number; value: string }[]>
    expect(counts as unknown).toEqual({ count: 30, distinct: 30, duplicates: 0 })
    expect(points!.reduce((sum, { count }) => sum + count, 0)).toBe(30)
    expect(groups as unknown).toEqual(['u0', 'u1', 'u2'].map((value) => ({ value, count: 10, duplicates: 0 })))
    expect(Object.keys(lag!)).toEqual(['p50', 'p95', 'p99'])
  }
  await check()
  await flushed()
  await check()
  const nothing = await read('/statistics?type=nobody.sends.this&by=type&step=60')
  expect(nothing as unknown).toEqual({
    count: 0,
    distinct: 0,
    duplicates: 0,
    lag: { p50: null, p95: null, p99: null },
    points: [],
    groups: [],
  })
})

test.each([
  ['no object', 5, 422],
  ['null', null, 422],
  ['an empty id', { id: '' }, 422],
  ['an id of another type', { id: 7 }, 422],
  ['an id that is too long', { id: 'x'.repeat(257) }, 422],
  ['a control character in a name', { type: 'a\u0007' }, 422],
  ['a time that is none', { time: 'yesterday' }, 422],
  ["the system's own source", { source: 'windbox/exhauster/u-171' }, 422],
  ['a CloudEvent without a source', { specversion: '1.0', id: '1', type: 'a' }, 422],
  ['a CloudEvent of another version', { specversion: '2.0', id: '1', type: 'a', source: '/' }, 422],
  ['an event that is too large', { data: 'x'.repeat(65_600) }, 413],
])('%s is answered, and so it is with an id', async (name, body, status) => {
  expect((await post(body)).status).toBe(status)
  if (body !== null && typeof body === 'object') expect((await post({ id: name, ...body })).status).toBe(status)
})

test('what is sent as a CloudEvent is one, alone and in a batch', async () => {
  const whole = { specversion: '1.0', id: 'ce-1', source: '/a', type: 'b' }
  const send = (type: string, body: unknown) =>
    system.call('POST', '/api/v1/events', { token, body, headers: { 'content-type': `application/${type}+json` } })
  expect((await send('cloudevents', whole)).status).toBe(202)
  const broken: object[] = [{ foo: 1 }, { ...whole, specversion: '0.3' }]
  for (const name of ['specversion', 'id', 'source', 'type'] as const) {
    const { [name]: _, ...rest } = whole
    broken.push(rest, { data: 'é\n', ...rest })
  }
  for (const event of broken) {
    const { status, json } = await send('cloudevents', event)
    expect([event, status, json.code]).toEqual([event, 422, 'VALIDATION'])
    // To the other types it is an event like any other, unless it says that it is one of these.
    if (!('specversion' in event)) expect((await post({ ...event, id: 'ce-2' })).status).toBe(202)
  }
  const { status, json } = await send('cloudevents-batch', [whole, ...broken, 7, { ...whole, id: 'ce-3' }])
  expect([status, json.accepted, json.rejected]).toEqual([202, 2, broken.length + 1])
  const refused = (json.errors as { index: number; code: string }[]).map(({ index, code }) => [index, code])
  expect(refused).toEqual([...broken, 7].map((_, i) => [i + 1, 'VALIDATION']))
  expect((await send('cloudevents-batch', whole)).status).toBe(422)
})

test('an event has 64 KiB, whoever gives it its id, and not a byte more', async () => {
  const withId = (bytes: number) => {
    const rest = `{"id":"large-${bytes}","data":""}`.length
    return { id: `large-${bytes}`, data: 'x'.repeat(bytes - rest) }
  }
  const withoutId = (bytes: number) => ({ data: 'x'.repeat(bytes - '{"data":""}'.length) })
  for (const event of [withId, withoutId]) {
    expect((await post(event(65_536))).status).toBe(202)
    expect((await post(event(65_537))).status).toBe(413)
    expect((await post([event(65_536)])).json).toMatchObject({ accepted: 1 })
    expect((await post([event(65_537)])).json).toMatchObject({ rejected: 1 })
  }
})

test('an event says the same however its sender writes JSON', async () => {
  const same = { a: 'é', n: [1.5, 100, -2], o: { x: null } }
  const texts = [
    '{"id":"w1","a":"é","n":[1.5,100,-2],"o":{"x":null}}',
    '{ "n" : [ 1.50 , 100 , -2 ] , "id" : "w2" , "o" : { "x" : null } , "a" : "é" }',
    '{"id":"w3","a":"\\u00e9","n":[15e-1,1E2,-2],"o":{"x":null}}',
    '\n{\r\n\t"id": "w4",\n\t"a": "é", "n": [1.5,\t100, -2], "o": {"x": null}\n}\n',
    '{"id":"other","a":0,"n":[1.5,100,-2],"o":{"x":null},"a":"é","id":"w5"}',
  ]
  for (const [i, text] of texts.entries()) {
    const answer = await system.call('POST', '/api/v1/events', { token, text })
    expect([text, answer.status, answer.json.id]).toEqual([text, 202, `w${i + 1}`])
    const { ingest_time: _, store_time: __, ...back } = await read(`/w${i + 1}`, positionOf(answer))
    expect(back as unknown).toEqual({ ...same, id: `w${i + 1}` })
  }
})

test('an event that was cut off within a character is refused, and not mended', async () => {
  const text = Buffer.concat([Buffer.from('{"id":"cut","a":"'), Buffer.from([0xf0, 0x9f, 0x98]), Buffer.from('"}')])
  const answer = await system.call('POST', '/api/v1/events', { token, text })
  expect([answer.status, answer.json.code]).toEqual([400, 'MALFORMED'])
  expect((await system.call('GET', '/api/v1/events/cut', { token })).status).toBe(404)
})

test('in a batch a bad event is refused by its index', async () => {
  const { json } = await post([{ id: 'good' }, { id: 5 }, 'text', { type: 'fine' }])
  expect(json).toMatchObject({ accepted: 2, rejected: 2 })
  expect((json.errors as { index: number; code: string }[]).map(({ index, code }) => [index, code])).toEqual([
    [1, 'VALIDATION'],
    [2, 'VALIDATION'],
  ])
})

test('events without ids under an Idempotency-Key are the same events at a retry', async () => {
  const type = newType()
  const headers = { 'idempotency-key': `key ${type}` }
  const first = await post([{ type }, { type }], { headers })
  const again = await post([{ type }, { type }], { headers })
  expect(again.json.accepted).toBe(first.json.accepted)
  expect((await read(`/statistics?type=${type}`, positionOf(first))).count).toBe(2)
})

test('an event that is not there is 404; a cursor of another list is refused', async () => {
  expect((await system.call('GET', '/api/v1/events/nowhere', { token })).status).toBe(404)
  const cursor = Buffer.from('["x",1]').toString('base64url')
  expect((await system.call('GET', `/api/v1/events?cursor=${cursor}`, { token })).status).toBe(422)
})

test("a sender's `ingest_time` does not stand in for the server's", async () => {
  const answer = await post({ ingest_time: '2001-01-01T00:00:00Z', store_time: 5 })
  const back = await read(`/${String(answer.json.id)}`, positionOf(answer))
  expect(Date.parse(back.ingest_time!)).toBeGreaterThan(Date.parse('2020-01-01'))
})

test('the clients of the replaced system are served, with and without a slash', async () => {
  const send = (path: string, body: unknown) => system.call('POST', path, { token, body })
  const track = { user_id: 'u', track_id: 'Test-case-11-async', extra: 1 }
  for (const [i, path] of ['/events', '/events/'].entries()) {
    const answer = await send(path, { id: `track ${i}`, ...track })
    expect([answer.status, answer.json]).toEqual([200, { status: 'queued' }])
  }
  await send('/events', { id: 'track old', ...track, ingest_time: '2020-05-01T10:00:00.123456' })
  const list = async (query: string) =>
    JSON.parse((await system.call('GET', `/events/?${query}`, { token })).text) as Record<string, string>[]
  await until('all three to be listed', async () => (await list('limit=50')).length === 3)
  const [newest, , oldest] = await list('limit=50')
  expect(Object.keys(newest!)).toEqual(['id', 'user_id', 'track_id', 'ingest_time', 'store_time'])
  expect(oldest).toMatchObject({ id: 'track old', ingest_time: '2020-05-01T10:00:00.123Z' })
  expect([...(await list('limit=1&offset=0')), ...(await list('limit=1&offset=1'))]).toEqual(await list('limit=2'))
  for (const body of [
    { id: 'x', user_id: 'u' },
    { ...track, id: 5 },
    { ...track, id: 'x', ingest_time: 'soon' },
    { ...track, id: 'x', ingest_time: '2999-01-01' },
    { ...track, id: 'x', ingest_time: '1600-01-01' },
    null,
  ]) {
    const answer = await send('/events', body)
    expect([answer.status, typeof answer.json.detail]).toEqual([422, 'string'])
  }
  expect((await system.call('GET', '/events?limit=many', { token })).status).toBe(422)
  expect((await system.call('GET', '/events?page=1&size=20', { token })).json.detail).toBe(
    'exhauster_id should be an integer',
  )
})

test('who listens hears how many came and the newest of them', async () => {
  const stream = await system.raw('GET', '/api/v1/live?topics=events', { token })
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
  const type = newType()
  await post([
    { id: `${type} 1`, type },
    { id: `${type} 2`, type },
  ])
  let said = ''
  let news: EventNews | undefined
  while (news === undefined) {
    const { value, done } = await reader.read()
    expect(done).toBe(false)
    said += value
    for (const [, data] of said.matchAll(/event: events\ndata: (.*)\n\n/g)) {
      const one = JSON.parse(data!) as EventNews
      if (one.items.some((event) => event.id === `${type} 2`)) news = one
    }
  }
  await reader.cancel()
  expect(news.window_s).toBe(10)
  expect(news.count).toBeGreaterThanOrEqual(2)
  expect(news.items.length).toBeLessThanOrEqual(10)
})

test('a page of long events ends before it is too long, and goes on where it ended', async () => {
  const type = newType()
  const filler = 'x'.repeat(60_000)
  const sent = Array.from({ length: 100 }, (_, n) => ({ id: `long-${n}`, type, filler }))
  const first = await read(`?type=${type}&limit=1000`, positionOf(await post(sent)))
  expect(first.items.length).toBeLessThan(100)
  const rest = await read(`?type=${type}&limit=1000&cursor=${first.next_cursor}`)
  expect(rest.next_cursor).toBeNull()
  expect([...first.items, ...rest.items].map(({ id }) => id).toSorted()).toEqual(sent.map(({ id }) => id).toSorted())
})
