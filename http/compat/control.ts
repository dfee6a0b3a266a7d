import { Elysia } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { StatusRun } from '../../actors/control/schema.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { DEFAULT_LOOP, addressOf } from '../control/loops.ts'
import { readHistory } from '../control/history.ts'
import { CLOCK_MARGIN_MS, Payload, measured } from '../control/readings.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { Detail } from '../edge/detail.ts'
import { ASK_FAULTS, awaitMinOffset } from '../edge/logged-read.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { INGEST_FAULTS } from '../ingest/resource.ts'
import { TimeText, inDocument } from '../schema.ts'
import { localTimes } from './local-time.ts'

const tag = 'compat'
const DETAIL = { description: "The system's own sentence", schema: Type.Object({ detail: Type.String() }) }
const LocalTime = Type.String({
  ...inDocument({ format: 'date-time' }),
  description: 'ISO 8601; without a zone it is local',
})
const Range = Type.Object(
  {
    after: Type.Optional(LocalTime),
    before: Type.Optional(LocalTime),
  },
  { additionalProperties: true },
)

/** The paths of the control system that this one replaces: the loop `default`, and times that may be local. */
export function controlAliases(parts: { cluster: Cluster; ingest: Ingest; timeZone: string; now: () => number }) {
  const { cluster, ingest, now } = parts
  const timeOf = localTimes(parts.timeZone)

  /** A sensor sends what it has just measured: of an hour that comes twice it means the one that is now. */
  const readings = ingest({
    status: 200,
    answer: () => 'null',
    one(value, { nowMs }) {
      const { datetime, payload } = (value ?? {}) as { datetime?: unknown; payload?: unknown }
      const at = typeof datetime === 'string' && datetime.length <= 40 ? timeOf(datetime, nowMs) : NaN
      if (Number.isNaN(at)) throw new Detail(422, 'datetime should be an ISO 8601 time')
      if (at > nowMs + CLOCK_MARGIN_MS) throw new Detail(422, 'datetime lies in the future')
      try {
        return { key: addressOf(DEFAULT_LOOP), type: 'reading', value: JSON.stringify(measured(at, payload)) }
      } catch (error) {
        throw error instanceof Fault ? new Detail(error.status, error.message) : error
      }
    },
  })

  function end(text: string | undefined, nearMs: number): number | undefined {
    if (text === undefined) return undefined
    const at = timeOf(text, nearMs)
    if (Number.isNaN(at)) throw new Detail(422, 'after and before should be ISO 8601 times')
    return at
  }

  return new Elysia({ name: 'compat-control' })
    .use(access)
    .post('/sensor-data', readings, {
      access: 'ingest',
      parse: 'none',
      detail: describe({
        tag,
        summary: 'A reading for the loop `default`',
        body: { 'application/json': Type.Object({ datetime: TimeText('When it was measured'), payload: Payload }) },
        answers: { 200: { description: 'Taken', schema: Type.Null() }, 422: DETAIL },
        faults: INGEST_FAULTS,
        writes: true,
      }),
    })
    .get(
      '/history',
      async ({ query, request }) => {
        const after = end(query.after, -Infinity)
        const before = end(query.before, Infinity)
        if (after !== undefined && before !== undefined && after > before) {
          throw new Detail(400, 'Invalid datetime range')
        }
        await awaitMinOffset(cluster, addressOf(DEFAULT_LOOP), request.headers)
        return await readHistory(cluster, DEFAULT_LOOP, {
          now: now(),
          ...(after === undefined ? {} : { after }),
          ...(before === undefined ? {} : { before }),
        })
      },
      {
        access: 'viewer',
        query: Range,
        detail: describe({
          tag,
          summary: 'What the loop `default` commanded',
          description: 'As `GET /api/v1/control/loops/default/history`, in UTC.',
          answers: {
            200: { description: 'Runs of one status', schema: Type.Array(StatusRun) },
            400: DETAIL,
            422: DETAIL,
          },
          faults: ['TOO_MANY_POINTS', ...ASK_FAULTS],
          waits: true,
        }),
      },
    )
}
