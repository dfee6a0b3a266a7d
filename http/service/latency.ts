import { Histogram } from '../../figures/histogram.ts'

/** How long answers took, per method, route and status: three looks into maps a request, none where it is as the one before. */
export class Latency {
  readonly #series = new Map<string, Map<string, Map<number, Histogram>>>()
  #last: { method: string; route: string; status: number; histogram: Histogram } | undefined

  observe(method: string, route: string, status: number, seconds: number): void {
    let last = this.#last
    if (last === undefined || last.route !== route || last.status !== status || last.method !== method) {
      this.#last = last = { method, route, status, histogram: this.#histogram(method, route, status) }
    }
    last.histogram.observe(seconds)
  }

  #histogram(method: string, route: string, status: number): Histogram {
    let routes = this.#series.get(method)
    if (routes === undefined) this.#series.set(method, (routes = new Map()))
    let statuses = routes.get(route)
    if (statuses === undefined) routes.set(route, (statuses = new Map()))
    let histogram = statuses.get(status)
    if (histogram === undefined) statuses.set(status, (histogram = new Histogram()))
    return histogram
  }

  *all(): Generator<[labels: { method: string; route: string; status: number }, histogram: Histogram]> {
    for (const [method, routes] of this.#series) {
      for (const [route, statuses] of routes) {
        for (const [status, histogram] of statuses) yield [{ method, route, status }, histogram]
      }
    }
  }
}
