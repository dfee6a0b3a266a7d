import { Elysia, t } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { eventIdOf, eventsOf } from '../../actors/event/schema.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { awaitMinOffset } from '../edge/logged-read.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { INGEST_FAULTS } from '../ingest/resource.ts'
import { DEFAULT_LIMIT, page, pageQuery } from '../paging.ts'
import { NoQuery, oneOf, TimeText } from '../schema.ts'
import { isoTime, timeOf } from '../time.ts'
import { findEvent } from './find.ts'
import { listEvents, placeOf } from './list.ts'
import { BatchReport, CloudEvent, Event, EventDocument, EventPage, EventStatistics, Queued } from './schema.ts'
import type { Pieces } from './segments.ts'
import { eventStatistics, lagOf } from './statistics.ts'
import { LONGEST, type Take } from './take.ts'

const tag = 'events'
const MOST_GROUPS = 1000
const LABELS = ['type', 'user_id', 'subject'] as const

const label = (length: number, description: string) =>
  t.Optional(t.String({ minLength: 1, maxLength: length, description }))
const range = {
  from: t.Optional(TimeText('Came in at or after it')),
  to: t.Optional(TimeText('Came in before it')),
}

/** Fault VALIDATION. */
function rangeOf({ from, to }: { from?: string | undefined; to?: string | undefined }): { from?: number; to?: number } {
  const [begin, end] = [
    from === undefined ? undefined : timeOf(from, 'from'),
    to === undefined ? undefined : timeOf(to, 'to'),
  ]
  if (begin !== undefined && end !== undefined && begin > end) {
    throw new Fault('VALIDATION', 'from is after to.', {
      errors: [{ path: '/from', message: 'Expected a time before to' }],
    })
  }
  return { ...(begin === undefined ? {} : { from: begin }), ...(end === undefined ? {} : { to: end }) }
}

/** `/api/v1/events`: they come in, are listed, counted, and found by their ids. */
export function eventRoutes(parts: { cluster: Cluster; ingest: Ingest; take: Take; pieces: Pieces }) {
  const { cluster, ingest, take, pieces } = parts
  const { partitions } = cluster
  const post = ingest({
    one: (value, sender) => take.recordOf(value, 0, sender),
    bytes: take.recordOfBytes,
    many: take.recordsOf,
    answer: (position, { id }) => `{"status":"queued","id":${JSON.stringify(eventIdOf(id!))},"position":"${position}"}`,
    types: { 'application/cloudevents+json': 'one', 'application/cloudevents-batch+json': 'many' },
    typed: {
      one: (value, sender) => take.cloudEvents.recordOf(value, 0, sender),
      bytes: take.cloudEvents.recordOfBytes,
      many: take.cloudEvents.recordsOf,
    },
  })
  const reached = (headers: Headers) => awaitMinOffset(cluster, eventsOf(0), headers)

  return new Elysia({ name: 'events' })
    .use(access)
    .post('/api/v1/events', post, {
      access: 'ingest',
      parse: 'none',
      query: NoQuery,
      detail: describe({
        tag,
        summary: 'Take events in',
        description:
          'One event, an array of at most 10,000, or NDJSON; 16 MiB inflated. The answer comes when they are durable. An id is unique for its sender (account or ' +
          'device) and `source`: what comes again is counted and not stored.',
        body: {
          'application/json': Type.Union([Event, Type.Array(Event)]),
          'application/x-ndjson': Type.String(),
          'application/cloudevents+json': CloudEvent,
          'application/cloudevents-batch+json': Type.Array(CloudEvent),
        },
        answers: { 202: { description: 'They are durable', schema: Type.Union([Queued, BatchReport]) } },
        faults: ['VALIDATION', ...INGEST_FAULTS],
        writes: true,
      }),
    })
    .get(
      '/api/v1/events',
      async ({ query, request }) => {
        const { type, user_id, limit = DEFAULT_LIMIT, cursor } = query
        const wanted = {
          ...rangeOf(query),
          ...(type === undefined ? {} : { type }),
          ...(user_id === undefined ? {} : { user: user_id }),
          ...(cursor === undefined ? {} : { after: placeOf(cursor) }),
          limit: limit + 1,
        }
        await reached(request.headers)
        const { events, isCut } = await pieces.steady(() => listEvents(pieces, partitions, wanted))
        return page(
          events,
          isCut ? events.length - 1 : limit,
          ({ event }) => event,
          ({ at, address, offset }) => [at, address, offset],
        )
      },
      {
        access: 'viewer',
        query: t.Object({
          type: label(LONGEST.type, 'Only of this type'),
          user_id: label(LONGEST.user_id, 'Only of this user'),
          ...range,
          ...pageQuery,
        }),
        detail: describe({
          tag,
          summary: 'Events, newest first',
          description:
            'By `ingest_time`. What was answered 202 is there within a tenth of a second. A page of long events has fewer than `limit`: 4 Mi characters.',
          answers: { 200: { description: 'A page', schema: EventPage } },
          faults: ['STORE_UNAVAILABLE', 'OVERLOADED'],
          waits: true,
        }),
      },
    )
    .get(
      '/api/v1/events/statistics',
      async ({ query, request }) => {
        const { type, step, by } = query
        const wanted = {
          ...rangeOf(query),
          ...(type === undefined ? {} : { type }),
          ...(step === undefined ? {} : { step: step * 1000 }),
          ...(by === undefined ? {} : { by }),
        }
        await reached(request.headers)
        const sums = await pieces.steady(() => eventStatistics(pieces, partitions, wanted))
        const { count, duplicates } = sums
        return {
          count,
          distinct: count,
          duplicates,
          lag: lagOf(sums),
          ...(step === undefined
            ? {}
            : {
                points: [...sums.points]
                  .sort(([a], [b]) => a - b)
                  .map(([at, [count, duplicates]]) => ({ at: isoTime(at), count, duplicates })),
              }),
          ...(by === undefined
            ? {}
            : {
                groups: [...sums.groups]
                  .sort(([a, [n]], [b, [m]]) => m - n || (a < b ? -1 : 1))
                  .slice(0, MOST_GROUPS)
                  .map(([value, [count, duplicates]]) => ({ value: value === '' ? null : value, count, duplicates })),
              }),
        }
      },
      {
        access: 'viewer',
        query: t.Object({
          type: label(LONGEST.type, 'Only of this type'),
          ...range,
          step: t.Optional(t.Integer({ minimum: 1, maximum: 31_622_400, description: 'Seconds; adds `points`' })),
          by: t.Optional(oneOf(LABELS, 'Adds `groups`')),
        }),
        detail: describe({
          tag,
          summary: 'How many events, how many came twice, and how long it took to store them',
          answers: { 200: { description: 'Exact counts; lags within 1 %', schema: EventStatistics } },
          faults: ['TOO_MANY_POINTS', 'STORE_UNAVAILABLE', 'OVERLOADED'],
          waits: true,
        }),
      },
    )
    .get(
      '/api/v1/events/:id',
      async ({ params, request }) => {
        await reached(request.headers)
        const event = await findEvent(cluster, params.id)
        if (event === undefined) throw new Fault('NOT_FOUND', `There is no event ${params.id.slice(0, LONGEST.id)}.`)
        return event
      },
      {
        access: 'viewer',
        params: t.Object({ id: t.String({ minLength: 1, maxLength: LONGEST.id, description: "The event's id" }) }),
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'One event, whoever sent it',
          answers: { 200: { description: 'Of several senders the one that came last', schema: EventDocument } },
          faults: ['NOT_FOUND', 'STORE_UNAVAILABLE'],
          waits: true,
        }),
      },
    )
}
