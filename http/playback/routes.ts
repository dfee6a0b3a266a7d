import { Elysia, t } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { RANKING } from '../../actors/playback/film.ts'
import { FilmStatistics, RankedFilm, ResumePoint, type ProgressRecord } from '../../actors/playback/schema.ts'
import type { ViewerFilms } from '../../actors/playback/viewer.ts'
import { Fault, partitionOf } from '../../actors/runtime/index.ts'
import type { Identity } from '../auth/identity.ts'
import { atLeast } from '../auth/roles.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { ASK_FAULTS, readOptions, sayState } from '../edge/logged-read.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { INGEST_FAULTS, type Resource } from '../ingest/resource.ts'
import { DEFAULT_LIMIT, fromCursor, page, pageQuery, toCursor } from '../paging.ts'
import { NoQuery, PageOf, oneOf, Uuid4 } from '../schema.ts'

const tag = 'playback'
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i
/** Of progress and total: as many seconds as thirty years have. */
const LONGEST = 1_000_000_000

function wrong(path: string, message: string): never {
  throw new Fault('VALIDATION', `${path.slice(1) || 'The progress'}: ${message}.`, { errors: [{ path, message }] })
}

/** An id in lower case. Fault VALIDATION when it is no UUID of version 4. */
function uuid4(value: unknown, path: string): string {
  if (typeof value !== 'string' || !UUID4.test(value)) wrong(path, 'Expected a UUID of version 4')
  return value.toLowerCase()
}

function whole(value: unknown, path: string, from: number, to: number): number {
  if (!Number.isInteger(value) || (value as number) < from || (value as number) > to) {
    wrong(path, `Expected a whole number from ${from} to ${to}`)
  }
  return value as number
}

/** Oneself, or anybody for an operator. Fault FORBIDDEN; also for who is nobody in particular: a token without a subject, or none. */
function demandOwn({ role, uuid }: Identity, viewer: string): void {
  if (role !== null && atLeast(role, 'operator')) return
  if (uuid?.toLowerCase() !== viewer) {
    throw new Fault('FORBIDDEN', 'The progress of another user needs the role operator.')
  }
}

const progress: Resource = {
  answer: () => '{"content":{"result":true}}',
  one(value, { identity, params }) {
    const film = uuid4(params.film_id, '/film_id')
    if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong('', 'Expected an object')
    const { user_id, progress, total, ...others } = value as Record<string, unknown>
    for (const name in others) wrong(`/${name.slice(0, 60)}`, 'Not known here')
    const viewer = uuid4(user_id, '/user_id')
    const most = whole(total, '/total', 1, LONGEST)
    const record: ProgressRecord = { film, progress: whole(progress, '/progress', 0, most), total: most }
    demandOwn(identity, viewer)
    return { key: `viewer/${viewer}`, type: 'progress', value: JSON.stringify(record) }
  },
}

const Film = Type.Object({ film_id: Uuid4 })
const User = Type.Object({ user_id: Uuid4 })

/** `/api/v1/progresses`: where viewers are in films, and what that says of the films. */
export function playbackRoutes(parts: { cluster: Cluster; ingest: Ingest; now: () => number }) {
  const { cluster, ingest, now } = parts
  type Set = { headers: Record<string, unknown> }

  /** An actor's answer, with the headers that say how current it is. */
  async function ask<Answer>(address: string, question: string, query: object, headers: Headers, set: Set) {
    const options = readOptions(headers, cluster.partitions) ?? {}
    const { body, offset, at, state } = await cluster.ask(address, question, query, options)
    const position = `${partitionOf(address, cluster.partitions)}-${offset}`
    sayState(set.headers, { position, at, state }, now())
    return JSON.parse(body) as Answer
  }

  return new Elysia({ name: 'playback' })
    .use(access)
    .post('/api/v1/progresses/films/:film_id', ingest(progress), {
      access: 'viewer',
      parse: 'none',
      params: Film,
      query: NoQuery,
      detail: describe({
        tag,
        summary: 'How far a viewer is in a film',
        description:
          'Of one’s own subject (`sub` of the token), or of anybody for an operator. The same again changes nothing.',
        body: {
          'application/json': Type.Object({
            user_id: Uuid4,
            progress: Type.Integer({ minimum: 0, maximum: LONGEST, description: 'At most total' }),
            total: Type.Integer({ minimum: 1, maximum: LONGEST }),
          }),
        },
        answers: {
          202: {
            description: 'Taken, durably; `x-position` says where',
            schema: Type.Object({ content: Type.Object({ result: Type.Boolean() }) }),
          },
        },
        faults: INGEST_FAULTS,
        writes: true,
      }),
    })
    .get(
      '/api/v1/progresses/users/:user_id',
      async ({ params, query: { limit = DEFAULT_LIMIT, cursor, completed }, request, set }) => {
        const viewer = uuid4(params.user_id, '/user_id')
        const wanted = {
          limit,
          ...(completed === undefined ? {} : { completed }),
          ...(cursor === undefined ? {} : { after: fromCursor(cursor, ['number'])[0] }),
        }
        const { items, next } = await ask<ViewerFilms>(`viewer/${viewer}`, 'films', wanted, request.headers, set)
        return { items, next_cursor: next === null ? null : toCursor([next]) }
      },
      {
        access: 'viewer',
        params: User,
        query: t.Object({
          completed: t.Optional(
            t.BooleanString({ description: 'Only films that were seen to the end, or only the others' }),
          ),
          ...pageQuery,
        }),
        detail: describe({
          tag,
          summary: 'Where to go on watching, the film watched last first',
          answers: { 200: { description: 'A page of films', schema: PageOf(ResumePoint) } },
          faults: ASK_FAULTS,
          reads: true,
        }),
      },
    )
    .get(
      '/api/v1/progresses/films/:film_id/statistics',
      async ({ params, request, set }) => {
        const film = uuid4(params.film_id, '/film_id')
        return await ask<FilmStatistics>(`film/${film}`, 'statistics', {}, request.headers, set)
      },
      {
        access: 'viewer',
        params: Film,
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'Viewers, completion, where viewers stopped, time watched',
          description: 'A film that nobody has watched has no viewers; any UUID of version 4 is a film.',
          answers: { 200: { description: 'Of the film', schema: FilmStatistics } },
          faults: ASK_FAULTS,
          reads: true,
        }),
      },
    )
    .get(
      '/api/v1/progresses/films',
      async ({ query: { limit = DEFAULT_LIMIT, cursor }, request, set }) => {
        const [viewers, film_id] = cursor === undefined ? [] : fromCursor(cursor, ['number', 'string'])
        const wanted = { limit: limit + 1, ...(viewers === undefined ? {} : { after: { viewers, film_id } }) }
        const films = await ask<RankedFilm[]>(RANKING, 'viewers', wanted, request.headers, set)
        return page(
          films,
          limit,
          (film) => film,
          (film) => [film.viewers, film.film_id],
        )
      },
      {
        access: 'viewer',
        query: t.Object({ sort: t.Optional(oneOf(['viewers'] as const, 'Most viewers first')), ...pageQuery }),
        detail: describe({
          tag,
          summary: 'The most viewed films',
          description: 'The first 1,000 are kept.',
          answers: { 200: { description: 'A page of films', schema: PageOf(RankedFilm) } },
          faults: ASK_FAULTS,
          reads: true,
        }),
      },
    )
}
