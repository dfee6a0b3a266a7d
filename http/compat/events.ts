import { Elysia } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { Detail } from '../edge/detail.ts'
import { listEvents } from '../events/list.ts'
import type { Pieces } from '../events/segments.ts'
import { line } from '../events/schema.ts'
import { LONGEST, type Take } from '../events/take.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { INGEST_FAULTS } from '../ingest/resource.ts'
import { inDocument } from '../schema.ts'
import { parseTime } from '../time.ts'
import { FrameEvent, FrameQuery, type FrameEvents } from './exhausters.ts'

const tag = 'compat'
/** As the system had it. */
const DEFAULT_LIMIT = 10
const MOST_LISTED = 1000
/** So many are passed over at the most: all of them are looked at. */
const MOST_SKIPPED = 100_000
/** Of what is passed over and what is listed: ordinary events as many as may be, and not as many of 64 KiB. */
const MOST_CHARACTERS = 64 * 1024 * 1024
/** How far a sender's clock may be ahead. */
const AHEAD_MS = 24 * 60 * 60 * 1000

const DETAIL = { description: "The system's own sentence", schema: Type.Object({ detail: Type.String() }) }

const TrackEvent = Type.Object({
  id: Type.String(),
  user_id: Type.String(),
  track_id: Type.String(),
  ingest_time: Type.String(),
  store_time: Type.String(),
})

/** What two systems ask of one path: the events' with `limit` and `offset`, the exhausters' with the rest. */
const Query = Type.Object(
  {
    limit: Type.Optional(Type.String({ ...inDocument({ type: 'integer', minimum: 0, maximum: MOST_LISTED }) })),
    offset: Type.Optional(Type.String({ ...inDocument({ type: 'integer', minimum: 0, maximum: MOST_SKIPPED }) })),
    ...FrameQuery,
  },
  { additionalProperties: true },
)

function numberOf(text: string | undefined, name: string, otherwise: number, most: number): number {
  if (text === undefined) return otherwise
  if (!/^\d{1,9}$/.test(text) || Number(text) > most) throw new Detail(422, `${name} should be from 0 to ${most}`)
  return Number(text)
}

/** The paths of the event statistics system that this one replaces; its `GET /events` is the exhausters' as well. */
export function eventAliases(parts: {
  cluster: Pick<Cluster, 'partitions'>
  ingest: Ingest
  take: Take
  pieces: Pieces
  frameEvents: FrameEvents
}) {
  const { cluster, ingest, take, pieces, frameEvents } = parts

  const post = ingest({
    status: 200,
    answer: () => '{"status":"queued"}',
    one(value, sender) {
      const { ingest_time, ...event } = trackEventOf(value)
      const at = ingest_time === undefined ? sender.nowMs : parseTime(ingest_time)
      if (Number.isNaN(at)) throw new Detail(422, 'ingest_time should be an ISO 8601 time')
      if (at < 0) throw new Detail(422, 'ingest_time lies before 1970')
      if (at > sender.nowMs + AHEAD_MS) throw new Detail(422, 'ingest_time lies in the future')
      try {
        return take.recordOf(event, 0, sender, at)
      } catch (error) {
        throw error instanceof Fault ? new Detail(error.status, error.message) : error
      }
    },
  })

  /** Newest first, only those with a `track_id`. */
  async function list(limit: number, skipped: number): Promise<object[]> {
    if (limit === 0) return []
    const wanted = { track: true, limit: limit + skipped, mostCharacters: MOST_CHARACTERS }
    const { events, isCut } = await pieces.steady(() => listEvents(pieces, cluster.partitions, wanted))
    if (isCut) throw new Detail(422, 'offset and limit reach over too much: ask for less')
    return events.slice(skipped).map(({ event }) => {
      const { id, user_id, track_id, ingest_time, store_time } = event
      return { id, user_id, track_id, ingest_time, store_time }
    })
  }

  return new Elysia({ name: 'compat-events' })
    .use(access)
    .post('/events', post, {
      access: 'ingest',
      parse: 'none',
      detail: describe({
        tag,
        summary: 'An event of a track',
        body: {
          'application/json': Type.Object({
            id: line(LONGEST.id, 'Stored once'),
            user_id: line(LONGEST.user_id, 'Who listens'),
            track_id: Type.String(),
            ingest_time: Type.Optional(Type.String({ format: 'date-time', description: 'Absent: now' })),
          }),
        },
        answers: {
          200: { description: 'It is durable', schema: Type.Object({ status: Type.Literal('queued') }) },
          422: DETAIL,
        },
        faults: INGEST_FAULTS,
        writes: true,
      }),
    })
    .get(
      '/events',
      async ({ query }) => {
        const { exhauster_id, page, size, sort_order } = query
        const isOfExhauster = [exhauster_id, page, size, sort_order].some((given) => given !== undefined)
        if (isOfExhauster) return await frameEvents(query)
        const limit = numberOf(query.limit, 'limit', DEFAULT_LIMIT, MOST_LISTED)
        return await list(limit, numberOf(query.offset, 'offset', 0, MOST_SKIPPED))
      },
      {
        access: 'viewer',
        query: Query,
        detail: describe({
          tag,
          summary: 'Events of tracks, newest first; with `exhauster_id` one event a frame of an exhauster',
          answers: {
            200: {
              description: 'A list, or a page of frames',
              schema: Type.Union([Type.Array(TrackEvent), Type.Object({ events: Type.Array(FrameEvent) })]),
            },
            404: DETAIL,
            422: DETAIL,
          },
        }),
      },
    )
}

/** What the system knew of an event; further fields are ignored. */
function trackEventOf(value: unknown) {
  const given = (value ?? {}) as Record<string, unknown>
  const text = (name: string): string => {
    const found = given[name]
    if (typeof found !== 'string') throw new Detail(422, `${name} should be a text`)
    return found
  }
  const { ingest_time } = given
  if (
    ingest_time !== undefined &&
    ingest_time !== null &&
    (typeof ingest_time !== 'string' || ingest_time.length > 64)
  ) {
    throw new Detail(422, 'ingest_time should be an ISO 8601 time')
  }
  return {
    id: text('id'),
    user_id: text('user_id'),
    track_id: text('track_id'),
    ingest_time: ingest_time ?? undefined,
  }
}
