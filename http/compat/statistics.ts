import { Elysia } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { Fault, partitionOf } from '../../actors/runtime/index.ts'
import { deviceAddress } from '../../actors/device/schema.ts'
import type { Authority } from '../auth/authority.ts'
import { newestReadings } from '../data/list.ts'
import { XYZ } from '../data/reading.ts'
import type { ReadingRecords } from '../data/records.ts'
import type { DeviceActs } from '../devices/acts.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { json } from '../edge/body.ts'
import { Detail } from '../edge/detail.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { INGEST_FAULTS } from '../ingest/resource.ts'
import { inDocument } from '../schema.ts'
import type { DeviceIds } from '../statistics/devices.ts'
import type { StatisticsReader } from '../statistics/statistics.ts'
import { parseTime } from '../time.ts'

const tag = 'compat'
/** Of a list: the system gave all there was. */
const MOST_LISTED = 1000
const LONGEST_NAME = 50
const ONE_LINE = `^[^\\x00-\\x1f\\x7f]{0,${LONGEST_NAME}}$`
/** Counts characters, as JSON Schema does. */
const NAME = new RegExp(ONE_LINE, 'u')
/** More rows than a record has: the number of a row is that of its record, and then its place in it. */
const ROWS_EACH = 1 << 14

/** A unique number for a row: offset, partition and place in the record. */
const rowId = (partition: number, partitions: number, offset: number, n: number): number =>
  (offset * partitions + partition) * ROWS_EACH + n

const DETAIL = { description: "The system's own sentence", schema: Type.Object({ detail: Type.String() }) }
const DeviceRow = Type.Object({
  name: Type.Optional(Type.Unsafe<string | null>({ type: 'string', nullable: true })),
  id: Type.Integer(),
  user_id: Type.Optional(Type.Unsafe<number | null>({ type: 'integer', nullable: true })),
})
const NewRow = Type.Object({
  device_id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  x: Type.Number(),
  y: Type.Number(),
  z: Type.Number(),
})
const DataRow = Type.Object({
  device_id: Type.Integer(),
  x: Type.Number(),
  y: Type.Number(),
  z: Type.Number(),
  id: Type.Integer(),
})
const Figures = Type.Object({
  'минимальное значение': Type.Number(),
  'максимальное значение': Type.Number(),
  количество: Type.Integer(),
  сумма: Type.Number(),
  медиана: Type.Number(),
})

/** Every one is text and may be missing or more: what is wrong with them is said in the system's own words. */
const Query = Type.Object(
  {
    start_date: Type.Optional(Type.String({ ...inDocument({ format: 'date-time' }), description: 'Inclusive' })),
    end_date: Type.Optional(Type.String({ ...inDocument({ format: 'date-time' }), description: 'Exclusive' })),
    attr: Type.Optional(Type.String({ ...inDocument({ enum: [...XYZ] }), description: 'x when it is missing' })),
    device_id: Type.Optional(Type.String({ ...inDocument({ type: 'integer', minimum: 1 }) })),
  },
  { additionalProperties: true },
)
type Asked = { start_date?: string; end_date?: string; attr?: string; device_id?: string }

function timeOf(text: string | undefined, name: string, otherwise: number): number {
  if (text === undefined) return otherwise
  const at = parseTime(text)
  if (Number.isNaN(at)) throw new Detail(422, `${name} should be a date`)
  return at
}

function idOf(text: string, name: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Detail(422, `${name} should be an integer`)
  return Number(text)
}

function attrOf(text = 'x'): string {
  if (!XYZ.some((name) => name === text)) throw new Detail(422, 'attr should be x, y or z')
  return text
}

/** A fault in the system's own shape. */
function asDetail(error: unknown): unknown {
  return error instanceof Fault ? new Detail(error.status, error.message) : error
}

/** The paths of the device statistics system that this one replaces, with its names and its mistakes' shapes, not its mistakes. */
export function statisticsAliases(parts: {
  cluster: Cluster
  authority: Authority
  acts: DeviceActs
  ids: DeviceIds
  ingest: Ingest
  readings: ReadingRecords
  reader: StatisticsReader
}) {
  const { cluster, authority, acts, ids, ingest, readings, reader } = parts
  const { partitions } = cluster

  const post = ingest({
    status: 200,
    one(value, sender) {
      const { device_id, x, y, z } = Object(value) as Record<string, unknown>
      return detailed(() => readings.one({ device_id, x, y, z }, sender))
    },
    answer(position, { key, value }) {
      const [partition, offset] = position.split('-').map(Number) as [number, number]
      const { x, y, z } = (JSON.parse(value) as { values: Record<string, number> }).values
      const device_id = Number(key.slice(key.indexOf('/') + 1))
      return JSON.stringify({ device_id, x, y, z, id: rowId(partition, partitions, offset, 0) })
    },
  })

  /** The newest ones, in the order in which they came. */
  async function listed(): Promise<object[]> {
    const devices = await ids.of({})
    const found = await newestReadings(cluster, { devices, from: -Infinity, to: Infinity, limit: MOST_LISTED })
    return found
      .map(({ device, offset, n, values: { x, y, z } }) => {
        const partition = partitionOf(deviceAddress(device), partitions)
        return { device_id: device, x, y, z, id: rowId(partition, partitions, offset, n) }
      })
      .filter(({ x, y, z }) => x !== undefined && y !== undefined && z !== undefined)
      .sort((a, b) => a.id - b.id)
  }

  async function figures(query: Asked, user?: number): Promise<object> {
    const name = attrOf(query.attr)
    const from = timeOf(query.start_date, 'start_date', -Infinity)
    const to = timeOf(query.end_date, 'end_date', Infinity)
    const device = query.device_id === undefined ? undefined : idOf(query.device_id, 'device_id')
    const addresses = await ids.addresses({ device, user })
    const { count, min, max, sum, median } = await reader.statistics({ addresses, name, from, to })
    if (count === 0) throw new Detail(400, 'Данных за данный период нет')
    return {
      'минимальное значение': min,
      'максимальное значение': max,
      количество: count,
      сумма: sum,
      медиана: median,
    }
  }

  const analysis = {
    access: 'viewer' as const,
    query: Query,
    detail: describe({
      tag,
      summary: 'Figures of readings',
      answers: {
        200: { description: 'Of all readings that all filters let through', schema: Figures },
        400: DETAIL,
        422: DETAIL,
      },
    }),
  }

  return new Elysia({ name: 'compat-statistics' })
    .use(access)
    .post(
      '/device/',
      async ({ identity, request, server, body }) => {
        if (typeof body !== 'object' || body === null || Array.isArray(body)) {
          throw new Detail(422, 'the device should be an object')
        }
        const { name } = body as { name?: unknown }
        if (name !== undefined && name !== null && (typeof name !== 'string' || !NAME.test(name))) {
          throw new Detail(422, `name should be one line of at most ${LONGEST_NAME} characters`)
        }
        const by = authority.audit.by({ identity, request, server })
        const made = await acts
          .create({ identity, by }, { name: name || null, kind: null, attributes: {} })
          .catch((error: unknown) => Promise.reject(asDetail(error)))
        return { name: made.name, id: made.id, user_id: made.user_id }
      },
      {
        access: 'viewer',
        parse: json,
        detail: describe({
          tag,
          summary: 'Make a device',
          body: {
            'application/json': Type.Object({
              name: Type.Optional(
                Type.Union([Type.String({ maxLength: LONGEST_NAME, pattern: ONE_LINE }), Type.Null()]),
              ),
            }),
          },
          answers: { 200: { description: 'The device', schema: DeviceRow }, 403: DETAIL, 422: DETAIL },
        }),
      },
    )
    .get(
      '/device/',
      async () => {
        const found = await authority.devices.list({ limit: MOST_LISTED })
        return found.map(({ name, id, user_id }) => ({
          ...(name === null ? {} : { name }),
          id,
          ...(user_id === null ? {} : { user_id }),
        }))
      },
      {
        access: 'viewer',
        detail: describe({
          tag,
          summary: 'Devices, by id',
          answers: { 200: { description: `At most ${MOST_LISTED}`, schema: Type.Array(DeviceRow) } },
        }),
      },
    )
    .post('/data/', post, {
      access: 'ingest',
      parse: 'none',
      detail: describe({
        tag,
        summary: 'Send a reading',
        body: { 'application/json': NewRow },
        answers: {
          200: { description: 'It is durable', schema: DataRow },
          403: DETAIL,
          404: DETAIL,
          422: DETAIL,
        },
        faults: INGEST_FAULTS,
        writes: true,
      }),
    })
    .get('/data/', async () => await listed(), {
      access: 'viewer',
      detail: describe({
        tag,
        summary: 'Readings',
        answers: { 200: { description: `The newest ${MOST_LISTED}, as they came`, schema: Type.Array(DataRow) } },
      }),
    })
    .get('/analyze_statistics/', async ({ query }) => await figures(query as Asked), analysis)
    .get(
      '/analyze_statistics/:user_id',
      async ({ query, params }) => await figures(query as Asked, idOf(params.user_id, 'user_id')),
      {
        ...analysis,
        params: Type.Object({ user_id: Type.String({ ...inDocument({ type: 'integer', minimum: 1 }) }) }),
      },
    )
}

/** What it throws or rejects with is in the system's own shape. */
function detailed<Result>(work: () => Result | Promise<Result>): Result | Promise<Result> {
  try {
    const result = work()
    return result instanceof Promise ? result.catch((error: unknown) => Promise.reject(asDetail(error))) : result
  } catch (error) {
    throw asDetail(error)
  }
}
