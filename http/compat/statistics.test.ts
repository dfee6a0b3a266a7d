import { afterEach, beforeEach, expect, test } from 'bun:test'
import { running, type Running } from '../running.fixture.ts'

const NOTHING = { detail: 'Данных за данный период нет' }

let system: Running
let admin: string
let dev: number[]
beforeEach(async () => {
  system = await running({ anonymousRole: 'viewer' })
  admin = (await system.logIn()).access_token
  dev = []
})
afterEach(() => system.end())

const figures = (min: number, max: number, count: number, sum: number, median: number) => ({
  'минимальное значение': min,
  'максимальное значение': max,
  количество: count,
  сумма: sum,
  медиана: median,
})

async function get(path: string, token?: string) {
  const { status, text } = await system.call('GET', path, token === undefined ? {} : { token })
  return { status, json: JSON.parse(text) as any }
}

async function newUser(name: string) {
  const user = { email: `${name}@example.com`, password: `pass phrase of ${name}` }
  const { json } = await system.call('POST', '/users', { token: admin, body: { ...user, role: 'viewer' } })
  return { id: json.id as number, token: (await system.logIn(user)).access_token }
}

/** The eight rows that the system was shipped with. */
async function shipped(token?: string) {
  const as = token === undefined ? {} : { token }
  for (let n = 0; n < 3; n++) {
    const { json } = await system.call('POST', '/device/', { ...as, body: { name: `device ${n}` } })
    dev.push(json.id as number)
  }
  const rows = [2, 5, 8, 2, 2, 2].map((v) => [dev[0]!, v]).concat([[dev[1]!, 8]], [[dev[2]!, 2]])
  const ids: number[] = []
  let seen = ''
  for (const [device_id, v] of rows) {
    const body = { device_id, x: v, y: v, z: v }
    const { status, json, headers } = await system.call('POST', '/data/', { ...as, body })
    expect([status, json]).toEqual([200, { ...body, id: json.id }])
    ids.push(json.id as number)
    seen = [seen, headers.get('x-position')].filter(Boolean).join(',')
  }
  expect(
    (await system.call('GET', '/api/v1/statistics', { token: admin, headers: { 'x-min-offset': seen } })).status,
  ).toBe(200)
  return { ids }
}

test('the shipped rows have the shipped figures', async () => {
  const { ids } = await shipped()
  expect(new Set(ids).size).toBe(8)
  expect(await get('/analyze_statistics/')).toEqual({ status: 200, json: figures(2, 8, 8, 31, 2) })
  for (const attr of ['x', 'y', 'z']) {
    expect((await get(`/analyze_statistics/?attr=${attr}&device_id=${dev[0]}`)).json).toEqual(figures(2, 8, 6, 21, 2))
  }
  const listed = (await get('/data/')).json as { id: number; x: number }[]
  expect(listed.map(({ id }) => id).toSorted((a, b) => a - b)).toEqual(ids.toSorted((a, b) => a - b))
  expect(listed.map(({ x }) => x).toSorted()).toEqual([2, 2, 2, 2, 2, 5, 8, 8])
})

test('a device belongs to its maker, and to nobody without a token; a list leaves out what is null', async () => {
  const { id: user, token } = await newUser('ann')
  const mine = await system.call('POST', '/device/', { token, body: { name: 'mine', colour: 'red' } })
  expect([mine.status, mine.json]).toEqual([200, { name: 'mine', id: mine.json.id, user_id: user }])
  const nobodys = await system.call('POST', '/device/', { body: {} })
  expect([nobodys.status, nobodys.json]).toEqual([200, { name: null, id: nobodys.json.id, user_id: null }])
  expect((await get('/device/')).json).toEqual([
    { name: 'mine', id: mine.json.id, user_id: user },
    { id: nobodys.json.id },
  ])
})

test('the filters hold all at once, where the system took the first that it met', async () => {
  const { id: user, token } = await newUser('ann')
  const { id: other } = await newUser('bob')
  await shipped(token)
  const later = '2031-01-01'
  const whole = figures(2, 8, 8, 31, 2)
  const one = figures(2, 8, 6, 21, 2)
  expect((await get(`/analyze_statistics/${user}`)).json).toEqual(whole)
  expect(
    (await get(`/analyze_statistics/${user}?device_id=${dev[0]}&start_date=2020-01-01&end_date=${later}`)).json,
  ).toEqual(one)
  expect((await get(`/analyze_statistics/?device_id=${dev[0]}&end_date=${later}`)).json).toEqual(one)
  // Only a start, with a device: it was ignored.
  expect(await get(`/analyze_statistics/?device_id=${dev[0]}&start_date=${later}`)).toEqual({
    status: 400,
    json: NOTHING,
  })
  // Only an end, or both: device and user were ignored.
  expect(await get(`/analyze_statistics/${other}?end_date=${later}`)).toEqual({ status: 400, json: NOTHING })
  // A device of somebody else was never asked about.
  expect(await get(`/analyze_statistics/${other}?device_id=${dev[0]}`)).toEqual({ status: 400, json: NOTHING })
})

test('a user without devices has no data, where the system gave that of everybody', async () => {
  const { id } = await newUser('ann')
  await shipped()
  expect(await get(`/analyze_statistics/${id}`)).toEqual({ status: 400, json: NOTHING })
  expect(await get('/analyze_statistics/999999')).toEqual({ status: 400, json: NOTHING })
})

test('an empty system says that there is nothing, where the system failed', async () => {
  expect(await get('/analyze_statistics/')).toEqual({ status: 400, json: NOTHING })
  expect(await get('/data/')).toEqual({ status: 200, json: [] })
  expect(await get('/device/')).toEqual({ status: 200, json: [] })
})

test.each([
  'attr=id',
  'attr=device_id',
  'attr=create_date',
  'attr=q',
  'device_id=abc',
  'device_id=-1',
  'start_date=yesterday',
  'end_date=',
])('%s is a mistake of the sender, where the system failed or took it', async (query) => {
  const { status, json } = await get(`/analyze_statistics/?${query}`)
  expect([status, Object.keys(json)]).toEqual([422, ['detail']])
})

test('a reading for a device that is not there, or is not yours, is refused', async () => {
  const { token } = await newUser('ann')
  const { json } = await system.call('POST', '/device/', { token, body: {} })
  const send = async (body: object) => await system.call('POST', '/data/', { body })
  const wrong = [
    [{ device_id: 987_654, x: 1, y: 1, z: 1 }, 404],
    [{ device_id: json.id, x: 1, y: 1, z: 1 }, 403],
    [{ device_id: json.id, x: 'a', y: 1, z: 1 }, 422],
    [{ device_id: json.id, x: 1, y: 1 }, 422],
  ] as const
  for (const [body, status] of wrong) {
    const answer = await send(body)
    expect([answer.status, Object.keys(answer.json)]).toEqual([status, ['detail']])
  }
})

test('the name of a device is one line, or none', async () => {
  const make = async (name: unknown) => {
    const { status, json } = await system.call('POST', '/device/', { token: admin, body: { name } })
    return [status, json.name]
  }
  expect(await make('a\r\nb')).toEqual([422, undefined])
  expect(await make('x'.repeat(51))).toEqual([422, undefined])
  expect(await make('')).toEqual([200, null])
  expect(await make('насос')).toEqual([200, 'насос'])
})
