import { Elysia } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { LoopDocument } from '../../actors/control/schema.ts'
import type { Audit } from '../auth/audit.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { json } from '../edge/body.ts'
import type { Retries } from '../edge/retries.ts'
import type { Ingest } from '../ingest/ingest.ts'
import { INGEST_FAULTS } from '../ingest/resource.ts'
import { NoQuery, TimeText } from '../schema.ts'
import { CommandRequest, command } from './command.ts'
import { loopRoutes } from './loop-routes.ts'
import type { Loops } from './loops.ts'
import { pastRoutes } from './past-routes.ts'
import { Loop, PATH, tag } from './path.ts'
import { Payload, readingResource } from './readings.ts'

const Reading = Type.Object(
  {
    datetime: TimeText('When it was measured'),
    payload: Payload,
    sensor: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false },
)
const Batch = Type.Object({
  accepted: Type.Integer(),
  rejected: Type.Integer(),
  positions: Type.Array(Type.String()),
  errors: Type.Array(Type.Object({ index: Type.Integer(), code: Type.String(), message: Type.String() })),
})

/** `/api/v1/control`: loops, what they are told, what they decided, what they commanded. */
export function controlRoutes(parts: {
  cluster: Cluster
  loops: Loops
  ingest: Ingest
  retries: Retries
  audit: Audit
  now: () => number
}) {
  const { cluster, loops, ingest, retries } = parts
  return new Elysia({ name: 'control' })
    .use(access)
    .use(loopRoutes(parts))
    .use(pastRoutes(parts))
    .post(`${PATH}/readings`, ingest(readingResource(loops)), {
      access: 'ingest',
      parse: 'none',
      params: Loop,
      query: NoQuery,
      detail: describe({
        tag,
        summary: 'Readings of its sensors: one, an array, or lines of JSON',
        description:
          'A batch is one record of the log. A reading counts in the window that is open when the log takes it; one whose `datetime` is before the last decision ' +
          'is counted as outdated and not used. A `datetime` more than a minute ahead of the clock here is refused.',
        body: {
          'application/json': Type.Union([Reading, Type.Array(Reading, { maxItems: 10_000 })]),
          'application/x-ndjson': Type.String({ description: 'A reading a line' }),
        },
        answers: { 202: { description: 'Taken, durably', schema: Batch } },
        faults: ['NOT_FOUND', ...INGEST_FAULTS],
        writes: true,
      }),
    })
    .post(
      `${PATH}/commands`,
      async ({ params: { loop }, body, identity, request, set }) => {
        await loops.known(loop)
        const parts = [request.method, loop, JSON.stringify(body)]
        const {
          status,
          body: text,
          position,
        } = await retries.once(identity, request.headers, parts, async (idOf) => {
          const id = idOf?.(0) ?? crypto.randomUUID()
          const by = { id: identity.user, email: identity.email }
          const done: { headers: Record<string, unknown>; status?: unknown } = { headers: {} }
          const outcome = await command(cluster, done, loop, body, by, id)
          return {
            status: Number(done.status),
            body: JSON.stringify('loop' in outcome ? outcome.loop : outcome),
            position: String(done.headers['x-position']),
          }
        })
        set.status = status
        set.headers['content-type'] = 'application/json'
        if (position !== undefined) set.headers['x-position'] = position
        return text
      },
      {
        access: 'operator',
        parse: json,
        params: Loop,
        query: NoQuery,
        body: CommandRequest,
        detail: describe({
          tag,
          summary: 'Moves the manipulator by hand',
          description:
            'The command goes out at once. The next rejected test toggles from there. An interlock that holds refuses the unsafe position.',
          answers: {
            200: { description: 'Done: the loop', schema: LoopDocument },
            202: { description: 'Noted, and not done yet', schema: Type.Object({ position: Type.String() }) },
          },
          faults: ['NOT_FOUND', 'CONFLICT', 'LOG_UNAVAILABLE', 'QUARANTINED', 'VERSION_AHEAD', 'IDEMPOTENCY_MISMATCH'],
          writes: true,
        }),
      },
    )
}
