import { Elysia, t } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { awaitMinOffset } from '../edge/logged-read.ts'
import { TimeText, inDocument } from '../schema.ts'
import { ID, known } from './one.ts'
import { MOST_POINTS, STEPS, readTrend, trendCsv, trendQuery } from './trends.ts'

const tag = 'exhausters'
const WAIT_FAULTS = ['OFFSET_NOT_REACHED', 'OVERLOADED', 'ASK_TIMEOUT', 'QUARANTINED', 'VERSION_AHEAD'] as const

const TrendParameters = t.Object({
  signals: t.String({
    maxLength: 1024,
    ...inDocument({ format: 'signals' }),
    description: 'Keys, with commas between them; at most 16',
  }),
  from: TimeText('Inclusive'),
  to: TimeText('Exclusive, at most 31 days later'),
  step: t.Integer({ ...inDocument({ enum: STEPS }), description: `Seconds: ${STEPS.join(', ')}` }),
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
      async ({ params, query, request }) => {
        const exhauster = known(params.id)
        const wanted = trendQuery(query)
        await awaitMinOffset(cluster, `exhauster/${exhauster.id}`, request.headers)
        return await readTrend(cluster, exhauster, wanted)
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
          faults: ['NOT_FOUND', 'TOO_MANY_POINTS', ...WAIT_FAULTS],
          waits: true,
        }),
      },
    )
    .get(
      '/api/v1/exhausters/:id/trends.csv',
      async ({ params, query, request, set }) => {
        const exhauster = known(params.id)
        const wanted = trendQuery(query)
        await awaitMinOffset(cluster, `exhauster/${exhauster.id}`, request.headers)
        const trend = await readTrend(cluster, exhauster, wanted)
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
          faults: ['NOT_FOUND', 'TOO_MANY_POINTS', ...WAIT_FAULTS],
          waits: true,
        }),
      },
    )
}
