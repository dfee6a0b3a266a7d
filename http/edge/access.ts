import { Elysia } from 'elysia'
import { Fault } from '../../actors/runtime/index.ts'
import { NOBODY, type Identity } from '../auth/identity.ts'
import { atLeast, type Role } from '../auth/roles.ts'

/**
 * Who may use a route: everybody (`public`), whoever has at least a role, `ingest`: a device key or a viewer (whose data it is, the
 * resource asks), or `page`: the route looks at the cookie itself. Every route names it; a server with a route that does not, refuses to
 * start.
 */
export type Access = 'public' | 'page' | 'ingest' | Role

/** Fault UNAUTHENTICATED for nobody, FORBIDDEN for too small a role. */
export function demand(identity: Identity, role: Role): void {
  if (identity.device !== null) throw new Fault('FORBIDDEN', 'A device key sends the data of its device, nothing else.')
  if (identity.role === null) throw unauthenticated()
  if (!atLeast(identity.role, role))
    throw new Fault('FORBIDDEN', `This needs the role ${role}; yours is ${identity.role}.`)
}

/** May this identity use a route with that access? Faults UNAUTHENTICATED, FORBIDDEN. */
export function demandAccess(identity: Identity, needed: Access): void {
  if (needed === 'public' || needed === 'page') return
  if (needed === 'ingest') {
    if (identity.device === null) demand(identity, 'viewer')
  } else demand(identity, needed)
}

/** The words are those that clients of the replaced systems look for. */
export const unauthenticated = () => new Fault('UNAUTHENTICATED', 'Not authenticated')

/** Of somebody who is not confirmed. */
export const onlyReading = () =>
  new Fault('STORE_UNAVAILABLE', 'The store does not answer: until it does, only reading goes on.', { retryAfterS: 1 })

/** Paths of our own. The replaced systems take the last of several, and so do their aliases. */
const OWN = /^[^/]*\/\/[^/]*\/(api\/v1|users|auth)\b/

/** No parameter of a query is a list: of two one would be passed over. Fault VALIDATION. */
function demandOnce(url: string): void {
  const query = url.indexOf('?')
  if (query < 0 || !url.includes('&', query) || !OWN.test(url)) return
  const names = new Set<string>()
  for (const name of new URLSearchParams(url.slice(query)).keys()) {
    if (names.has(name)) {
      const message = 'Expected once'
      throw new Fault('VALIDATION', `The query does not fit: ${name}: ${message}.`, {
        errors: [{ path: `/${name}`, message }],
      })
    }
    names.add(name)
  }
}

/** The place in a route's documentation where its access stands, for the route table and the API document. */
export const ACCESS_KEY = 'x-access'

/**
 * What each folder of routes begins with: `identity` in the context, and the option `access`. The check is a transform: after the
 * router, before any validation, so that a stranger learns nothing from a 422.
 */
export const access = new Elysia({ name: 'access' })
  .decorate('identity', NOBODY)
  .decorate('began', 0)
  .macro({
    access: (needed: Access) => ({
      detail: { [ACCESS_KEY]: needed } as object,
      transform({ identity, request }: { identity: Identity; request: Request }) {
        // No `return` here: Elysia reads the source of its hooks, and makes every request wait for one that may be asynchronous.
        demandAccess(identity, needed)
        demandOnce(request.url)
      },
    }),
  })
