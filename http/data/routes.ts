import { Elysia, t } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { deviceAddress, DeviceStateDocument, LONGEST_NAME, MOST_NAMES } from '../../actors/device/schema.ts'
import { partitionOf } from '../../actors/runtime/index.ts'
import { describe } from '../docs/describe.ts'
import type { Registry } from '../devices/registry.ts'
import { access } from '../edge/access.ts'
import { awaitPositions, readOptions, sayState } from '../edge/logged-read.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { INGEST_FAULTS } from '../ingest/resource.ts'
import { DEFAULT_LIMIT, fromCursor, page, pageQuery } from '../paging.ts'
import { NoQuery, PageOf, TimeText } from '../schema.ts'
import type { DeviceIds } from '../statistics/devices.ts'
import { isoTime } from '../time.ts'
import { newestReadings, type Place } from './list.ts'
import { rangeOf } from './range.ts'
import { AHEAD_MS } from './reading.ts'
import type { ReadingRecords } from './records.ts'

const DeviceId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const Values = Type.Record(Type.String({ minLength: 1, maxLength: LONGEST_NAME }), Type.Number(), {
  minProperties: 1,
  maxProperties: MOST_NAMES,
})
const at = Type.Optional(
  Type.String({ format: 'date-time', description: 'Its own time; absent: when it is appended. Late ones are welcome' }),
)
const Reading = Type.Union([
  Type.Object(
    { device_id: DeviceId, at, x: Type.Number(), y: Type.Number(), z: Type.Number() },
    { additionalProperties: false },
  ),
  Type.Object({ device_id: DeviceId, at, values: Values }, { additionalProperties: false }),
])
const Report = Type.Object({
  accepted: Type.Integer(),
  rejected: Type.Integer(),
  positions: Type.Array(Type.String(), { description: 'The last one of each partition' }),
  errors: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String(), message: Type.String() })),
})
const ListedReading = Type.Object({
  device_id: DeviceId,
  at: Type.String({ format: 'date-time' }),
  values: Type.Record(Type.String(), Type.Number()),
})

const placeOf = (cursor: string): Place => {
  const [time, device, offset, n] = fromCursor(cursor, ['number', 'number', 'number', 'number']) as number[]
  return { time: time!, device: device!, offset: offset!, n: n! }
}

const READ_FAULTS = ['RESTORING', 'OVERLOADED', 'ASK_TIMEOUT', 'OFFSET_NOT_REACHED', 'STORE_UNAVAILABLE'] as const

/** `/api/v1/data` and the state of a device: readings come in, are listed, and what is known of each name now. */
export function dataRoutes(parts: {
  cluster: Cluster
  devices: Pick<Registry, 'get'>
  ids: DeviceIds
  ingest: Ingest
  readings: ReadingRecords
  now: () => number
}) {
  const { cluster, devices, ids, ingest, readings, now } = parts

  return new Elysia({ name: 'data' })
    .use(access)
    .post('/api/v1/data', ingest(readings), {
      access: 'ingest',
      parse: 'none',
      query: NoQuery,
      detail: describe({
        tag: 'data',
        summary: 'Take readings in',
        description:
          'One reading, an array of at most 10,000, or NDJSON; 16 MiB inflated. The answer comes when they are durable; a bad one spoils no other. A time may lie ' +
          `${AHEAD_MS / 60_000} minutes ahead at the most.`,
        body: { 'application/json': Type.Union([Reading, Type.Array(Reading)]), 'application/x-ndjson': Type.String() },
        answers: { 202: { description: 'They are durable', schema: Report } },
        faults: ['FORBIDDEN', 'NOT_FOUND', 'VALIDATION', ...INGEST_FAULTS],
        writes: true,
      }),
    })
    .get(
      '/api/v1/data',
      async ({ query, request }) => {
        const { device_id: device, limit = DEFAULT_LIMIT, cursor } = query
        const range = rangeOf(query)
        const after = cursor === undefined ? {} : { after: placeOf(cursor) }
        await awaitPositions(cluster, request.headers)
        const found = await newestReadings(cluster, {
          devices: await ids.of({ device }),
          ...range,
          ...after,
          limit: limit + 1,
        })
        return page(
          found,
          limit,
          ({ device, time, values }) => ({ device_id: device, at: isoTime(time), values }),
          ({ time, device, offset, n }) => [time, device, offset, n],
        )
      },
      {
        access: 'viewer',
        query: t.Object({
          device_id: t.Optional(t.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, 'x-name': 'device_id' })),
          from: t.Optional(TimeText('Inclusive')),
          to: t.Optional(TimeText('Exclusive')),
          ...pageQuery,
        }),
        detail: describe({
          tag: 'data',
          summary: 'Readings, newest first',
          description: 'By their own time.',
          answers: { 200: { description: 'A page of them', schema: PageOf(ListedReading) } },
          faults: READ_FAULTS,
          waits: true,
        }),
      },
    )
    .get(
      '/api/v1/devices/:id/state',
      async ({ params: { id }, request, set }) => {
        await devices.get(id)
        const address = deviceAddress(id)
        const options = readOptions(request.headers, cluster.partitions)
        const { body, offset, at, state } = await cluster.ask(address, 'state', {}, options ?? {})
        const position = `${partitionOf(address, cluster.partitions)}-${offset}`
        sayState(set.headers, { position, at, state }, now())
        set.headers['content-type'] = 'application/json'
        return body
      },
      {
        access: 'viewer',
        params: t.Object({ id: t.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, 'x-name': 'id' }) }),
        query: NoQuery,
        detail: describe({
          tag: 'devices',
          summary: 'What is known of a device now',
          answers: { 200: { description: 'The latest value of each name', schema: DeviceStateDocument } },
          faults: ['NOT_FOUND', ...READ_FAULTS, 'QUARANTINED', 'VERSION_AHEAD'],
          reads: true,
        }),
      },
    )
}
