import { Elysia, t } from 'elysia'
import type { Cluster } from '../../actors/cluster/port.ts'
import type { Audit } from '../auth/audit.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { json } from '../edge/body.ts'
import { ASK_FAULTS, awaitStored } from '../edge/logged-read.ts'
import { DEFAULT_LIMIT, fromCursor, page, pageQuery } from '../paging.ts'
import { NoQuery, PageOf } from '../schema.ts'
import type { RelayActs } from './acts.ts'
import { relayView, type Relays } from './relays.ts'
import { DeliveryView, NewRelay, NewRelayView, RelayChange, RelayView, TestResult } from './schema.ts'

const tag = 'relays'
const byId = t.Object({ id: t.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, 'x-name': 'id' }) })
const answers = { 200: { description: 'The relay', schema: RelayView } }

/** `/api/v1/relays`: where events are sent on to. */
export function relayRoutes(parts: { cluster: Cluster; relays: Relays; acts: RelayActs; audit: Audit }) {
  const { cluster, relays, acts, audit } = parts

  return new Elysia({ name: 'relays' })
    .use(access)
    .get(
      '/api/v1/relays',
      async ({ query: { limit = DEFAULT_LIMIT, cursor } }) => {
        const after = cursor === undefined ? 0 : (fromCursor(cursor, ['number'])[0] as number)
        return page(
          await relays.list(after, limit + 1),
          limit,
          (relay) => relay,
          ({ id }) => [id],
        )
      },
      {
        access: 'engineer',
        query: t.Object(pageQuery),
        detail: describe({
          tag,
          summary: 'All relays, by id',
          answers: { 200: { description: 'A page of them', schema: PageOf(RelayView) } },
        }),
      },
    )
    .post(
      '/api/v1/relays',
      async ({ body, identity, request, server, set }) => {
        const made = await acts.create(audit.by({ identity, request, server }), body)
        const view = relayView(made)
        set.status = 201
        return made.secret !== null && body.secret === undefined ? { ...view, secret: made.secret } : view
      },
      {
        access: 'engineer',
        parse: json,
        query: NoQuery,
        body: NewRelay,
        detail: describe({
          tag,
          summary: 'Send events on to another system',
          description:
            'A webhook gets each event that the filter names at least once, as a POST by Standard Webhooks: `{type, timestamp, data}`, signed, `webhook-id` the same at every attempt. Anything but 2xx is tried again after 1 s, 5 s, 30 s, 5 min, 30 min, 2 h and 8 h (± 20 %), and is a dead letter then; 410 at once. Redirects are not followed. A topic (in a cluster only) gets each event at least once, as a CloudEvent in JSON with `ce_` headers; the key is its subject, else its id, and the header `windbox-id` is the same at every attempt. The relay counts for events that are taken after this answer.',
          answers: { 201: { description: 'The relay; a secret only when it was made here', schema: NewRelayView } },
          faults: ['CONFLICT', 'LOG_UNAVAILABLE'],
        }),
      },
    )
    .get('/api/v1/relays/:id', async ({ params }) => relayView(await relays.get(params.id)), {
      access: 'engineer',
      params: byId,
      query: NoQuery,
      detail: describe({ tag, summary: 'One relay', answers, faults: ['NOT_FOUND'] }),
    })
    .patch(
      '/api/v1/relays/:id',
      async ({ params: { id }, body, identity, request, server }) =>
        relayView(await acts.change(audit.by({ identity, request, server }), id, body)),
      {
        access: 'engineer',
        parse: json,
        params: byId,
        query: NoQuery,
        body: RelayChange,
        detail: describe({
          tag,
          summary: 'Change a relay',
          description: 'What waits already is sent to the new place.',
          answers,
          faults: ['NOT_FOUND', 'CONFLICT', 'LOG_UNAVAILABLE'],
        }),
      },
    )
    .delete(
      '/api/v1/relays/:id',
      async ({ params: { id }, identity, request, server, set }) => {
        await acts.remove(audit.by({ identity, request, server }), id)
        set.status = 204
      },
      {
        access: 'engineer',
        parse: 'none',
        params: byId,
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'Remove a relay',
          description: 'What waits for it goes to the dead letters.',
          answers: { 204: { description: 'It is gone' } },
          faults: ['NOT_FOUND', 'CONFLICT', 'LOG_UNAVAILABLE'],
        }),
      },
    )
    .get(
      '/api/v1/relays/:id/deliveries',
      async ({ params: { id }, query: { limit = DEFAULT_LIMIT, cursor }, request }) => {
        await awaitStored(cluster, request.headers)
        return await relays.deliveries(id, { limit, ...(cursor === undefined ? {} : { cursor }) })
      },
      {
        access: 'engineer',
        params: byId,
        query: t.Object(pageQuery),
        detail: describe({
          tag,
          summary: 'What was sent there, and what waits, newest first',
          answers: { 200: { description: 'A page of them', schema: PageOf(DeliveryView) } },
          faults: ASK_FAULTS,
          waits: true,
        }),
      },
    )
    .post(
      '/api/v1/relays/:id/test',
      async ({ params: { id }, identity, request, server }) => {
        const attempt = await acts.test(audit.by({ identity, request, server }), id, request.signal)
        return attempt.taken
          ? { delivered: true, answer: attempt.answer, error: null }
          : { delivered: false, answer: null, error: attempt.error }
      },
      {
        access: 'engineer',
        parse: 'none',
        params: byId,
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'Send a test message there, once, now',
          answers: { 200: { description: 'How it went', schema: TestResult } },
          faults: ['NOT_FOUND'],
        }),
      },
    )
}
