import { Fault } from '../../actors/runtime/index.ts'
import type { HttpConfig } from '../config.ts'
import { onlyReading } from '../edge/access.ts'
import { isOwnOrigin, originOf } from '../edge/address.ts'
import { pathOf } from '../edge/admission.ts'
import type { RateLimits } from '../edge/rate-limits.ts'
import type { Credentials } from './credentials.ts'
import { NOBODY, type Identity } from './identity.ts'
import type { Role } from './roles.ts'
import { LIFE_MS, same, sha256 } from './sessions.ts'

const COOKIE = 'windbox_session'
/** A stream looks every second whether its session goes on: that is no request. */
const STREAM = '/dashboard/live'

/** Who looks at a page. */
export interface PageSession {
  /** The e-mail; '' for the role that everybody has. */
  readonly name: string
  readonly role: Role
  /** null: without an account. */
  readonly user: number | null
  readonly sid: string
  /** Goes with every form of the page and every unsafe request of its script. null without an account. */
  readonly csrf: string | null
  /** The same person, as the functions behind the API know who asks. */
  readonly identity: Identity
}

/** Sessions of the dashboard's pages. The cookie counts nowhere else: its path is the dashboard's, and no other route reads it. */
export function createPageSessions(parts: {
  credentials: Credentials
  config: Pick<HttpConfig, 'publicUrl' | 'trustProxy' | 'anonymousRole'>
  limits: Pick<RateLimits, 'exceeded'>
  now: () => number
}) {
  const { credentials, config, limits, now } = parts
  const carriedBy = (request: Request): string | undefined =>
    new Bun.CookieMap(request.headers.get('cookie') ?? '').get(COOKIE) || undefined
  const isSecure = (request: Request) => originOf(request, config).startsWith('https:')

  const attributes = (request: Request) =>
    `Path=/dashboard; HttpOnly; SameSite=Lax${isSecure(request) ? '; Secure' : ''}`

  /** From a page of this server. A browser says so with every form and every unsafe request of a script. */
  function isSameOrigin(request: Request): boolean {
    const origin = request.headers.get('origin')
    if (origin === null) return request.headers.get('sec-fetch-site') === 'same-origin'
    return isOwnOrigin(origin, request, config)
  }

  return {
    isSameOrigin,

    /** Whose cookie it is, or the role that everybody has, or null. Counts as one of the session's requests. Fault RATE_LIMITED. */
    async find(request: Request): Promise<PageSession | null> {
      const carried = carriedBy(request)
      const identity = carried === undefined ? undefined : await credentials.identify(carried, 'page')
      if (carried !== undefined && identity?.role) {
        if (pathOf(request.url) !== STREAM && !identity.bucket.take(now())) throw limits.exceeded()
        const { role, user, sid, email } = identity
        return { name: email ?? '', role, user, sid, csrf: sha256(`${carried}:csrf`), identity }
      }
      const role = config.anonymousRole
      return role ? { name: '', role, user: null, sid: '', csrf: null, identity: { ...NOBODY, role } } : null
    },

    /** Whether an unsafe request really comes from the session's own page. Faults: FORBIDDEN, STORE_UNAVAILABLE. */
    demandOwnPage(request: Request, session: PageSession, csrf: string | null | undefined): void {
      if (!session.identity.isConfirmed) throw onlyReading()
      if (isSameOrigin(request) && session.csrf !== null && same(session.csrf, csrf ?? '')) return
      throw new Fault('FORBIDDEN', 'The request does not come from a page of this session; load the page again.')
    },

    /** Value of `Set-Cookie`. */
    begin: (request: Request, carried: string): string =>
      `${COOKIE}=${carried}; ${attributes(request)}; Max-Age=${LIFE_MS / 1000}`,
    end: (request: Request): string => `${COOKIE}=; ${attributes(request)}; Max-Age=0`,
  }
}
export type PageSessions = ReturnType<typeof createPageSessions>
