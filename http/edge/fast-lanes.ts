import type { Tracing } from '../../tracing/tracing.ts'
import { NOBODY, type Identity } from '../auth/identity.ts'
import { demandAccess, type Access } from './access.ts'
import { hasNoHost } from './admission.ts'
import type { Exchange, FaultAnswers } from './fault-answers.ts'

/** An exchange that knows who it is with. */
export type Sent = Exchange & { identity: Identity; readonly params?: Readonly<Record<string, string>> }

/** What a work ends with: made of the JSON text of an answer, whose status and headers are in the exchange's `set`, or of what went wrong. */
export interface Ends<Answer> {
  done(sent: Sent, body: string): Answer
  failed(sent: Sent, error: unknown): Answer
}

/** Not a promise that others wait for and make the answer of: each further one costs 0.3 µs a request. */
export type Work = <Answer>(sent: Sent, ends: Ends<Answer>) => Promise<Answer>

/** A route that takes the lane: POST to this very path, without parameters. */
interface Lane {
  readonly path: string
  readonly access: Access
  readonly work: Work
}

const JSON_TYPE = 'application/json'
/** The headers that every answer of a lane has of its own, and no other has from before. */
const OWN = ['x-request-id', 'x-position'] as const

/**
 * The few routes that take most of the load, before the router: the same admission, headers, answers and counts, without the context that
 * Elysia makes for handlers of every sort. Of a durable POST of one reading that saves a quarter. Whatever is not the plain case (a query, a
 * token that has to be looked into, another method) is left to the router, which has the same routes.
 */
export class FastLanes implements Ends<Response> {
  /** For `Bun.serve`, which finds the path before it calls anybody. */
  readonly routes: Record<string, { POST: (request: Request) => Response | Promise<Response> }> = {}
  readonly #headers: Readonly<Record<string, string>>
  /** Taken for all usual answers, for a `Response` copies what it is given: 0.8 µs less than one made anew, and of another one it does so best. */
  readonly #usual: Response
  readonly #admits: (request: Request) => boolean
  readonly #begin: (sent: Sent) => void
  readonly #answers: Pick<FaultAnswers, 'answerTo' | 'counted'>
  readonly #router: (request: Request) => Response | Promise<Response>
  readonly #follow: Tracing['follow'] | undefined

  constructor(parts: {
    headers: Readonly<Record<string, string>>
    /** Whether `begin` can be done at once. */
    admits: (request: Request) => boolean
    /** What the edge does with each request first; faults UNAUTHENTICATED, RATE_LIMITED. */
    begin: (sent: Sent) => void
    answers: Pick<FaultAnswers, 'answerTo' | 'counted'>
    router: (request: Request) => Response | Promise<Response>
    follow: Tracing['follow'] | undefined
  }) {
    this.#headers = parts.headers
    this.#usual = new Response(null, { status: 202, headers: { ...parts.headers, 'content-type': JSON_TYPE } })
    this.#admits = parts.admits
    this.#begin = parts.begin
    this.#answers = parts.answers
    this.#router = parts.router
    this.#follow = parts.follow
  }

  open(lane: Lane): void {
    this.routes[lane.path] = { POST: (request) => this.#take(lane, request) }
  }

  #take(lane: Lane, request: Request): Response | Promise<Response> {
    const { url } = request
    if (url.includes('?') || hasNoHost(url) || !this.#admits(request)) return this.#router(request)
    const followed = this.#follow?.(request, lane.path)
    if (followed) {
      return followed(
        () => this.#drive(lane, request),
        () => lane.path,
      )
    }
    return this.#drive(lane, request)
  }

  #drive({ path, access, work }: Lane, request: Request): Response | Promise<Response> {
    const sent: Sent = { request, route: path, began: 0, identity: NOBODY, set: { headers: {}, status: 200 } }
    try {
      this.#begin(sent)
      demandAccess(sent.identity, access)
    } catch (error) {
      return this.failed(sent, error)
    }
    return work(sent, this)
  }

  done(sent: Sent, body: string): Response {
    this.#answers.counted(sent)
    const { headers: own, status } = sent.set
    const usual = this.#usual
    if (status === usual.status && isUsual(own)) {
      for (const name of OWN) usual.headers.set(name, own[name] as string)
      return new Response(body, usual)
    }
    const headers = new Headers(this.#headers)
    for (const name in own) headers.set(name, own[name] as string)
    return new Response(body, { status: status as number, headers })
  }

  failed(sent: Sent, error: unknown): Response {
    const answer = this.#answers.answerTo(sent, error, '')
    for (const [name, value] of Object.entries({ ...this.#headers, ...sent.set.headers })) {
      answer.headers.set(name, String(value))
    }
    return answer
  }
}

/** JSON, all of {@link OWN}, and nothing else. */
function isUsual(own: Readonly<Record<string, unknown>>): boolean {
  let count = 0
  for (const _ in own) count++
  if (count !== OWN.length + 1 || own['content-type'] !== JSON_TYPE) return false
  for (const name of OWN) if (own[name] === undefined) return false
  return true
}
