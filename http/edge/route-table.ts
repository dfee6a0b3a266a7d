import type { Access } from './access.ts'

interface Route {
  readonly method: string
  readonly segments: readonly string[]
  readonly access: Access
}

/**
 * Who may use which route, for the requests that the router has not been asked about yet: those without an identity, and
 * those that found nothing. Not for the hot path. The routes' own gate stands behind it.
 */
export class RouteTable {
  readonly #routes: readonly Route[]

  constructor(routes: readonly { method: string; path: string; access: Access }[]) {
    this.#routes = routes.map(({ method, path, access }) => ({ method, segments: segmentsOf(path), access }))
  }

  /** The access of a route, 'unknown' where there is none; HEAD is as GET. */
  access(method: string, path: string): Access | 'unknown' {
    const asked = segmentsOf(path)
    const as = method === 'HEAD' ? 'GET' : method
    let found: Route | undefined
    for (const route of this.#routes) {
      if (route.method !== as || !fits(route.segments, asked)) continue
      // A literal path goes before one with parameters, as in the router.
      if (!route.segments.some(isOpen)) return route.access
      found ??= route
    }
    return found?.access ?? 'unknown'
  }

  /** The route that takes it, as it is written in the code; the method alone says little, the path too much. */
  pattern(method: string, path: string): string | undefined {
    const asked = segmentsOf(path)
    const as = method === 'HEAD' ? 'GET' : method
    const fitting = this.#routes.filter((route) => route.method === as && fits(route.segments, asked))
    return (fitting.find(({ segments }) => !segments.some(isOpen)) ?? fitting[0])?.segments.join('/')
  }

  /** What a path answers to; empty for a path that nothing stands at. A literal path does not take what one with parameters takes. */
  methods(path: string): string[] {
    const asked = segmentsOf(path)
    const fitting = this.#routes.filter(({ segments }) => fits(segments, asked))
    const literal = fitting.filter(({ segments }) => !segments.some(isOpen))
    const methods = new Set((literal.length > 0 ? literal : fitting).map(({ method }) => method))
    if (methods.size === 0) return []
    if (methods.has('GET')) methods.add('HEAD')
    methods.add('OPTIONS')
    return [...methods].sort()
  }
}

/** A slash at the end makes no difference. */
const segmentsOf = (path: string): string[] => path.replace(/\/$/, '').split('/')
const isOpen = (segment: string) => segment.startsWith(':') || segment === '*'

function fits(pattern: readonly string[], asked: readonly string[]): boolean {
  for (const [i, segment] of pattern.entries()) {
    if (segment === '*') return true
    const there = asked[i]
    if (there === undefined || (segment.startsWith(':') ? there === '' : segment !== there)) return false
  }
  return pattern.length === asked.length
}
