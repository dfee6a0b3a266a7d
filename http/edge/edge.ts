import { Elysia } from 'elysia'
import { Fault } from '../../actors/runtime/index.ts'
import type { Credentials } from '../auth/credentials.ts'
import type { HttpConfig } from '../config.ts'
import type { Log } from '../log.ts'
import type { Latency } from '../service/latency.ts'
import { access } from './access.ts'
import { createAdmission, pathOf } from './admission.ts'
import { createCors } from './cors.ts'
import { Detail } from './detail.ts'
import { SECURITY_HEADERS } from './headers.ts'
import { PROBLEM_JSON, asFault, faultHeaders, problemText } from './problem.ts'
import { continueTrace, newRequestId } from './request-id.ts'
import type { RouteTable } from './route-table.ts'

/** Whatever the route has set before it failed. */
const ANSWERS_AN_ERROR = {
  'content-type': PROBLEM_JSON,
  'cache-control': SECURITY_HEADERS['cache-control'],
  'content-security-policy': SECURITY_HEADERS['content-security-policy'],
}

type Set = { headers: Record<string, unknown>; status?: unknown }

/** What a request that no route has seen is labelled with. */
const NO_ROUTE = 'none'

/**
 * The app that all routes are put on: gives each answer its id and its headers, lets requests in or turns them away, makes problems of
 * errors, and counts. Order of a request: token looked into (only an unknown one) → `onRequest` → router → gate of the route →
 * body → validation → handler.
 */
export function createEdge(parts: {
  config: Pick<HttpConfig, 'anonymousRole' | 'rateLimit' | 'corsOrigins' | 'publicUrl'>
  credentials: Credentials
  latency: Latency
  now: () => number
  log: Log
  /** Known when all routes are there. */
  routes: () => RouteTable
}) {
  const { config, latency, log, routes } = parts
  const { anonymousRole, rateLimit } = config
  const admission = createAdmission({
    credentials: parts.credentials,
    anonymousRole,
    rateLimit,
    now: parts.now,
    routes,
  })
  const cors = createCors(config.corsOrigins)
  const headers = config.publicUrl?.startsWith('https:')
    ? { ...SECURITY_HEADERS, 'strict-transport-security': 'max-age=31536000' }
    : SECURITY_HEADERS

  /** The router found nothing: another method may. */
  function nothingHere(
    request: Request,
    set: { headers: Record<string, unknown>; status?: unknown },
  ): Fault | undefined {
    const methods = routes().methods(pathOf(request.url))
    if (methods.length === 0) return new Fault('NOT_FOUND', 'There is nothing at this path.')
    const allow = methods.join(', ')
    set.headers.allow = allow
    if (request.method !== 'OPTIONS') return new Fault('METHOD_NOT_ALLOWED', `This path takes ${allow}.`)
    set.status = 204
    Object.assign(set.headers, cors.preflight(request))
    return undefined
  }

  function answerTo(error: unknown, code: string | number, request: Request, set: Set): Response {
    if (error instanceof Detail) return Response.json({ detail: error.message }, { status: error.status })
    const fault = error instanceof Fault || code !== 'NOT_FOUND' ? asFault(error, code) : nothingHere(request, set)
    if (fault === undefined) return new Response(null, { status: 204 })
    const path = pathOf(request.url)
    if (fault.code === 'INTERNAL') {
      log.error('a request failed', {
        request_id: set.headers['x-request-id'],
        method: request.method,
        path,
        error: fault.cause,
      })
    }
    set.status = fault.status
    Object.assign(set.headers, faultHeaders(fault), ANSWERS_AN_ERROR)
    return new Response(problemText(fault, path), { status: fault.status })
  }

  // Elysia reads the source of the hooks below: it prepares what they name of the context, and one that returns a call or hands the context
  // on makes every request wait. Hence the named results, and the work in the functions above.
  return new Elysia({ normalize: false, name: 'edge' })
    .headers(headers)
    .use(access)
    .wrap((next, request) => {
      const pending = admission.pending(request as Request)
      if (pending === undefined) return next
      // The store may be away: then there is no verdict, and the request does not get as far as the router.
      const refuse = (error: unknown) => {
        const fault = asFault(error, '')
        const all = { ...headers, ...faultHeaders(fault), 'content-type': PROBLEM_JSON, 'x-request-id': newRequestId() }
        return new Response(problemText(fault, pathOf((request as Request).url)), {
          status: fault.status,
          headers: all,
        })
      }
      return ((...rest: unknown[]) =>
        pending.then(() => (next as (...rest: unknown[]) => unknown)(...rest), refuse)) as unknown as typeof next
    })
    .onRequest((context) => {
      const { request, set } = context
      context.began = performance.now()
      set.headers['x-request-id'] = newRequestId()
      const traceparent = request.headers.get('traceparent')
      if (traceparent !== null) {
        const trace = continueTrace(traceparent)
        if (trace !== undefined) set.headers.traceparent = trace
      }
      if (cors.used) Object.assign(set.headers, cors.answer(request))
      context.identity = admission.admit(request)
    })
    .mapResponse(({ request, route, began, set }) => {
      // Comes after an error as well, which has counted itself and stopped the clock.
      if (began > 0)
        latency.observe(request.method, route, Number(set.status ?? 200), (performance.now() - began) / 1000)
    })
    .onError((context) => {
      const { error, code, request, set, began, route } = context
      const answer = answerTo(error, code, request, set)
      latency.observe(request.method, route ?? NO_ROUTE, answer.status, (performance.now() - began) / 1000)
      context.began = 0
      return answer
    })
}
export type Edge = ReturnType<typeof createEdge>
