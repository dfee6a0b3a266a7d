import { afterAll, beforeAll, expect, test } from 'bun:test'
import { running, until, type Running } from '../running.fixture.ts'

let system: Running
let admin: string
beforeAll(async () => {
  system = await running()
  admin = (await system.logIn()).access_token
})
afterAll(() => system.end())

const DAY = '2026-02-01'
const at = (time: string) => `${DAY}T${time}.000Z`

async function newUser(name: string) {
  const user = { email: `${name}@example.com`, password: `pass phrase of ${name}` }
  const { json } = await system.call('POST', '/users', { token: admin, body: { ...user, role: 'viewer' } })
  return { id: json.id as number, token: (await system.logIn(user)).access_token }
}

async function newDevice(token = admin): Promise<number> {
  const { status, json } = await system.call('POST', '/api/v1/devices', { token, body: {} })
  expect(status).toBe(201)
  return json.id as number
}

/** Sends and gives what makes a read wait for it. */
async function send(
  body: unknown,
  { token = admin, headers = {} }: { token?: string; headers?: Record<string, string> } = {},
) {
  const answer = await system.call('POST', '/api/v1/data', { token, body, headers })
  expect([answer.status, answer.text]).toEqual([202, answer.text])
  return { json: answer.json, seen: { 'x-min-offset': answer.headers.get('x-position')! } }
}

async function get(path: string, headers: Record<string, string> = {}, token = admin) {
  const answer = await system.call('GET', path, { token, headers })
  return { status: answer.status, headers: answer.headers, json: answer.json as Record<string, any>, text: answer.text }
}

test('readings are listed by their own time, newest first, with every page only once', async () => {
  const device = await newDevice()
  const rows = Array.from({ length: 300 }, (_, i) => ({
    device_id: device,
    at: at(`0${i % 3}:00:${String(i % 60).padStart(2, '0')}`),
    x: i,
    y: 0,
    z: 0,
  }))
  const { seen } = await send(rows)
  const listed: { at: string; values: { x: number } }[] = []
  let cursor = ''
  do {
    const { json } = await get(`/api/v1/data?device_id=${device}&limit=70${cursor && `&cursor=${cursor}`}`, seen)
    listed.push(...json.items)
    cursor = json.next_cursor ?? ''
  } while (cursor)
  expect(listed.map(({ values }) => values.x).toSorted((a, b) => a - b)).toEqual(rows.map(({ x }) => x))
  const times = listed.map(({ at }) => at)
  expect(times).toEqual(times.toSorted().reverse())
  const range = await get(`/api/v1/data?device_id=${device}&from=${at('01:00:00')}&to=${at('01:00:02')}&limit=1000`)
  expect(range.json.items.length).toBe(
    rows.filter(({ at: time }) => time >= at('01:00:00') && time < at('01:00:02')).length,
  )
  expect((await get(`/api/v1/data?device_id=${device}&cursor=nonsense`)).status).toBe(422)
})

test('up to 64 named values, of one reading and of the next others', async () => {
  const device = await newDevice()
  const many = Object.fromEntries(Array.from({ length: 64 }, (_, n) => [`датчик.${n}`, n / 7]))
  await send({ device_id: device, at: at('10:00:00'), values: many })
  const { seen } = await send({ device_id: device, at: at('10:00:01'), values: { 'датчик.5': 9, t: -1.5e-7 } })
  const { json } = await get(`/api/v1/devices/${device}/state`, seen)
  expect(Object.keys(json.values).length).toBe(65)
  expect(json.values['датчик.5']).toEqual({ value: 9, at: at('10:00:01'), quality: 'stale' })
  expect(json.values['датчик.63'].value).toBe(9)
  const { json: list } = await get(`/api/v1/data?device_id=${device}`)
  expect(list.items.map(({ values }: { values: object }) => values)).toEqual([{ 'датчик.5': 9, t: -1.5e-7 }, many])
  expect(
    (await get(`/api/v1/statistics?attr=${encodeURIComponent('датчик.5')}&device_id=${device}`)).json,
  ).toMatchObject({
    count: 2,
    max: 9,
  })
})

test.each([
  ['no device', { x: 1, y: 1, z: 1 }, 422],
  ['a device that is a text', { device_id: '1', x: 1, y: 1, z: 1 }, 422],
  ['a device that nobody made', { device_id: 987_654, x: 1, y: 1, z: 1 }, 404],
  ['too few coordinates', { x: 1, y: 1 }, 422],
  ['a coordinate that is a text', { x: '1', y: 1, z: 1 }, 422],
  ['coordinates and values', { x: 1, y: 1, z: 1, values: { t: 1 } }, 422],
  ['no values', { values: {} }, 422],
  ['65 values', { values: Object.fromEntries(Array.from({ length: 65 }, (_, n) => [n, n])) }, 422],
  ['a name that is too long', { values: { ['n'.repeat(65)]: 1 } }, 422],
  ['a value that is null', { values: { t: null } }, 422],
  ['a field that it has not', { x: 1, y: 1, z: 1, colour: 1 }, 422],
  ['a time that is none', { at: 'yesterday', x: 1, y: 1, z: 1 }, 422],
  ['a time as a number', { at: 1_700_000_000_000, x: 1, y: 1, z: 1 }, 422],
  ['a time before 1970', { at: '1969-12-31T23:59:59.000Z', x: 1, y: 1, z: 1 }, 422],
  ['a time in the future', { at: '2999-01-01T00:00:00.000Z', x: 1, y: 1, z: 1 }, 422],
])('a reading with %s is refused', async (what, more, status) => {
  const device = await newDevice()
  const body = what.includes('device') ? more : { device_id: device, ...more }
  const alone = await system.call('POST', '/api/v1/data', { token: admin, body })
  expect(alone.status).toBe(status)
  const among = await send([{ device_id: device, x: 1, y: 2, z: 3 }, body])
  expect(among.json).toMatchObject({ accepted: 1, rejected: 1, errors: [{ index: 1, code: alone.json.code }] })
})

test('a batch of many readings of one device is one record, and counts once however often it is sent', async () => {
  const device = await newDevice()
  const rows = Array.from({ length: 5000 }, (_, n) => ({ device_id: device, at: at('12:00:00'), x: n, y: 1, z: 2 }))
  const headers = { 'idempotency-key': `batch-${device}` }
  const first = await send(rows, { headers })
  const again = await send(rows, { headers })
  expect(again.json).toEqual(first.json)
  const { json } = await get(`/api/v1/statistics?attr=x&device_id=${device}`, first.seen)
  expect([json.count, json.sum, json.median, json.median_exact]).toEqual([5000, 12_497_500, 2499.5, true])
  const { json: state } = await get(`/api/v1/devices/${device}/state`)
  expect([state.readings, state.offset]).toEqual([5000, Number(first.seen['x-min-offset'].split('-')[1])])
})

test('what is not flushed counts, and what is flushed meanwhile counts once', async () => {
  const device = await newDevice()
  const flushed = async () => (await system.store.spansOf([`device/${device}`], -Infinity, Infinity))[0]!
  let seen = {}
  for (let n = 1; n <= 40; n++) {
    ;({ seen } = await send({ device_id: device, at: at('13:00:00'), x: n, y: 0, z: 0 }))
    const { json } = await get(`/api/v1/statistics?attr=x&device_id=${device}`, seen)
    expect([json.count, json.max]).toEqual([n, n])
    if (n === 20) await until('a flush', async () => (await flushed()).length > 0)
  }
})

test("a deleted device's data is gone from every answer", async () => {
  const { id: user, token } = await newUser('forgetful')
  const [kept, gone] = [await newDevice(token), await newDevice(token)]
  await send(
    [kept, gone].map((device_id) => ({ device_id, at: at('14:00:00'), x: device_id, y: 0, z: 0 })),
    { token },
  )
  await system.call('DELETE', `/api/v1/devices/${gone}`, { token })
  const of = (path: string) => get(path, {}, token)
  expect((await of(`/api/v1/devices/${gone}/state`)).status).toBe(404)
  expect((await of(`/api/v1/data?device_id=${gone}`)).json.items).toEqual([])
  expect((await of(`/api/v1/statistics?device_id=${gone}`)).json).toMatchObject({ count: 0, min: null })
  expect((await of(`/api/v1/statistics?user_id=${user}`)).json).toMatchObject({ count: 1, sum: kept })
  expect((await of(`/api/v1/statistics/series?step=3600&user_id=${user}`)).json.points.length).toBe(1)
  const alone = await system.call('POST', '/api/v1/data', { token, body: { device_id: gone, x: 1, y: 1, z: 1 } })
  expect(alone.status).toBe(404)
  const list = await of(`/api/v1/data?from=${at('14:00:00')}&to=${at('14:00:01')}`)
  expect(list.json.items.map(({ device_id }: { device_id: number }) => device_id)).toEqual([kept])
})

test('statistics refuse what they cannot mean', async () => {
  const status = async (query: string) => (await get(`/api/v1/statistics${query}`)).status
  for (const query of [
    '?device_id=abc',
    '?user_id=0',
    '?from=yesterday',
    '?from=2026-02-02&to=2026-02-01',
    '?attr=',
    '?colour=red',
  ]) {
    expect([query, await status(query)]).toEqual([query, 422])
  }
  for (const query of [
    '/series',
    '/series?step=0',
    '/series?step=1.5',
    '/series?step=1&from=2026-01-01&to=2026-02-01',
  ]) {
    expect([query, await status(query)]).toEqual([query, 422])
  }
  expect((await get('/api/v1/statistics?attr=__proto__')).json).toMatchObject({ count: 0, median: null, stddev: null })
})

test('a series has a point for each step in which there is something', async () => {
  const device = await newDevice()
  const rows = ['00:00:59', '00:00:00', '00:02:00', '00:02:30', '23:59:59'].map((time, x) => ({
    device_id: device,
    at: at(time),
    x,
    y: 0,
    z: 0,
  }))
  const { seen } = await send(rows)
  const { json } = await get(
    `/api/v1/statistics/series?attr=x&device_id=${device}&step=60&from=${at('00:00:00')}&to=${at('00:02:30')}`,
    seen,
  )
  expect(json).toEqual({
    step: 60,
    points: [
      { at: at('00:00:00'), count: 2, min: 0, max: 1, mean: 0.5 },
      { at: at('00:02:00'), count: 1, min: 2, max: 2, mean: 2 },
    ],
  })
})
