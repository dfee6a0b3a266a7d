// The Locust mix that the exhauster system was measured with: 100 users without a pause, weights ping 1, events 10, exhausters 5,
// exhauster 10. It answered 50 requests a second, p50 1.4 s, p95 5.2 s.
import { check } from 'k6'
import http from 'k6/http'
import { COMMON, READ, SHORT, URL } from './target.ts'

export { handleSummary } from './target.ts'

export const options = {
  scenarios: { mix: { executor: 'constant-vus', vus: 100, duration: SHORT ? '10s' : '1m' } },
  ...COMMON,
  thresholds: {
    http_req_failed: ['rate==0'],
    checks: ['rate==1'],
    http_reqs: ['rate>=50'],
    http_req_duration: ['med<1400', 'p(95)<5200'],
  },
}

/** From 0 up to and without `end`. */
const below = (end: number) => Math.floor(Math.random() * end)

const EXHAUSTERS = 6
const MIX: readonly (() => string)[] = [
  ...Array<() => string>(1).fill(() => '/ping'),
  ...Array<() => string>(10).fill(
    () => `/events?exhauster_id=${below(EXHAUSTERS)}&page=${1 + below(10)}&size=${1 + below(100)}&sort_order=DESC`,
  ),
  ...Array<() => string>(5).fill(() => '/exhausters'),
  ...Array<() => string>(10).fill(() => `/exhausters/${below(EXHAUSTERS)}`),
]

export default function () {
  const answer = http.get(URL + MIX[below(MIX.length)]!(), READ)
  check(answer, { 'answers 200': ({ status }) => status === 200 })
}
