import { Elysia } from 'elysia'
import { Fault } from '../../actors/runtime/index.ts'
import type { Tracing } from '../../tracing/tracing.ts'
import type { HttpConfig } from '../config.ts'
import { NOBODY } from '../auth/identity.ts'
import { access, onlyReading } from './access.ts'
import { hasNoHost, isRead, pathOf, type Admission } from './admission.ts'
import type { createCors } from './cors.ts'
import { FastLanes, type Sent } from './fast-lanes.ts'
import type { FaultAnswers } from './fault-answers.ts'
import { SECURITY_HEADERS } from './headers.ts'
import type { Outages } from './outages.ts'
import { PROBLEM_JSON, asFault, faultHeaders, problemText } from './problem.ts'
import { continueTrace, newRequestId } from './request-id.ts'

/**
 * The app that all routes are put on: gives each answer its id and its headers, lets requests in or turns them away, makes problems of
 * errors, and counts. Order of a request: token looked into (only an unknown one) → `onRequest` → router → body → gate of the
 * route → validation → handler.
 *
 * Elysia reads the source of the hooks: it prepares what they name of the context, and one that returns a call makes every request
 * wait. Hence the named results, and the work in functions elsewhere.
 */
export function createEdge(parts: {
  config: Pick<HttpConfig, 'publicUrl'>
  admission: Admission
  answers: FaultAnswers
  cors: ReturnType<typeof createCors>
  /** What does not answer, as the header says it; '' for nothing. */
  outages: Pick<Outages, 'said' | 'has'>
  /** Answers what has gates of its own. */
  besides?: (request: Request) => Promise<Response> | undefined
  /** Puts a span round requests of the hot lanes. */
  follow?: Tracing['follow'] | undefined
}) {
  const { admission, answers, cors, outages, besides, follow } = parts
  const headers = parts.config.publicUrl?.startsWith('https:')
    ? { ...SECURITY_HEADERS, 'strict-transport-security': 'max-age=31536000' }
    : SECURITY_HEADERS

  /** The request does not get as far as the router. */
  function turnedAway(request: Request, error: unknown): Response {
    const fault = asFault(error, '')
    return new Response(problemText(fault, pathOf(request.url)), {
      status: fault.status,
      headers: { ...headers, ...faultHeaders(fault), 'content-type': PROBLEM_JSON, 'x-request-id': newRequestId() },
    })
  }

  /** What is done with each request before anything else. Faults UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED, STORE_UNAVAILABLE. */
  function begin(sent: Sent): void {
    const { request, set } = sent
    sent.began = performance.now()
    set.headers['x-request-id'] = newRequestId()
    const traceparent = request.headers.get('traceparent')
    if (traceparent !== null) {
      const trace = continueTrace(traceparent)
      if (trace !== undefined) set.headers.traceparent = trace
    }
    if (cors.used) Object.assign(set.headers, cors.answer(request))
    sent.identity = admission.admit(request)
    if (outages.said !== '') meet(sent)
  }

  /** Nobody waits for a store that is known to be away. */
  function meet({ request, set }: Sent): void {
    set.headers['x-away'] = outages.said
    if (outages.has('store') && !isRead(request.method)) throw onlyReading()
  }

  const lanes = new FastLanes({
    headers,
    admits: (request) => admission.pending(request) === undefined,
    begin,
    answers,
    router: (request) => app.fetch(request),
    follow,
  })
  // Elysia takes every host for a name of four letters or more, and looks for the path behind them: `http://hmi/` has fewer.
  const app = new Elysia({
    normalize: false,
    name: 'edge',
    handler: { standardHostname: false },
    serve: { routes: lanes.routes },
  })
    .headers(headers)
    .use(access)
    .wrap((next, request) => {
      if (hasNoHost((request as Request).url)) {
        const answer = () => turnedAway(request as Request, new Fault('MALFORMED', 'Host names no host.'))
        return answer as unknown as typeof next
      }
      const answered = besides?.(request as Request)
      if (answered) return (() => answered) as unknown as typeof next
      const pending = admission.pending(request as Request)
      if (pending === undefined) return next
      const go = next as (...rest: unknown[]) => unknown
      const after = (...rest: unknown[]) =>
        pending.then(
          () => go(...rest),
          // The store or the token's issuer is away: there is no verdict on the token.
          (error: unknown) => turnedAway(request as Request, error),
        )
      return after as unknown as typeof next
    })
    .onRequest((context) => {
      const { request, set } = context
      const sent: Sent = { request, set, began: 0, identity: NOBODY }
      try {
        begin(sent)
      } finally {
        context.began = sent.began
        context.identity = sent.identity
      }
    })
    .mapResponse(({ request, route, began, set }) => {
      answers.counted({ request, route, began, set })
    })
    .onError((context) => {
      const { error, code, request, set, began, route } = context
      const answer = answers.answerTo({ request, set, began, route }, error, code)
      context.began = 0
      return answer
    })
  return { app, lanes }
}
