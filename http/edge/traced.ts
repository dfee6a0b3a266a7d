import type { Tracing } from '../../tracing/tracing.ts'
import { pathOf } from './admission.ts'
import type { RouteTable } from './route-table.ts'

/** A handler of Elysia, as its higher-order functions get it. */
type Next = (...rest: unknown[]) => Function

/** Puts a span round the requests that are followed; the app's other requests do not notice. For an app that has all its routes. */
export function followRequests(
  app: { wrap(outer: (next: Next, request: unknown) => Next): unknown },
  tracing: Pick<Tracing, 'follow'>,
  routes: () => RouteTable,
): void {
  app.wrap((next, request) => {
    const { method, url } = request as Request
    const path = pathOf(url)
    const answer = tracing.follow(request as Request, path)
    if (answer === undefined) return next
    const route = () => routes().pattern(method, path) ?? (path.startsWith('/.node/') ? path : '')
    const followed = (...rest: unknown[]) => answer(() => next(...rest), route)
    return followed as unknown as Next
  })
}
