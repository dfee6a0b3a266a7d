import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { DecisionView, LoopDocument, StatusRun } from '../../actors/control/schema.ts'
import { running, until, type Running } from '../running.fixture.ts'

let system: Running
let admin: string
let viewer: string
const SETTINGS = { interval_s: 1, alpha: 0.05, test: 'one_sample', dry_run: true }
const path = (loop: string, rest = '') => `/api/v1/control/loops/${loop}${rest}`
const now = () => new Date().toISOString()

beforeAll(async () => {
  system = await running({ timeZone: 'Europe/Berlin' })
  admin = (await system.logIn()).access_token
  const user = { email: 'viewer@example.com', password: 'correct horse battery' }
  await system.call('POST', '/auth/register', { body: user })
  viewer = (await system.logIn(user)).access_token
  await system.repairLoops()
})
afterAll(() => system.end())

const get = (path: string, token = admin) => system.call('GET', path, { token })
const put = (loop: string, body: object, token = admin) => system.call('PUT', path(loop), { token, body })
const post = (path: string, body: unknown, token = admin) => system.call('POST', path, { token, body })
const itemsOf = async <Item>(path: string) => (await get(path)).json.items as Item[]

test('the loop default is always there: 5 s, dry run, down', async () => {
  await until('the settings of the default loop', async () => (await get(path('default'))).json.version === 1)
  const { json } = await get(path('default'))
  expect(json).toMatchObject({ loop: 'default', interval_s: 5, dry_run: true, status: 'down', manipulator: null })
  expect((await itemsOf<LoopDocument>('/api/v1/control/loops')).map(({ loop }) => loop)).toContain('default')
  // At every start, and once is enough.
  expect(await system.repairLoops()).toBe(0)
})

test('a loop is made with 201 and changed with 200, and says so in the audit', async () => {
  expect(await put('made', SETTINGS)).toMatchObject({ status: 201, json: { loop: 'made', version: 1, interval_s: 1 } })
  const manipulator = { host: '10.0.0.5', port: 1234 }
  const changed = await put('made', { ...SETTINGS, dry_run: false, manipulator, test: 'welch' })
  expect(changed).toMatchObject({
    status: 200,
    json: { version: 2, test: 'welch', manipulator: { ...manipulator, acknowledge: false, timeout_ms: 1000 } },
  })
  const [entry] = await itemsOf<object>('/api/v1/audit')
  expect(entry).toMatchObject({ action: 'loop.changed', target: 'control/made', detail: { version: 2 } })
})

test.each([
  [{ ...SETTINGS, interval_s: 0 }],
  [{ ...SETTINGS, interval_s: 1.5 }],
  [{ ...SETTINGS, alpha: 0 }],
  [{ ...SETTINGS, alpha: 1 }],
  [{ ...SETTINGS, test: 'z' }],
  [{ ...SETTINGS, dry_run: false }],
  [{ ...SETTINGS, manipulator: { host: 'a b', port: 1 } }],
  [{ ...SETTINGS, manipulator: { host: ':1', port: 1 } }],
  [{ ...SETTINGS, manipulator: { host: '[::1]', port: 1 } }],
  [{ ...SETTINGS, manipulator: { host: 'a', port: 70_000 } }],
  [{ ...SETTINGS, interlock: { status: 'sideways' } }],
  [{ ...SETTINGS, colour: 'red' }],
  [{ ...SETTINGS, manipulator: { host: 'a', port: 1, colour: 'red' } }],
  [{ ...SETTINGS, interlock: { status: 'up', colour: 'red' } }],
])('settings are refused: %p', async (body) => {
  expect((await put('refused', body)).status).toBe(422)
  expect((await get(path('refused'))).status).toBe(404)
})

test.each(['::1', '::', '2001:db8::7', 'fe80::1', '::ffff:10.0.0.5', '10.0.0.5', 'mixer.plant.example'])(
  'a manipulator is at a name or an address: %p',
  async (host) => {
    const { status, json } = await put('hosts', { ...SETTINGS, manipulator: { host, port: 1234 } })
    expect([status < 300, json.manipulator]).toEqual([true, expect.objectContaining({ host })])
  },
)

test('a name of a loop is plain', async () => {
  for (const name of ['UPPER', '-x', '__proto__', 'a%20b', 'x'.repeat(65)]) {
    expect((await put(name, SETTINGS)).status).toBe(422)
  }
})

test('who may do what', async () => {
  await put('roles', SETTINGS)
  expect((await put('roles', SETTINGS, viewer)).status).toBe(403)
  expect((await post(path('roles', '/commands'), { status: 'up', reason: 'x' }, viewer)).status).toBe(403)
  expect((await post(path('roles', '/readings'), { datetime: now(), payload: 1 }, viewer)).status).toBe(202)
  expect((await get(path('roles', '/decisions'), viewer)).status).toBe(200)
  expect((await system.call('GET', path('roles'))).status).toBe(401)
})

test('readings come one by one, as an array and as lines; bad ones are named and spoil nothing', async () => {
  await put('readings', { ...SETTINGS, interval_s: 86_400 })
  const to = path('readings', '/readings')
  const one = await post(to, { datetime: now(), payload: 1.5, sensor: 's-1' })
  expect(one).toMatchObject({ status: 202, json: { accepted: 1, rejected: 0 } })
  const array = await post(to, [
    { datetime: now(), payload: 1 },
    { datetime: 'soon', payload: 1 },
    { datetime: now(), payload: '1' },
    { datetime: now(), payload: 2, colour: 'red' },
    { datetime: '2999-01-01T00:00:00Z', payload: 2 },
    7,
    { datetime: now(), payload: 3 },
  ])
  expect(array).toMatchObject({ status: 202, json: { accepted: 2, rejected: 5 } })
  expect((array.json.errors as { index: number; code: string }[]).map(({ index, code }) => [index, code])).toEqual(
    [1, 2, 3, 4, 5].map((index) => [index, 'VALIDATION']),
  )
  const lines = await system.call('POST', to, {
    token: admin,
    headers: { 'content-type': 'application/x-ndjson' },
    text: `{"datetime":"${now()}","payload":4}\n\n{"datetime":\n{"datetime":"${now()}","payload":5}\n`,
  })
  expect(lines).toMatchObject({ status: 202, json: { accepted: 2, rejected: 1, positions: [expect.any(String)] } })
  const { json } = await system.call('GET', path('readings'), {
    token: admin,
    headers: { 'x-min-offset': lines.headers.get('x-position')! },
  })
  expect(json).toMatchObject({ readings: 5, window: { n: 5, mean: 2.9, outdated: 0 } })
})

test('a batch is one record of the log, and the same under its key is counted once', async () => {
  await put('batch', { ...SETTINGS, interval_s: 86_400 })
  const body = Array.from({ length: 500 }, (_, payload) => ({ datetime: now(), payload }))
  const send = () =>
    system.call('POST', path('batch', '/readings'), { token: admin, body, headers: { 'idempotency-key': 'k' } })
  const before = Number((await get(path('batch'))).headers.get('x-actor-offset')!.split('-')[1])
  const [first, second] = [await send(), await send()]
  expect([first.json.accepted, second.json.accepted]).toEqual([500, 500])
  // Timers of other loops of the partition may stand between.
  expect(Number(first.headers.get('x-position')!.split('-')[1])).toBeLessThan(before + 10)
  const { json } = await system.call('GET', path('batch'), {
    token: admin,
    headers: { 'x-min-offset': first.headers.get('x-position')! },
  })
  expect(json.readings).toBe(500)
})

test.each([
  [{ datetime: now(), payload: 'x' }, 422],
  [{ datetime: now() }, 422],
  [{ payload: 1 }, 422],
  [{ datetime: 5, payload: 1 }, 422],
  ['text', 422],
])('a reading alone is refused with its own status: %p', async (body, status) => {
  expect((await post(path('default', '/readings'), body)).status).toBe(status)
})

test('a number that became infinite and a loop that is not there are refused', async () => {
  const infinite = `{"datetime":"${now()}","payload":1e999}`
  const headers = { 'content-type': 'application/json' }
  const answer = await system.call('POST', path('default', '/readings'), { token: admin, text: infinite, headers })
  expect(answer.status).toBe(422)
  for (const body of [{ datetime: now(), payload: 1 }, [{ datetime: now(), payload: 1 }]]) {
    expect((await post(path('nowhere', '/readings'), body)).status).toBe(404)
  }
  for (const rest of ['', '/history', '/decisions', '/commands']) {
    expect((await get(path('nowhere', rest))).status).toBe(404)
  }
})

test('decisions follow the readings, are listed newest first, and make the history', async () => {
  await put('whole', SETTINGS)
  const began = Date.now()
  const send = (mean: number) =>
    post(
      path('whole', '/readings'),
      [-2, -1, 0, 1, 2].map((spread) => ({ datetime: now(), payload: mean + spread })),
    )
  const decided = async () => await itemsOf<DecisionView>(path('whole', '/decisions?limit=1000'))
  await until('a rejection and a decision that kept', async () => {
    await send(50)
    const verdicts = (await decided()).map(({ verdict }) => verdict)
    return verdicts.includes('rejected') && verdicts.includes('kept')
  })
  const decisions = await decided()
  expect(decisions.every(({ at }) => Date.parse(at) % 1000 === 0)).toBe(true)
  expect(decisions.map(({ at }) => at)).toEqual(
    decisions
      .map(({ at }) => at)
      .toSorted()
      .reverse(),
  )
  expect(decisions.every(({ delivery }) => delivery.status === 'none')).toBe(true)
  const paged: DecisionView[] = []
  for (let cursor = ''; paged.length < decisions.length;) {
    const { json } = await get(
      path(
        'whole',
        `/decisions?limit=1${cursor && `&cursor=${cursor}`}&to=${new Date(Date.parse(decisions[0]!.at) + 1).toISOString()}`,
      ),
    )
    paged.push(...(json.items as DecisionView[]))
    if (json.next_cursor === null) break
    cursor = json.next_cursor as string
  }
  expect(paged).toEqual(decisions)

  const up = decisions.find(({ changed, status }) => changed && status === 'up')!
  const history = (await get(path('whole', '/history'))).json as unknown as StatusRun[]
  expect(history.find(({ status }) => status === 'up')!.from_datetime).toBe(up.at)
  expect(Date.parse(history[0]!.from_datetime)).toBeGreaterThanOrEqual(began - 5000)
  const cut = new Date(Date.parse(up.at) + 100).toISOString()
  const clipped = (await get(path('whole', `/history?after=${cut}`))).json as unknown as StatusRun[]
  expect(clipped[0]).toMatchObject({ from_datetime: cut, status: 'up' })
  const before = (await get(path('whole', `/history?before=${up.at}`))).json as unknown as StatusRun[]
  expect(before).toMatchObject([{ status: 'down', to_datetime: up.at }])
})

test('the history of nothing is empty, and a range that ends before it begins is refused', async () => {
  await put('short', SETTINGS)
  expect((await get(path('short', '/history?before=2020-01-01'))).json as unknown).toEqual([])
  expect((await get(path('short', '/history?after=2999-01-01'))).json as unknown).toEqual([])
  expect((await get(path('short', '/history?after=2026-01-02&before=2026-01-01'))).status).toBe(422)
  expect((await get(path('short', '/history?after=soon'))).status).toBe(422)
})

test('a command moves the manipulator, is listed, and under its key is one', async () => {
  await put('moved', { ...SETTINGS, interval_s: 86_400 })
  const send = () =>
    system.call('POST', path('moved', '/commands'), {
      token: admin,
      body: { status: 'up', reason: 'inspection' },
      headers: { 'idempotency-key': 'inspection' },
    })
  expect(await send()).toMatchObject({ status: 200, json: { loop: 'moved', status: 'up' } })
  expect((await send()).status).toBe(200)
  const commands = path('moved', '/commands')
  await until('the command to be listed', async () => (await itemsOf(commands)).length > 0)
  expect(await itemsOf<object>(commands)).toMatchObject([
    { status: 'up', reason: 'inspection', by: 'admin@example.com', cause: 'person', delivery: { status: 'none' } },
  ])
  const [run] = ((await get(path('moved', '/history'))).json as unknown as StatusRun[]).slice(-1)
  expect(run!.status).toBe('up')
})

test('reads wait for the position that they name, and say 503 when it does not come', async () => {
  await put('awaited', { ...SETTINGS, interval_s: 86_400 })
  const at = (position: string) => ({ token: admin, headers: { 'x-min-offset': position } })
  const reads = ['/decisions', '/commands', '/history'].map((rest) => path('awaited', rest))
  const never = await Promise.all(
    [...reads, '/history', '/api/v1/dead-letters', '/api/v1/exhausters/u-171/events'].map(async (read) => {
      const { status, json, headers } = await system.call('GET', read, at('0-999999'))
      return [read, status, json.code, headers.get('retry-after')]
    }),
  )
  for (const answer of never) expect(answer).toEqual([answer[0]!, 503, 'OFFSET_NOT_REACHED', '1'])
  for (let n = 0; n < 10; n++) {
    const moved = await post(path('awaited', '/commands'), { status: n % 2 ? 'up' : 'down', reason: `awaited ${n}` })
    const { json } = await system.call(
      'GET',
      path('awaited', '/commands?limit=1'),
      at(moved.headers.get('x-position')!),
    )
    expect(json.items).toMatchObject([{ reason: `awaited ${n}` }])
  }
})

test('an interlock refuses the unsafe position with 409, and takes the safe one', async () => {
  await put('locked', { ...SETTINGS, interlock: { status: 'down', engaged: true } })
  const up = await post(path('locked', '/commands'), { status: 'up', reason: 'now' })
  expect(up).toMatchObject({ status: 409, json: { code: 'CONFLICT', detail: expect.stringContaining('interlock') } })
  expect((await post(path('locked', '/commands'), { status: 'down', reason: 'now' })).status).toBe(200)
  for (const body of [{ status: 'up' }, { status: 'up', reason: '' }, { status: 'sideways', reason: 'x' }]) {
    expect((await post(path('locked', '/commands'), body)).status).toBe(422)
  }
})

test('the replaced system’s sensors are served, with times of the plant’s zone', async () => {
  // A decision in between would begin a new window.
  await until('a window that has just begun', () => Date.now() % 5000 < 2000)
  const berlin = new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'medium' })
  const local = berlin.format(Date.now()).replace(' ', 'T')
  const before = (await get(path('default'))).json.readings as number
  const taken = await post('/sensor-data', { datetime: local, payload: 5, anything: true })
  expect(taken).toMatchObject({ status: 200, text: 'null' })
  const { json } = await system.call('GET', path('default'), {
    token: admin,
    headers: { 'x-min-offset': taken.headers.get('x-position')! },
  })
  // It is of this moment, so it counts.
  expect(json.readings).toBe(before + 1)
  for (const body of [{ datetime: 'soon', payload: 5 }, { datetime: local }, { payload: 5 }, [], 7, null]) {
    const refused = await post('/sensor-data', body)
    expect(refused).toMatchObject({ status: 422, json: { detail: expect.any(String) } })
  }
})

test('the replaced system’s history is served, and a wrong range refused in its words', async () => {
  const wrong = await get('/history?after=2026-01-02T00:00:00&before=2026-01-01T00:00:00')
  expect([wrong.status, wrong.json] as unknown[]).toEqual([400, { detail: 'Invalid datetime range' }])
  expect((await get('/history?after=soon')).status).toBe(422)
  const runs = (await get('/history')).json as unknown as StatusRun[]
  expect(runs).toMatchObject([{ status: 'down' }])
  const { from_datetime } = runs[0]!
  expect(from_datetime).toBe((await get(path('default'))).json.status_since as string)
})
