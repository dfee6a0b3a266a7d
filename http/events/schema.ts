import { Type } from '@sinclair/typebox'
import { PageOf } from '../schema.ts'
import { LONGEST } from './take.ts'

/** A text of one line. */
export const line = (length: number, description: string) =>
  Type.String({ minLength: 1, maxLength: length, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$', description })
const name = (length: number, description: string) => Type.Optional(line(length, description))

const names = {
  id: name(
    LONGEST.id,
    'Unique of its sender and source: the same again is stored once. Absent: the server makes a UUIDv7',
  ),
  type: name(LONGEST.type, 'What happened'),
  source: name(LONGEST.source, 'Where, within the sender; `windbox/…` is the system itself'),
  subject: name(LONGEST.subject, 'To what'),
  user_id: name(LONGEST.user_id, 'By whom'),
  time: Type.Optional(
    Type.String({ maxLength: LONGEST.time, format: 'date-time', description: 'When, by its sender' }),
  ),
  data: Type.Optional(Type.Any({ description: 'Whatever belongs to it' })),
}

/** For the API document: what is sent. Any further field is kept. */
export const Event = Type.Object(names, {
  additionalProperties: true,
  description: 'At most 64 KiB. CloudEvents 1.0 names; any further field is kept',
  examples: [{ type: 'track.played', user_id: 'u-1', subject: 'track-9', data: { seconds: 211 } }],
})

export const CloudEvent = Type.Object(
  {
    ...names,
    specversion: Type.Literal('1.0'),
    id: line(LONGEST.id, 'Unique of its sender and source'),
    type: line(LONGEST.type, 'What happened'),
    source: line(LONGEST.source, 'Where, within the sender'),
  },
  { additionalProperties: true },
)

export const EventDocument = Type.Object(
  {
    ...names,
    id: Type.String(),
    ingest_time: Type.String({ description: 'When it came in' }),
    store_time: Type.String({ description: 'When it was stored' }),
  },
  { additionalProperties: true, description: 'As it was sent, with its two times' },
)

export const EventPage = PageOf(EventDocument)

export const Queued = Type.Object({
  status: Type.Literal('queued'),
  id: Type.String(),
  position: Type.String({ description: '<partition>-<offset>' }),
})

export const BatchReport = Type.Object({
  accepted: Type.Integer(),
  rejected: Type.Integer(),
  positions: Type.Array(Type.String(), { description: 'The last one of each partition' }),
  errors: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String(), message: Type.String() })),
})

const lag = (share: string) =>
  Type.Unsafe<number | null>({
    type: 'number',
    nullable: true,
    description: `ms that ${share} do not pass; null of nothing`,
  })
const counts = {
  count: Type.Integer({ description: 'Events' }),
  duplicates: Type.Integer({ description: 'Arrivals of an id that was stored already' }),
}

export const EventStatistics = Type.Object({
  ...counts,
  distinct: Type.Integer({
    description: 'Different ids of a sender and source: each is stored once, so it is the count',
  }),
  lag: Type.Object({ p50: lag('half'), p95: lag('95 %'), p99: lag('99 %') }, { description: 'From ingest to stored' }),
  points: Type.Optional(Type.Array(Type.Object({ at: Type.String({ description: 'Start of the step' }), ...counts }))),
  groups: Type.Optional(
    Type.Array(
      Type.Object({
        value: Type.Unsafe<string | null>({ type: 'string', nullable: true, description: 'null: events without one' }),
        ...counts,
      }),
      { description: 'Most events first, at most 1,000 of them' },
    ),
  ),
})
