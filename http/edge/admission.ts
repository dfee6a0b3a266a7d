import { Fault } from '../../actors/runtime/index.ts'
import type { Credentials } from '../auth/credentials.ts'
import { NOBODY, type Identity } from '../auth/identity.ts'
import type { Role } from '../auth/roles.ts'
import { onlyReading, unauthenticated } from './access.ts'
import type { RateLimits } from './rate-limits.ts'
import type { RouteTable } from './route-table.ts'

/** Of a request whose `Host` is none, the URL is the path alone: nothing here could read it. */
export const hasNoHost = (url: string): boolean => url.startsWith('/')

/** The path of a request's URL, as it was sent. */
export function pathOf(url: string): string {
  const begin = hasNoHost(url) ? 0 : url.indexOf('/', url.indexOf('//') + 2)
  const end = url.indexOf('?', begin)
  return begin < 0 ? '/' : end < 0 ? url.slice(begin) : url.slice(begin, end)
}

const MOST_KEPT = 1_000

/** The usual spelling is compared first: RFC 9110 has the scheme in any case. */
const tokenIn = (authorization: string): string =>
  authorization.startsWith('Bearer ') || /^bearer /i.test(authorization) ? authorization.slice(7) : ''

/** The token of `Authorization: Bearer …`, '' for another scheme, null without the header. */
export function bearerOf(request: Request): string | null {
  const authorization = request.headers.get('authorization')
  return authorization === null ? null : tokenIn(authorization)
}

/** Whether a request of this method changes nothing. */
export const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

/**
 * Lets requests in. In two steps, so that the usual request never waits: `pending` is there when a token has to be looked into first
 * (before the router sees the request), `admit` is synchronous and only looks up.
 */
export function createAdmission(parts: {
  credentials: Pick<Credentials, 'known' | 'settle'>
  anonymousRole: Role | undefined
  /** Whether a page of another site makes the browser send it. */
  isForeign: (request: Request) => boolean
  limits: Pick<RateLimits, 'lasting' | 'exceeded'>
  now: () => number
  /** Made when all routes are there. */
  routes: () => RouteTable
}) {
  const { credentials, limits, now } = parts
  const anonymous: Identity | undefined = parts.anonymousRole && {
    ...NOBODY,
    role: parts.anonymousRole,
    bucket: limits.lasting('anonymous'),
  }

  /** Nobody may use what is public; a path that is not there is not there for anybody. */
  function stranger(request: Request): Identity {
    if (request.method !== 'OPTIONS' && !isOpen(request)) throw unauthenticated()
    return NOBODY
  }

  function isOpen(request: Request): boolean {
    const access = parts.routes().access(request.method, pathOf(request.url))
    return access === 'public' || access === 'page' || access === 'unknown'
  }

  /** Where the network alone lets in, any page that a person of this network looks at could act in their place. Fault FORBIDDEN. */
  function passerBy(request: Request): Identity | undefined {
    if (anonymous === undefined || isRead(request.method) || !parts.isForeign(request)) return anonymous
    if (isOpen(request)) return undefined
    throw new Fault(
      'FORBIDDEN',
      'A page of another site sends this, without a token. If it may, name its origin in WINDBOX_CORS_ORIGINS; if it is of this server, the address of this server in WINDBOX_PUBLIC_URL.',
    )
  }

  /**
   * Whom `pending` has found for which request, and when: `admit` follows at once, and the clock must not pass the end of what is known between
   * the two.
   */
  let found: Identity | undefined
  let foundFor: Request | undefined
  let foundMs = 0

  /** The tokens of those headers that let somebody in. One that is cut off each time has to be copied and hashed each time: 0.3 µs. */
  const tokens = new Map<string, string>()

  function keep(header: string, token: string): void {
    if (tokens.size === MOST_KEPT) tokens.clear()
    tokens.set(header, token)
  }

  return {
    pending(request: Request): Promise<void> | undefined {
      const header = request.headers.get('authorization')
      if (header === null) return undefined
      const kept = tokens.get(header)
      const token = kept ?? tokenIn(header)
      if (token === '') return undefined
      foundMs = now()
      found = credentials.known(token, 'api', foundMs)
      if (found === undefined) return credentials.settle(token, 'api')
      if (kept === undefined) keep(header, token)
      foundFor = request
      return undefined
    },

    /** Faults: UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED, STORE_UNAVAILABLE (who is not confirmed may read). */
    admit(request: Request): Identity {
      let nowMs = foundMs
      let identity = found
      if (foundFor !== request) {
        nowMs = now()
        const token = bearerOf(request)
        identity = token === null ? passerBy(request) : credentials.known(token, 'api', nowMs)
      }
      foundFor = undefined
      if (identity === undefined) return stranger(request)
      if (!identity.bucket.take(nowMs)) throw limits.exceeded()
      if (!identity.isConfirmed && !isRead(request.method)) throw onlyReading()
      return identity
    },
  }
}
export type Admission = ReturnType<typeof createAdmission>
