import { afterAll, beforeAll, expect, test } from 'bun:test'
import { DEAD_LETTERS, OUTBOX, type DeadLetter } from '../../actors/runtime/index.ts'
import { running, until, type Running } from '../running.fixture.ts'

let system: Running
let admin: string
let operator: string
let viewer: string

beforeAll(async () => {
  system = await running()
  admin = (await system.logIn()).access_token
  const tokenOf = async (role: string) => {
    const user = { email: `${role}@example.com`, password: `correct horse ${role}` }
    const { json } = await system.call('POST', '/auth/register', { body: user })
    await system.call('PATCH', `/users/${json.id}`, { token: admin, body: { role } })
    return (await system.logIn(user)).access_token
  }
  operator = await tokenOf('operator')
  viewer = await tokenOf('viewer')
})
afterAll(() => system.end())

const call = (method: string, path: string, token: string, body?: unknown) =>
  system.call(method, path, { token, ...(body === undefined ? {} : { body }) })

/** A record that makes its actor throw, or that it cannot read. Resolves to the id of its dead letter. */
async function bury(key: string, type: string, value: string, id = ''): Promise<string> {
  const [position] = await system.cluster.append([{ key, type, value, id }])
  const letter = `${position!.partition}-${position!.offset}-0`
  await until('its dead letter', async () => (await system.store.getEffect(DEAD_LETTERS, letter)) !== undefined)
  return letter
}

const path = (id: string) => `/api/v1/dead-letters/${id}`
type Item = { id: string; code: string; kind: string }
const itemsOf = async (query: string) =>
  (await call('GET', `/api/v1/dead-letters${query}`, viewer)).json as { items: Item[]; next_cursor: string | null }

test('a record that nobody can apply is a dead letter with code, cause, payload and position', async () => {
  const id = await bury('ghost/1', 'boo', '{"a":1}')
  const { status, json } = await call('GET', path(id), viewer)
  expect(status).toBe(200)
  expect(json).toMatchObject({
    id,
    code: 'UNKNOWN_KIND',
    kind: 'ghost',
    address: 'ghost/1',
    type: 'boo',
    attempts: 0,
    payload: '{"a":1}',
    position: id.slice(0, -2),
  })
  expect(json.cause).toBeString()
  for (const unknown of ['9-9-9', crypto.randomUUID(), 'x']) {
    expect((await call('GET', path(unknown), viewer)).status).toBe(404)
    expect((await call('POST', `${path(unknown)}/replay`, operator)).status).toBe(404)
    expect((await call('DELETE', path(unknown), admin)).status).toBe(404)
  }
})

test('a read that names the position of a record finds its dead letter', async () => {
  for (let n = 0; n < 10; n++) {
    const [position] = await system.cluster.append([{ key: 'ghost/awaited', type: 'boo', value: '{}', id: '' }])
    const at = `${position!.partition}-${position!.offset}`
    const read = (path: string) => system.call('GET', path, { token: viewer, headers: { 'x-min-offset': at } })
    const [one, list] = await Promise.all([read(path(`${at}-0`)), read('/api/v1/dead-letters?limit=1')])
    expect([one.json.id, (list.json.items as Item[])[0]!.id]).toEqual([`${at}-0`, `${at}-0`])
  }
})

test('they are listed newest first, by kind and code, page by page', async () => {
  const made: string[] = []
  for (let n = 0; n < 5; n++)
    made.push(await bury('plant/list', n % 2 ? 'nothing' : 'message', n % 2 ? '{}' : 'no JSON'))
  expect((await itemsOf('?kind=plant&code=UNKNOWN_TYPE')).items.map(({ id }) => id)).toEqual([made[3]!, made[1]!])
  expect((await itemsOf('?code=UNREADABLE_RECORD')).items).toHaveLength(3)
  const seen: string[] = []
  for (let cursor = ''; ;) {
    const { items, next_cursor } = await itemsOf(`?kind=plant&limit=2${cursor}`)
    seen.push(...items.map(({ id }) => id))
    if (next_cursor === null) break
    cursor = `&cursor=${next_cursor}`
  }
  expect(seen).toEqual(made.toReversed())
  expect((await itemsOf('?limit=3')).items).toHaveLength(3)
  expect((await call('GET', '/api/v1/dead-letters?cursor=x', viewer)).status).toBe(422)
})

test('a replay is the record once more, applied once; one that fails again says why', async () => {
  // Poison as long as the frame has no moment that the plant can read: the payload stays what it was.
  const id = await bury('plant/other', 'message', '{"nothing":1}', 'same-id')
  expect((await call('POST', `${path(id)}/replay`, viewer)).status).toBe(403)
  const again = await call('POST', `${path(id)}/replay`, operator)
  expect(again.status).toBe(409)
  expect(again.json.detail).toContain('It failed again: POISON')
  expect((await call('GET', path(id), viewer)).json).toMatchObject({ attempts: 1 })

  // A good record that stands among the dead letters, as after a version that could not read it.
  const value = JSON.stringify({ at: Date.now(), event: { id: 'late', type: 't' } })
  const letter: DeadLetter = {
    code: 'POISON',
    error: 'an older version threw',
    stack: null,
    payload: value,
    key: 'event/#1',
    type: 'event',
    record_id: 'late\u001fuser/1\u001f',
    source: '',
    partition: 1,
    offset: 0,
    at: Date.now(),
  }
  const effect = {
    collection: DEAD_LETTERS,
    id: '1-0-7',
    address: letter.key,
    at: letter.at,
    body: JSON.stringify(letter),
  }
  await system.store.putEffects([effect])
  const offsetOf = async () => (await system.cluster.ask('event/#1', 'relays')).offset
  const first = await call('POST', `${path('1-0-7')}/replay`, operator)
  expect(first.status).toBe(200)
  expect(first.json).toMatchObject({
    attempts: 1,
    replayed_by: expect.any(String),
    replay_position: first.headers.get('x-position'),
  })
  const rows = async () =>
    (await system.cluster.history('event/#1', { from: 0, to: Infinity, names: ['lag'] })).times.length
  expect(await rows()).toBe(1)
  const before = await offsetOf()
  expect((await call('POST', `${path('1-0-7')}/replay`, operator)).json).toMatchObject({ attempts: 2 })
  // The record came, and its event was there already.
  expect(await offsetOf()).toBeGreaterThan(before)
  const { columns } = await system.cluster.history('event/#1', { from: 0, to: Infinity, names: ['repeated'] })
  expect([...columns[0]!].filter((repeated) => repeated !== 1)).toHaveLength(1)
})

test('a replay under an Idempotency-Key is done once', async () => {
  const id = await bury('ghost/5', 'boo', '{}')
  const there = (await system.store.getEffect(DEAD_LETTERS, id))!
  const outgoing = JSON.stringify({ target: { kind: 'webhook', key: '8' }, payload: 1 })
  const body = JSON.stringify({ ...JSON.parse(there.body), type: 'outgoing', payload: outgoing })
  const unsent = `${id.slice(0, -1)}9`
  await system.store.putEffects([{ ...there, id: unsent, body }])
  const headers = { 'idempotency-key': 'k' }
  const replay = () => system.call('POST', `${path(unsent)}/replay`, { token: operator, headers })
  const [first, second] = [await replay(), await replay()]
  expect([first.status, second.status]).toEqual([200, 200])
  expect(second.text).toBe(first.text)
  expect((await call('GET', path(unsent), viewer)).json).toMatchObject({ attempts: 1 })
})

test('a replay that died before anybody knew of its record is repeated under the same id', async () => {
  const id = await bury('ghost/3', 'boo', '{}')
  const replays = { name: 'dead_letter_replays' }
  await system.store.insert(replays, id, { attempt: 1, at: new Date().toISOString(), by: null, position: null })
  await call('POST', `${path(id)}/replay`, operator)
  expect((await call('GET', path(id), viewer)).json).toMatchObject({ attempts: 1 })
})

test('what could not be delivered goes out by a fresh delivery, under the id that its receiver knows', async () => {
  const outgoing = { target: { kind: 'webhook', key: '7' }, payload: { text: 'hello' }, report: true }
  const letter: DeadLetter = {
    code: 'RELAY_EXHAUSTED',
    error: 'HTTP 500',
    stack: null,
    payload: JSON.stringify(outgoing),
    key: 'event/#0',
    type: 'outgoing',
    record_id: '',
    source: '',
    partition: 0,
    offset: 0,
    at: Date.now(),
  }
  await system.store.putEffects([
    { collection: DEAD_LETTERS, id: '0-0-1', address: letter.key, at: letter.at, body: JSON.stringify(letter) },
  ])
  expect((await call('POST', `${path('0-0-1')}/replay`, operator)).status).toBe(200)
  const leaving = () => system.store.listEffects({ collection: OUTBOX, address: 'relay/webhook:7', limit: 9 })
  await until('the outbox has it', async () => (await leaving()).length === 1)
  const [effect] = await leaving()
  expect(JSON.parse(effect!.body)).toEqual({ target: outgoing.target, payload: outgoing.payload, message_id: '0-0-1' })
  expect(await system.store.openTargets()).toContainEqual({ target: 'webhook/7', nextAt: effect!.at })
})

test('those that a filter names are replayed once, the others left alone; what cannot be is refused', async () => {
  const [text, fine] = [await bury('film/a', 'nothing', 'no JSON'), await bury('film/b', 'nothing', '{}')]
  const { json } = await call('POST', '/api/v1/dead-letters/replay', operator, { filter: { kind: 'film' } })
  expect(json).toEqual({ replayed: 1, refused: 1, more: false })
  expect((await call('GET', path(fine), viewer)).json).toMatchObject({ attempts: 1 })
  expect((await call('GET', path(text), viewer)).json).toMatchObject({ attempts: 0 })
  await until('the replayed one is dead again', async () => (await itemsOf('?kind=film')).items.length === 3)
  const again = await call('POST', '/api/v1/dead-letters/replay', operator, {
    filter: { kind: 'film', code: 'POISON' },
  })
  expect(again.json).toEqual({ replayed: 0, refused: 0, more: false })
  expect((await call('POST', '/api/v1/dead-letters/replay', operator, { filter: { colour: 'red' } })).status).toBe(422)
  expect((await call('POST', '/api/v1/dead-letters/replay', operator, {})).status).toBe(422)
})

const letterOf = (n: number, more: Partial<DeadLetter> = {}) => {
  const letter: DeadLetter = {
    code: 'RELAY_GONE',
    error: 'HTTP 410',
    stack: null,
    payload: '{"nothing":1}',
    key: 'heap/1',
    type: 'boo',
    record_id: '',
    source: '',
    partition: 0,
    offset: n,
    at: n,
    ...more,
  }
  const { key: address, at } = letter
  return { collection: DEAD_LETTERS, id: `0-${n}-9`, address, at, body: JSON.stringify(letter) }
}
const replayAll = (filter: object) => call('POST', '/api/v1/dead-letters/replay', operator, { filter })

test('of many the oldest are replayed first, and two replays at once take each once', async () => {
  await system.store.putEffects(Array.from({ length: 1700 }, (_, n) => letterOf(n + 1)))
  expect((await replayAll({ code: 'RELAY_GONE' })).json).toEqual({ replayed: 1000, refused: 0, more: true })
  const attempts = async (n: number) => (await call('GET', path(`0-${n}-9`), viewer)).json.attempts
  expect([await attempts(1), await attempts(1000), await attempts(1001)]).toEqual([1, 1, 0])
  const both = await Promise.all([1, 2].map(() => replayAll({ code: 'RELAY_GONE' })))
  expect(both.reduce((sum, { json }) => sum + Number(json.replayed), 0)).toBeGreaterThanOrEqual(700)
  expect([await attempts(1001), await attempts(1700)]).toEqual([1, 1])
  expect((await replayAll({ code: 'RELAY_GONE' })).json).toEqual({ replayed: 0, refused: 0, more: false })
})

test('a message that is still no frame is refused before it troubles the plant', async () => {
  await system.store.putEffects(
    [1, 2, 3, 4, 5, 6]
      .map((n) =>
        letterOf(n, { key: 'plant/main', type: 'message', code: 'FRAME_NOT_OBJECT', payload: '[]', partition: 2 }),
      )
      .map((effect, n) => ({ ...effect, id: `2-${n}-9` })),
  )
  const one = await call('POST', `${path('2-0-9')}/replay`, operator)
  expect([one.status, one.json.detail]).toEqual([409, 'It is still no frame: A frame is one JSON object.'])
  expect((await replayAll({ code: 'FRAME_NOT_OBJECT' })).json).toEqual({ replayed: 0, refused: 6, more: false })
  expect((await system.cluster.ask('plant/main', 'state')).state).toBe('live')
})

test('only admins drop one, for good', async () => {
  const id = await bury('ghost/4', 'boo', '{}')
  expect((await call('DELETE', path(id), operator)).status).toBe(403)
  expect((await call('DELETE', path(id), admin)).status).toBe(204)
  expect((await call('GET', path(id), viewer)).status).toBe(404)
  const journal = await call('GET', '/api/v1/audit?limit=200', admin)
  for (const action of ['dead_letter.replayed', 'dead_letters.replayed', 'dead_letter.dropped'])
    expect(journal.text).toContain(action)
})

test('of a letter that is too old to be kept nothing is known', async () => {
  const id = await bury('ghost/6', 'boo', '{}')
  const other = await bury('ghost/7', 'boo', '{}')
  const replays = { name: 'dead_letter_replays' }
  for (const one of [id, other]) await call('POST', `${path(one)}/replay`, operator)
  await system.store.deleteEffect(DEAD_LETTERS, id)
  await system.sweepReplays()
  expect(await system.store.get(replays, id)).toBeUndefined()
  expect(await system.store.get(replays, other)).toBeDefined()
})

test('an actor that throws too often is quarantined until an admin releases it', async () => {
  const address = 'plant/sick'
  const release = `/api/v1/inspect/actors/${address}/release`
  expect((await call('POST', release, admin)).status).toBe(409)
  for (let n = 0; n < 5; n++) await bury(address, 'message', '{"nothing":1}')
  const id = await bury(address, 'message', '{}')
  expect((await call('GET', path(id), viewer)).json.code).toBe('QUARANTINED')
  expect((await call('POST', release, operator)).status).toBe(403)
  const released = await call('POST', release, admin)
  expect(released.status).toBe(200)
  expect(released.json).toMatchObject({ address, quarantine: null })
  expect((await call('GET', '/api/v1/audit', admin)).text).toContain('actor.released')
})
