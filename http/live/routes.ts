import { Elysia, t } from 'elysia'
import { Type } from '@sinclair/typebox'
import { inDocument } from '../schema.ts'
import { Fault } from '../../actors/runtime/index.ts'
import type { Credentials } from '../auth/credentials.ts'
import { senderOf } from '../auth/identity.ts'
import { describe } from '../docs/describe.ts'
import { access } from '../edge/access.ts'
import { bearerOf } from '../edge/admission.ts'
import { TOPICS, type LiveHub, type Topic } from './hub.ts'

function topicsOf(text: string): ReadonlySet<Topic> {
  const topics = text.split(',').map((topic) => topic.trim())
  for (const topic of topics) {
    if (!TOPICS.some((one) => one === topic)) {
      const message = `Expected some of ${TOPICS.join(', ')}`
      throw new Fault('VALIDATION', `topics: ${message}.`, { errors: [{ path: '/topics', message }] })
    }
  }
  return new Set(topics as Topic[])
}

/** `/api/v1/live`. */
export function liveRoutes({ hub, credentials, now }: { hub: LiveHub; credentials: Credentials; now: () => number }) {
  return new Elysia({ name: 'live' }).use(access).get(
    '/api/v1/live',
    ({ query, request, identity }) => {
      const token = bearerOf(request)
      const isGood = async () =>
        token === null || (now() < identity.until && (await credentials.identify(token, 'api')) !== undefined)
      const sender = token === null ? null : senderOf(identity)
      const body = hub.open(topicsOf(query.topics), request.headers.get('last-event-id'), isGood, sender)
      if (body === undefined) throw new Fault('OVERLOADED', 'Too many streams are open.', { retryAfterS: 5 })
      return new Response(body, {
        headers: {
          'content-type': 'text/event-stream; charset=utf-8',
          'x-accel-buffering': 'no',
        },
      })
    },
    {
      access: 'viewer',
      query: t.Object({
        topics: t.String({
          maxLength: 200,
          ...inDocument({ format: 'topics' }),
          description: `Some of ${TOPICS.join(', ')}; commas between them`,
        }),
      }),
      detail: describe({
        tag: 'live',
        summary: 'What changes, as it changes',
        description:
          'Server-sent events. `exhauster`: a summary. `loop`: a control loop that has decided, was changed or moved by hand. `events`: how many came in during the last ten seconds, and the newest ten, at most twice a second. `inspect`: what `GET /api/v1/inspect` says, every 2 s. `reset`: events were missed, read anew. With ' +
          '`Last-Event-ID` it goes on where it was within five minutes. A comment comes every 10 s. It ends with its token.',
        answers: { 200: { description: 'The stream', schema: Type.String(), type: 'text/event-stream' } },
        faults: ['OVERLOADED'],
      }),
    },
  )
}
