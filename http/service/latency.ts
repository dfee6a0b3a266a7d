/** Upper bounds of the buckets, seconds. */
export const BOUNDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

interface Series {
  readonly counts: Float64Array
  sum: number
  count: number
}

export interface LatencySeries extends Series {
  readonly method: string
  readonly route: string
  readonly status: number
}

/**
 * How long answers took, per method, route and status. Three looks into maps and one step into an array a request: a metric with
 * labels of prom-client hashes them all anew each time.
 */
export class Latency {
  readonly #series = new Map<string, Map<string, Map<number, Series>>>()

  observe(method: string, route: string, status: number, seconds: number): void {
    let routes = this.#series.get(method)
    if (routes === undefined) this.#series.set(method, (routes = new Map()))
    let statuses = routes.get(route)
    if (statuses === undefined) routes.set(route, (statuses = new Map()))
    let series = statuses.get(status)
    if (series === undefined) {
      series = { counts: new Float64Array(BOUNDS.length), sum: 0, count: 0 }
      statuses.set(status, series)
    }
    series.sum += seconds
    series.count++
    for (let i = 0; i < BOUNDS.length; i++) {
      if (seconds <= BOUNDS[i]!) {
        series.counts[i]!++
        return
      }
    }
  }

  *all(): Generator<LatencySeries> {
    for (const [method, routes] of this.#series) {
      for (const [route, statuses] of routes) {
        for (const [status, series] of statuses) yield { method, route, status, ...series }
      }
    }
  }
}
