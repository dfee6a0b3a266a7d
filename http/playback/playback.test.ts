import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { FilmStatistics, RankedFilm, ResumePoint } from '../../actors/playback/schema.ts'
import { running, until, type Running } from '../running.fixture.ts'

let system: Running
let admin: string
let viewer: { token: string; uuid: string }

beforeAll(async () => {
  system = await running()
  admin = (await system.logIn()).access_token
  const user = { email: 'viewer@example.com', password: 'correct horse battery' }
  await system.call('POST', '/auth/register', { body: user })
  const token = (await system.logIn(user)).access_token
  viewer = { token, uuid: (await system.call('GET', '/users/me', { token })).json.uuid as string }
})
afterAll(() => system.end())

const uuid = () => crypto.randomUUID()
const post = (film: string, body: unknown, token: string | undefined = admin, headers: Record<string, string> = {}) =>
  system.call('POST', `/api/v1/progresses/films/${film}/`, { body, headers, ...(token === '' ? {} : { token }) })
const get = (path: string, token = admin) => system.call('GET', `/api/v1/progresses${path}`, { token })
const statistics = async (film: string) => (await get(`/films/${film}/statistics`)).json as unknown as FilmStatistics
const goOn = async (user: string, query = '') =>
  (await get(`/users/${user}${query}`)).json as { items: ResumePoint[]; next_cursor: string | null }

test('progress is answered as it always was, and says in a header where it stands', async () => {
  const answer = await post(uuid(), { user_id: uuid(), progress: 10, total: 100 })
  expect([answer.status, answer.text]).toEqual([202, '{"content":{"result":true}}'])
  expect(answer.headers.get('x-position')).toMatch(/^\d+-\d+$/)
})

test('viewers, completion and drop-off of a film; posts that are repeated count once', async () => {
  const film = uuid()
  for (let n = 1; n <= 10; n++) {
    const user_id = uuid()
    for (let twice = 0; twice < 2; twice++) await post(film, { user_id, progress: 100 * n, total: 1000 })
  }
  await until('ten viewers', async () => (await statistics(film)).viewers === 10)
  const { viewers, completed, completion, watch_time, drop_off } = await statistics(film)
  expect({ viewers, completed, completion, watch_time }).toEqual({
    viewers: 10,
    completed: 1,
    completion: 0.1,
    watch_time: 5500,
  })
  expect(drop_off.reduce((sum, step) => sum + step.viewers, 0)).toBe(10)
})

test('where to go on: newest first, page by page, and read after one’s own write', async () => {
  const user_id = uuid()
  const films = [uuid(), uuid(), uuid()]
  let position = ''
  for (const film of films) {
    position = (await post(film, { user_id, progress: 30, total: 60 })).headers.get('x-position')!
  }
  const { json, headers } = await system.call('GET', `/api/v1/progresses/users/${user_id}`, {
    token: admin,
    headers: { 'x-min-offset': position },
  })
  expect((json.items as ResumePoint[]).map(({ film_id, progress }) => [film_id, progress])).toEqual(
    films.toReversed().map((film) => [film, 30]),
  )
  expect(headers.get('x-actor-offset')).toBe(position)
  const first = await goOn(user_id, '?limit=2')
  const second = await goOn(user_id, `?limit=2&cursor=${first.next_cursor}`)
  expect([...first.items, ...second.items].map(({ film_id }) => film_id)).toEqual(films.toReversed())
  expect(second.next_cursor).toBeNull()
  expect((await goOn(user_id, '?completed=true')).items).toEqual([])
  expect((await get(`/users/${user_id}?cursor=nonsense`)).status).toBe(422)
})

test('the same id in capitals is the same viewer and the same film', async () => {
  const [film, user_id] = [uuid(), uuid()]
  await post(film, { user_id, progress: 1, total: 2 })
  await post(film.toUpperCase(), { user_id: user_id.toUpperCase(), progress: 1, total: 2 })
  await until('a viewer', async () => (await statistics(film)).viewers > 0)
  expect((await goOn(user_id)).items).toHaveLength(1)
  expect((await statistics(film)).viewers).toBe(1)
})

test('the most viewed films come first', async () => {
  const [much, little] = [uuid(), uuid()]
  for (let n = 0; n < 20; n++) await post(much, { user_id: uuid(), progress: 1, total: 2 })
  for (let n = 0; n < 15; n++) await post(little, { user_id: uuid(), progress: 1, total: 2 })
  const films = async (query = '') => (await get(`/films?sort=viewers${query}`)).json.items as RankedFilm[]
  await until('the list in order', async () => (await films())[1]?.viewers === 15)
  expect((await films()).slice(0, 2)).toEqual([
    { film_id: much, viewers: 20 },
    { film_id: little, viewers: 15 },
  ])
  const { json } = await get('/films?limit=1')
  expect((await films(`&limit=1&cursor=${json.next_cursor}`))[0]!.film_id).toBe(little)
  expect((await get('/films?sort=title')).status).toBe(422)
})

test('one sends one’s own progress; an operator anybody’s', async () => {
  const film = uuid()
  expect((await post(film, { user_id: viewer.uuid, progress: 1, total: 2 }, viewer.token)).status).toBe(202)
  const other = await post(film, { user_id: uuid(), progress: 1, total: 2 }, viewer.token)
  expect(other).toMatchObject({ status: 403, json: { code: 'FORBIDDEN' } })
  expect((await post(film, { user_id: uuid(), progress: 1, total: 2 })).status).toBe(202)
})

test('who is nobody is told so in the words of the replaced system', async () => {
  for (const token of ['', 'xxx.xxx.xxx']) {
    const answer = await post(uuid(), { user_id: uuid(), progress: 1, total: 2 }, token)
    expect(answer).toMatchObject({ status: 401, json: { detail: 'Not authenticated' } })
  }
})

test.each([
  [{ progress: 2000, total: 1000 }],
  [{ progress: -1, total: 1000 }],
  [{ progress: 0, total: 0 }],
  [{ progress: 1.5, total: 1000 }],
  [{ progress: '1', total: 1000 }],
  [{ progress: 1 }],
  [{ progress: 1, total: 1e12 }],
  [{ progress: 1, total: 2, colour: 'red' }],
  [{ progress: 1, total: 2, user_id: 'not-a-uuid' }],
  [{ progress: 1, total: 2, user_id: '8d4cb5a0-6f4a-11ee-b962-0242ac120002' }],
  [{ progress: 1, total: 2, user_id: null }],
])('progress is refused: %p', async (body) => {
  expect((await post(uuid(), { user_id: uuid(), ...body })).status).toBe(422)
})

test('ids of other versions are no films and no viewers; a body is one object', async () => {
  const body = { user_id: uuid(), progress: 1, total: 2 }
  for (const film of ['not-a-uuid', '8d4cb5a0-6f4a-11ee-b962-0242ac120002', '__proto__']) {
    expect((await post(film, body)).status).toBe(422)
    expect((await get(`/films/${film}/statistics`)).status).toBe(422)
    expect((await get(`/users/${film}`)).status).toBe(422)
  }
  for (const wrong of [[body], 7, null, 'text']) expect((await post(uuid(), wrong)).status).toBe(422)
})

test('the same under its key is taken once, another body under it is refused', async () => {
  const [film, user_id] = [uuid(), uuid()]
  const send = (progress: number) => post(film, { user_id, progress, total: 100 }, admin, { 'idempotency-key': film })
  expect([(await send(1)).status, (await send(1)).status, (await send(2)).status]).toEqual([202, 202, 422])
})

test('the documentation of the replaced system has moved', async () => {
  for (const [from, to] of [
    ['/api/docs', '/docs'],
    ['/api/openapi.json', '/swagger/json'],
  ] as const) {
    const { status, headers } = await system.call('GET', from)
    expect([status, headers.get('location')]).toEqual([307, to])
  }
})
