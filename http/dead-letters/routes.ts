import { Elysia, t } from 'elysia'
import { Type } from '@sinclair/typebox'
import type { Cluster } from '../../actors/cluster/port.ts'
import type { Audit } from '../auth/audit.ts'
import type { Identity } from '../auth/identity.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import type { Peers } from '../edge/address.ts'
import { json } from '../edge/body.ts'
import { ASK_FAULTS, awaitStored } from '../edge/logged-read.ts'
import type { Answered, Retries } from '../edge/retries.ts'
import { DEFAULT_LIMIT, pageQuery } from '../paging.ts'
import { NoQuery, PageOf } from '../schema.ts'
import type { LetterActs } from './acts.ts'
import type { DeadLetters } from './letters.ts'
import { LetterDocument, LetterFilter, LetterSummary, ReplayedMany } from './schema.ts'

const tag = 'dead-letters'
const byId = t.Object({ id: t.String({ minLength: 1, maxLength: 64 }) })
const document = { description: 'The dead letter', schema: LetterDocument }

function answered(
  set: { status?: unknown; headers: Record<string, unknown> },
  { status, body, position }: Answered,
): string {
  set.status = status
  set.headers['content-type'] = 'application/json'
  if (position !== undefined) set.headers['x-position'] = position
  return body
}

/** `/api/v1/dead-letters`: what could not be applied or delivered, and what people do about it. */
export function deadLetterRoutes(parts: {
  cluster: Cluster
  letters: DeadLetters
  acts: LetterActs
  audit: Audit
  retries: Retries
}) {
  const { cluster, letters, acts, audit, retries } = parts
  const doerOf = (context: { identity: Identity; request: Request; server: Peers | null }) => ({
    identity: context.identity,
    by: audit.by(context),
  })

  return new Elysia({ name: 'dead letters' })
    .use(access)
    .get(
      '/api/v1/dead-letters',
      async ({ query: { limit = DEFAULT_LIMIT, cursor, kind, code }, request }) => {
        await awaitStored(cluster, request.headers)
        return await letters.list(
          { ...(kind === undefined ? {} : { kind }), ...(code === undefined ? {} : { code }) },
          { limit, ...(cursor === undefined ? {} : { cursor }) },
        )
      },
      {
        access: 'viewer',
        query: t.Object({ ...pageQuery, ...LetterFilter }),
        detail: describe({
          tag,
          summary: 'What could not be applied or delivered, newest first',
          answers: { 200: { description: 'A page of them', schema: PageOf(LetterSummary) } },
          faults: ASK_FAULTS,
          waits: true,
        }),
      },
    )
    .get(
      '/api/v1/dead-letters/:id',
      async ({ params, request }) => {
        await awaitStored(cluster, request.headers)
        return await letters.get(params.id)
      },
      {
        access: 'viewer',
        params: byId,
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'One of them, whole',
          answers: { 200: document },
          faults: ASK_FAULTS,
          waits: true,
        }),
      },
    )
    .post(
      '/api/v1/dead-letters/:id/replay',
      async ({ params: { id }, identity, request, server, set }) => {
        const once = await retries.once(identity, request.headers, ['replay', id], async () => {
          const { applied, position, letter } = await acts.replay(doerOf({ identity, request, server }), id)
          return { status: applied ? 200 : 202, body: JSON.stringify(applied ? letter : { position }), position }
        })
        return answered(set, once)
      },
      {
        access: 'operator',
        parse: 'none',
        params: byId,
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'Give it to its actor once more, or send it once more',
          description:
            'The record that could not be applied is appended anew and applied once, however often this is asked for. What could not be delivered gets a delivery of its own, with the `webhook-id` that it had.',
          answers: {
            200: document,
            202: {
              description: 'In the log; what comes of it takes longer',
              schema: Type.Object({ position: Type.String() }),
            },
          },
          faults: ['NOT_FOUND', 'CONFLICT', 'LOG_UNAVAILABLE', 'IDEMPOTENCY_MISMATCH'],
          writes: true,
        }),
      },
    )
    .post(
      '/api/v1/dead-letters/replay',
      async ({ body: { filter }, identity, request, server, set }) => {
        const once = await retries.once(identity, request.headers, ['replay all', JSON.stringify(filter)], async () => {
          const outcome = await acts.replayAll(doerOf({ identity, request, server }), filter)
          return { status: 200, body: JSON.stringify(outcome) }
        })
        return answered(set, once)
      },
      {
        access: 'operator',
        parse: json,
        query: NoQuery,
        body: Type.Object({
          filter: Type.Object(LetterFilter, {
            additionalProperties: false,
            description: 'Those that fit all of it; an empty one names all',
          }),
        }),
        detail: describe({
          tag,
          summary: 'Replay those that a filter names',
          description: 'Of those that were never replayed, the oldest first, at most 1,000 a request.',
          answers: { 200: { description: 'How many', schema: ReplayedMany } },
          faults: ['LOG_UNAVAILABLE', 'IDEMPOTENCY_MISMATCH'],
          writes: true,
        }),
      },
    )
    .delete(
      '/api/v1/dead-letters/:id',
      async ({ params: { id }, identity, request, server, set }) => {
        await acts.drop(doerOf({ identity, request, server }), id)
        set.status = 204
      },
      {
        access: 'admin',
        parse: 'none',
        params: byId,
        query: NoQuery,
        detail: describe({
          tag,
          summary: 'Drop one for good',
          answers: { 204: { description: 'It is gone' } },
          faults: ['NOT_FOUND'],
        }),
      },
    )
}
