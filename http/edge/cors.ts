const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const HEADERS = 'authorization, content-type, idempotency-key, last-event-id, traceparent, x-min-offset'
const EXPOSED = 'x-request-id, x-position, x-actor-offset, x-state-age-ms, x-state, retry-after'

/** Headers for a request from another site: none unless its origin is one of those named. Cookies are never allowed. */
export function createCors(origins: readonly string[]) {
  const allowed = new Set(origins)
  const origin = (request: Request): Record<string, string> | undefined => {
    const from = request.headers.get('origin')
    return from !== null && allowed.has(from) ? { 'access-control-allow-origin': from, vary: 'Origin' } : undefined
  }
  return {
    used: allowed.size > 0,
    answer(request: Request): Record<string, string> | undefined {
      const headers = origin(request)
      return headers && { ...headers, 'access-control-expose-headers': EXPOSED }
    },
    preflight(request: Request): Record<string, string> | undefined {
      const headers = origin(request)
      return (
        headers && {
          ...headers,
          'access-control-allow-methods': METHODS,
          'access-control-allow-headers': HEADERS,
          'access-control-max-age': '600',
        }
      )
    },
  }
}
