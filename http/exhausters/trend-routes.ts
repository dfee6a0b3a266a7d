import { Elysia, t } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { TimeText } from '../schema.ts'
import { ID, known } from './one.ts'
import { MOST_POINTS, STEPS, readTrend, trendCsv, trendQuery } from './trends.ts'

const tag = 'exhausters'

const TrendParameters = t.Object({
  signals: t.String({ maxLength: 1024, description: 'Keys, with commas between them; at most 16' }),
  from: TimeText('Inclusive'),
  to: TimeText('Exclusive, at most 31 days later'),
  step: t.Integer({ description: `Seconds: ${STEPS.join(', ')}` }),
})

const TrendView = Type.Object({
  step: Type.Integer({ description: 'Seconds' }),
  from: Type.String(),
  to: Type.String(),
  series: Type.Array(
    Type.Object({
      signal: Type.String(),
      unit: Type.String(),
      points: Type.Array(
        Type.Array(Type.Number(), {
          minItems: 4,
          maxItems: 4,
          description: 'Start of the step (epoch ms), min, mean, max',
        }),
      ),
    }),
  ),
})

/** Signals over time, as JSON and as a table. */
export function trendRoutes({ cluster }: { cluster: Cluster }) {
  return new Elysia({ name: 'trends' })
    .use(access)
    .get(
      '/api/v1/exhausters/:id/trends',
      async ({ params, query }) => {
        const exhauster = known(params.id)
        return await readTrend(cluster, exhauster, trendQuery(query))
      },
      {
        access: 'viewer',
        params: ID,
        query: TrendParameters,
        detail: describe({
          tag,
          summary: 'Signals over time: least, mean and greatest of each step',
          description: `A gap is a gap: a step without values is not there. More than ${MOST_POINTS} possible points are refused.`,
          answers: { 200: { description: 'The series', schema: TrendView } },
          faults: ['NOT_FOUND', 'TOO_MANY_POINTS'],
        }),
      },
    )
    .get(
      '/api/v1/exhausters/:id/trends.csv',
      async ({ params, query, set }) => {
        const exhauster = known(params.id)
        const trend = await readTrend(cluster, exhauster, trendQuery(query))
        set.headers['content-type'] = 'text/csv; charset=utf-8; header=present'
        set.headers['content-disposition'] = `attachment; filename="${exhauster.id}-${trend.from.slice(0, 10)}.csv"`
        return trendCsv(trend)
      },
      {
        access: 'viewer',
        params: ID,
        query: TrendParameters,
        detail: describe({
          tag,
          summary: 'The same as a table for a spreadsheet',
          answers: { 200: { description: 'RFC 4180', schema: Type.String(), type: 'text/csv' } },
          faults: ['NOT_FOUND', 'TOO_MANY_POINTS'],
        }),
      },
    )
}
