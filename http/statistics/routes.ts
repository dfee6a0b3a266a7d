import { Elysia, t } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { LONGEST_NAME } from '../../actors/device/schema.ts'
import { rangeOf } from '../data/range.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { awaitPositions } from '../edge/logged-read.ts'
import { TimeText } from '../schema.ts'
import { isoTime } from '../time.ts'
import type { DeviceIds } from './devices.ts'
import { EXACT_ROWS, EXACT_VALUES, MOST_POINTS, tooManyPoints, type StatisticsReader } from './statistics.ts'

const tag = 'statistics'
/** Seconds. */
const LONGEST_STEP = 31 * 86_400

const id = (description: string, name: string) =>
  t.Optional(t.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description, 'x-name': name }))
const filters = {
  attr: t.Optional(
    t.String({ minLength: 1, maxLength: LONGEST_NAME, default: 'x', description: 'Name of the values' }),
  ),
  device_id: id('Of this device', 'device_id'),
  user_id: id("Of this user's devices", 'user_id'),
  from: t.Optional(TimeText('Inclusive')),
  to: t.Optional(TimeText('Exclusive')),
}

const NONE = 'null: there is nothing, or it is larger than a double holds'
const figure = (description: string) => Type.Unsafe<number | null>({ type: 'number', nullable: true, description })
const time = (description: string) => Type.Unsafe<string | null>({ type: 'string', nullable: true, description })

const StatisticsView = Type.Object({
  attr: Type.String(),
  count: Type.Integer(),
  min: figure('null: there is nothing'),
  max: figure('null: there is nothing'),
  sum: figure(NONE),
  mean: figure(NONE),
  stddev: figure(`Of the population; ${NONE}`),
  median: figure('As numpy has it: the mean of the middle two'),
  median_exact: Type.Boolean({ description: 'false: the median, p05 and p95 are within 1 % of the true ones' }),
  p05: figure('With linear interpolation between neighbours'),
  p95: figure('With linear interpolation between neighbours'),
  from: time('As asked'),
  to: time('As asked'),
})

const SeriesView = Type.Object({
  step: Type.Integer({ description: 'Seconds' }),
  points: Type.Array(
    Type.Object({
      at: Type.String({ format: 'date-time', description: 'Start of the step' }),
      count: Type.Integer(),
      min: Type.Number(),
      max: Type.Number(),
      mean: figure('null: larger than a double holds'),
    }),
  ),
})

const FAULTS = ['RESTORING', 'OVERLOADED', 'ASK_TIMEOUT', 'OFFSET_NOT_REACHED', 'STORE_UNAVAILABLE'] as const
const textOf = (ms: number): string | null => (Number.isFinite(ms) ? isoTime(ms) : null)

/** `/api/v1/statistics`: figures of all readings that all filters let through. */
export function statisticsRoutes(parts: { cluster: Cluster; ids: DeviceIds; reader: StatisticsReader }) {
  const { cluster, ids, reader } = parts
  const wantedOf = async (query: {
    attr?: string
    device_id?: number
    user_id?: number
    from?: string
    to?: string
  }) => ({
    ...rangeOf(query),
    name: query.attr ?? 'x',
    addresses: await ids.addresses({ device: query.device_id, user: query.user_id }),
  })

  return new Elysia({ name: 'statistics' })
    .use(access)
    .get(
      '/api/v1/statistics',
      async ({ query, request }) => {
        await awaitPositions(cluster, request.headers)
        const wanted = await wantedOf(query)
        const { name: attr, from, to } = wanted
        return { attr, ...(await reader.statistics(wanted)), from: textOf(from), to: textOf(to) }
      },
      {
        access: 'viewer',
        query: t.Object(filters),
        detail: describe({
          tag,
          summary: 'Figures of readings',
          description:
            'All filters hold at once. Readings count by their own time, late ones too. Quantiles are exact for up to ' +
            `${EXACT_VALUES} values that lie in at most ${EXACT_ROWS} stored rows, else within 1 %; all else is always exact.`,
          answers: { 200: { description: 'The figures; of nothing a count of 0 and nulls', schema: StatisticsView } },
          faults: FAULTS,
          waits: true,
        }),
      },
    )
    .get(
      '/api/v1/statistics/series',
      async ({ query, request }) => {
        await awaitPositions(cluster, request.headers)
        const wanted = await wantedOf(query)
        const stepMs = query.step * 1000
        if ((wanted.to - wanted.from) / stepMs > MOST_POINTS && Number.isFinite(wanted.to - wanted.from)) {
          throw tooManyPoints()
        }
        const points = await reader.series(wanted, stepMs)
        return { step: query.step, points: points.map(({ at, ...point }) => ({ at: isoTime(at), ...point })) }
      },
      {
        access: 'viewer',
        query: t.Object({
          ...filters,
          step: t.Integer({ minimum: 1, maximum: LONGEST_STEP, description: 'Seconds', 'x-name': 'step' }),
        }),
        detail: describe({
          tag,
          summary: 'Figures of readings by time',
          description: 'Steps begin at whole multiples of themselves since 1970, UTC; one without values is not there.',
          answers: { 200: { description: 'The points, ascending', schema: SeriesView } },
          faults: ['TOO_MANY_POINTS', ...FAULTS],
          waits: true,
        }),
      },
    )
}
