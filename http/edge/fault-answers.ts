import { Fault } from '../../actors/runtime/index.ts'
import type { Log } from '../log.ts'
import type { Latency } from '../service/latency.ts'
import { pathOf } from './admission.ts'
import type { createCors } from './cors.ts'
import { Detail } from './detail.ts'
import { PAGE_HEADERS, SECURITY_HEADERS } from './headers.ts'
import { PROBLEM_JSON, asFault, faultHeaders, problemText } from './problem.ts'
import type { RouteTable } from './route-table.ts'

/** What an error's answer has, whatever the route has set before it failed. */
const ANSWERS_AN_ERROR = {
  'content-type': PROBLEM_JSON,
  'cache-control': SECURITY_HEADERS['cache-control'],
  'content-security-policy': SECURITY_HEADERS['content-security-policy'],
}

/** What a request that no route has seen is counted under. */
const NO_ROUTE = 'none'

const isParameter = (error: unknown) => (error as { type?: string }).type === 'params'

/** The part of Elysia's context that an answer needs. */
export interface Exchange {
  readonly request: Request
  readonly route?: string
  readonly set: { headers: Record<string, unknown>; status?: unknown }
  /** `performance.now()` at its arrival; 0 once it is counted. */
  began: number
}

/** Makes answers of errors, and counts them. */
export function createFaultAnswers(parts: {
  log: Log
  latency: Latency
  cors: ReturnType<typeof createCors>
  routes: () => RouteTable
  /** A fault as a page of HTML for a person who asks for a page; undefined for all others. */
  pageOfFault: (request: Request, fault: Fault, requestId: string) => string | undefined
}) {
  const { log, latency, cors, routes, pageOfFault } = parts

  /** The router found nothing: another method may. undefined: `OPTIONS` is answered by the headers alone. */
  function nothingHere({ request, set }: Exchange): Fault | undefined {
    const methods = routes().methods(pathOf(request.url))
    if (methods.length === 0) return new Fault('NOT_FOUND', 'There is nothing at this path.')
    const allow = methods.join(', ')
    set.headers.allow = allow
    if (request.method !== 'OPTIONS') return new Fault('METHOD_NOT_ALLOWED', `This path takes ${allow}.`)
    Object.assign(set.headers, cors.preflight(request))
    return undefined
  }

  function answerOf(exchange: Exchange, error: unknown, code: string | number): Response {
    const { request, set } = exchange
    if (error instanceof Detail) return Response.json({ detail: error.message }, { status: error.status })
    const path = pathOf(request.url)
    const isUnrouted =
      code === 'NOT_FOUND'
        ? !(error instanceof Fault)
        : // The router took a name of its own, as `/users/me`, for a parameter of the path beside it.
          code === 'VALIDATION' && isParameter(error) && !routes().methods(path).includes(request.method)
    const fault = isUnrouted ? nothingHere(exchange) : asFault(error, code)
    if (fault === undefined) return new Response(null, { status: 204 })
    if (fault.code === 'INTERNAL') {
      const { method } = request
      log.error('a request failed', { request_id: set.headers['x-request-id'], method, path, error: fault.cause })
    }
    const page = pageOfFault(request, fault, String(set.headers['x-request-id']))
    Object.assign(set.headers, faultHeaders(fault), ANSWERS_AN_ERROR, page === undefined ? {} : PAGE_HEADERS)
    return new Response(page ?? problemText(fault, path), { status: fault.status })
  }

  const count = ({ request, route, began }: Exchange, status: number) =>
    latency.observe(request.method, route ?? NO_ROUTE, status, (performance.now() - began) / 1000)

  /** The answer to an error. `code`: what Elysia calls it. */
  function answerTo(exchange: Exchange, error: unknown, code: string | number): Response {
    const answer = answerOf(exchange, error, code)
    exchange.set.status = answer.status
    count(exchange, answer.status)
    exchange.began = 0
    return answer
  }

  return {
    answerTo,
    /** Counts an answer that is no error. One that has been counted, or that will be {@link later}, is left alone. */
    counted(exchange: Exchange): void {
      if (exchange.began > 0) count(exchange, Number(exchange.set.status ?? 200))
    },
    /**
     * For a handler that Elysia takes for a synchronous one and that has to wait this time: Elysia would neither catch what it rejects
     * with nor count how long it took.
     */
    later<Body>(exchange: Exchange, body: Promise<Body>): Promise<Body | Response> {
      const { began } = exchange
      exchange.began = 0
      return body.then(
        (value) => {
          count({ ...exchange, began }, Number(exchange.set.status ?? 200))
          return value
        },
        (error: unknown) => answerTo(Object.assign(exchange, { began }), error, ''),
      )
    },
  }
}
export type FaultAnswers = ReturnType<typeof createFaultAnswers>
