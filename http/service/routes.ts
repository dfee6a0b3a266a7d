import { createHash, timingSafeEqual } from 'node:crypto'
import { Elysia } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { NoQuery, oneOf } from '../schema.ts'
import { describe } from '../docs/describe.ts'
import { access, demand } from '../edge/access.ts'
import { isLocal, type Peers } from '../edge/address.ts'
import { bearerOf } from '../edge/admission.ts'
import type { Outages } from '../edge/outages.ts'
import type { Metrics } from './metrics.ts'

const tag = 'service'

const Readiness = Type.Object({
  ready: Type.Boolean(),
  partitions: Type.Integer(),
  restoring: Type.Integer({ description: 'Partitions that are being restored' }),
  replayed: Type.Integer({ description: 'Records applied so far' }),
  to_replay: Type.Integer({ description: 'Records to apply in all' }),
  missing: Type.Array(oneOf(['partitions', 'store', 'log'], 'What does not answer'), {
    description:
      'With `partitions` among them it is not ready. Without the store or the log it is: it answers from memory, and refuses what has to be written there',
  }),
})

/** What the clients of the event statistics system look for before they begin. */
const ESS_IS_HERE = { message: 'ESS Service is running' }

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Whether two secrets are the same, in a time that tells nothing of where they differ. */
const sameSecret = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other))

/** Whether it is there, whether it is ready, and its numbers. */
export function serviceRoutes(parts: {
  cluster: Pick<Cluster, 'readiness'>
  metrics: Metrics
  outages: Pick<Outages, 'parts'>
  /** Opens `/metrics` and nothing else. */
  metricsToken?: string | undefined
}) {
  const { cluster, metrics, outages, metricsToken } = parts
  /** Who has the scraper's token, or is on this machine. */
  const isScraper = (request: Request, server: Peers | null): boolean =>
    (metricsToken !== undefined && sameSecret(bearerOf(request) ?? '', metricsToken)) || isLocal(request, server)
  return new Elysia({ name: 'service' })
    .use(access)
    .get('/ping', () => 'pong', {
      access: 'public',
      query: NoQuery,
      detail: describe({
        tag,
        summary: 'Is somebody there',
        answers: { 200: { description: '`pong`', schema: Type.String(), type: 'text/plain' } },
      }),
    })
    .get(
      '/',
      ({ request, set }) => {
        const accept = request.headers.get('accept')
        if (accept?.includes('text/html')) {
          // A person has opened the address of the server.
          set.status = 303
          set.headers.location = '/dashboard'
          return undefined
        }
        if (accept?.includes('application/json')) return ESS_IS_HERE
        throw new Fault('NOT_FOUND', 'There is nothing at this path.')
      },
      { access: 'public', detail: { hide: true } },
    )
    .get('/health/live', () => ({ live: true }), {
      access: 'public',
      query: NoQuery,
      detail: describe({
        tag,
        summary: 'The process answers',
        answers: { 200: { description: 'It does', schema: Type.Object({ live: Type.Boolean() }) } },
      }),
    })
    .get(
      '/health/ready',
      ({ set }) => {
        const { ready, partitions, restoring, replayed, toReplay } = cluster.readiness()
        if (!ready) {
          set.status = 503
          set.headers['retry-after'] = '1'
        }
        const missing = [...(ready ? [] : (['partitions'] as const)), ...outages.parts]
        return { ready, partitions, restoring, replayed, to_replay: toReplay, missing }
      },
      {
        access: 'public',
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'Every partition is served',
          answers: {
            200: { description: 'Ready', schema: Readiness },
            503: { description: 'Restoring, this far', schema: Readiness },
          },
        }),
      },
    )
    .get(
      '/metrics',
      async ({ request, server, identity, set }) => {
        if (!isScraper(request, server)) demand(identity, 'admin')
        set.headers['content-type'] = metrics.contentType
        return await metrics.text()
      },
      {
        // A scraper has no token of ours; whoever comes from elsewhere is asked for one above.
        access: 'public',
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'Prometheus text',
          description:
            'From this machine without a proxy in between, with the token `WINDBOX_METRICS_TOKEN`, or with the role admin.',
          answers: { 200: { description: 'All metrics', schema: Type.String(), type: 'text/plain' } },
          faults: ['UNAUTHENTICATED', 'FORBIDDEN'],
        }),
      },
    )
}
