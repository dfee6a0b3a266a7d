import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Partition, type LogRecord, type NewRecord } from '../runtime/index.ts'
import { MemoryStore } from '../runtime/sim/memory-store.ts'
import { film, RANKING } from './film.ts'
import { ranking } from './ranking.ts'
import { MOST_FILMS, MOST_RANKED, type FilmStatistics, type RankedFilm } from './schema.ts'
import { viewer, type ViewerFilms } from './viewer.ts'

const START = Date.parse('2026-11-22T10:00:00Z')
const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** All three kinds on one partition; what the turns send comes back through the log. */
async function world() {
  const log: LogRecord[] = []
  const store = new MemoryStore()
  const clock = { now: () => START + log.length, yield: async () => {} }
  const append = async (records: readonly NewRecord[]) =>
    records.map(({ key, type, value, id = '', source = '' }) => {
      log.push({ key, type, value, id, source, offset: log.length, at: clock.now() })
      return { partition: 0, offset: log.length - 1 }
    })
  const kinds = new Map([viewer, film, ranking].map((kind) => [kind.kind, kind]))
  const open = async (from: number) => {
    const partition = new Partition({ partition: 0, epoch: await store.claim(0), kinds, store, append, clock })
    await partition.open(from, log.length)
    return partition
  }
  let partition = await open(0)
  const settle = async () => {
    do {
      await partition.apply(log.slice(partition.position))
      await partition.tick()
      await new Promise<void>((done) => setImmediate(done))
    } while (partition.position < log.length)
  }
  const ask = async <Answer>(address: string, question: string, query: object = {}): Promise<Answer> =>
    JSON.parse((await partition.ask(address, question, query, START)).body)
  return {
    post: (user: number, of: number, progress: number, total = 1000) =>
      append([
        { key: `viewer/${id(user)}`, type: 'progress', value: JSON.stringify({ film: id(of), progress, total }) },
      ]),
    /** Dies with what was not committed, and replays it. */
    async crash() {
      await partition.flush()
      const watermark = partition.lowWatermark
      partition = await open(Math.max(0, watermark - 5))
    },
    settle,
    statistics: (of: number) => ask<FilmStatistics>(`film/${id(of)}`, 'statistics'),
    films: (user: number, query: object = { limit: 50 }) => ask<ViewerFilms>(`viewer/${id(user)}`, 'films', query),
    ranked: (query: object = { limit: 50 }) => ask<RankedFilm[]>(RANKING, 'viewers', query),
  }
}

test('a viewer who posts again is one viewer, and goes on from the last place', async () => {
  const { post, settle, statistics, films } = await world()
  for (const progress of [100, 100, 400, 400, 250]) await post(1, 7, progress)
  await settle()
  expect(await statistics(7)).toMatchObject({ viewers: 1, completed: 0, completion: 0, watch_time: 400 })
  expect((await films(1)).items).toMatchObject([
    { film_id: id(7), progress: 250, total: 1000, share: 0.25, completed: false },
  ])
})

test('drop-off counts each viewer once, at the furthest that they got', async () => {
  const { post, settle, statistics } = await world()
  await post(1, 7, 120)
  await post(1, 7, 510)
  await post(2, 7, 549)
  await post(3, 7, 0)
  await post(4, 7, 1000)
  await post(4, 7, 10)
  await settle()
  const { drop_off, ...rest } = await statistics(7)
  expect(rest).toMatchObject({ viewers: 4, completed: 1, completion: 0.25, watch_time: 510 + 549 + 1000 })
  expect(drop_off.filter(({ viewers }) => viewers > 0)).toEqual([
    { from: 0, to: 0.05, viewers: 1 },
    { from: 0.5, to: 0.55, viewers: 2 },
    { from: 0.95, to: 1, viewers: 1 },
  ])
})

test('films that nobody watched have no viewers, no completion and an empty histogram', async () => {
  const { statistics } = await world()
  expect(await statistics(9)).toMatchObject({ viewers: 0, completion: null, mean_watch_time: null, updated_at: null })
})

test('more than 32,767 seconds are as good as less', async () => {
  const { post, settle, statistics } = await world()
  await post(1, 7, 90_000, 100_000)
  await settle()
  expect((await statistics(7)).watch_time).toBe(90_000)
})

test('to go on with stands first what was watched last; pages go on where the last ended', async () => {
  const { post, settle, films } = await world()
  for (const of of [1, 2, 3, 4, 1]) await post(5, of, 10 * of)
  await post(5, 6, 1000)
  await settle()
  expect((await films(5)).items.map(({ film_id }) => film_id)).toEqual([6, 1, 4, 3, 2].map(id))
  expect((await films(5, { limit: 50, completed: false })).items.map(({ film_id }) => film_id)).toEqual(
    [1, 4, 3, 2].map(id),
  )
  const { next } = await films(5, { limit: 2 })
  const second = await films(5, { limit: 3, after: next })
  expect([second.items.map(({ film_id }) => film_id), second.next]).toEqual([[4, 3, 2].map(id), null])
})

test('whatever is posted, in any order and with crashes, the films add up to their viewers', async () => {
  const post = fc.record({
    user: fc.integer({ min: 1, max: 4 }),
    of: fc.integer({ min: 1, max: 3 }),
    progress: fc.integer({ min: 0, max: 100 }),
    crash: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(post, { maxLength: 40 }), async (posts) => {
      const { post, crash, settle, statistics, ranked } = await world()
      for (const one of posts) {
        await post(one.user, one.of, one.progress, 100)
        await settle()
        if (one.crash) await crash()
      }
      await settle()
      for (const of of [1, 2, 3]) {
        const furthest = new Map<number, number>()
        for (const one of posts.filter((one) => one.of === of)) {
          furthest.set(one.user, Math.max(furthest.get(one.user) ?? 0, one.progress))
        }
        const { viewers, completed, watch_time, drop_off } = await statistics(of)
        const places = [...furthest.values()]
        expect(viewers).toBe(furthest.size)
        expect(completed).toBe(places.filter((place) => place >= 95).length)
        expect(watch_time).toBe(places.reduce((a, b) => a + b, 0))
        expect(drop_off.reduce((sum, step) => sum + step.viewers, 0)).toBe(furthest.size)
        expect((await ranked()).find(({ film_id }) => film_id === id(of))?.viewers ?? 0).toBe(furthest.size)
      }
    }),
    { numRuns: 25 },
  )
})

test('the most viewed films come first, page by page', async () => {
  const { post, settle, ranked } = await world()
  for (const [of, viewers] of [
    [1, 2],
    [2, 5],
    [3, 1],
    [4, 2],
  ] as const)
    for (let user = 0; user < viewers; user++) await post(user, of, 1)
  await settle()
  const all = await ranked()
  expect(all.map(({ film_id, viewers }) => [film_id, viewers])).toEqual([
    [id(2), 5],
    [id(1), 2],
    [id(4), 2],
    [id(3), 1],
  ])
  expect(await ranked({ limit: 2, after: all[1] })).toEqual(all.slice(2))
})

test('a table of the largest is exact although it forgets the rest', () => {
  const state = ranking.initial('viewers')
  const say = (of: number, viewers: number) =>
    ranking.on.viewers!(state, { film: id(of), viewers } as never, {} as never)
  for (let of = 0; of < MOST_RANKED; of++) say(of, 2)
  say(5000, 1)
  expect(Object.keys(state.films)).not.toContain(id(5000))
  say(5000, 2)
  say(5000, 3)
  expect(state.films[id(5000)]).toBe(3)
  expect(Object.keys(state.films)).toHaveLength(MOST_RANKED)
})

test('a viewer’s state is bounded by films, not by posts', () => {
  const state = viewer.initial('x')
  const turn = { at: START, send: () => {} } as never
  for (let n = 0; n < MOST_FILMS + 50; n++) {
    viewer.on.progress!(state, { film: id(n), progress: 1, total: 2 } as never, turn)
  }
  expect(Object.keys(state.films)).toHaveLength(MOST_FILMS)
  expect(Object.keys(state.films)[0]).toBe(id(50))
})
