// Data posts and statistics, as the device system's clients send them: ten users without a pause, four posts to one look. It
// answered 452 requests a second, p95 46 ms.
import { check } from 'k6'
import exec from 'k6/execution'
import http from 'k6/http'
import { READ, SHORT, SYSTEM_TAGS, TREND_STATS, URL, WRITE, count } from './target.ts'

export { handleSummary } from './target.ts'

const POSTS_A_LOOK = 4

export const options = {
  scenarios: { users: { executor: 'constant-vus', vus: 10, duration: SHORT ? '10s' : '1m', gracefulStop: '10s' } },
  systemTags: SYSTEM_TAGS,
  summaryTrendStats: TREND_STATS,
  thresholds: {
    http_req_failed: ['rate==0'],
    checks: ['rate==1'],
    http_reqs: ['rate>=452'],
    http_req_duration: ['p(95)<46'],
  },
}

/** A device of this run alone; the summary says which. */
export function setup(): number {
  const answer = http.post(`${URL}/device/`, JSON.stringify({ name: 'k6' }), WRITE)
  if (answer.status !== 200) throw new Error(`POST /device/: ${answer.status} ${answer.body}`)
  return answer.json('id') as number
}

export default function (device: number) {
  const n = exec.scenario.iterationInTest
  if (n % (POSTS_A_LOOK + 1) === POSTS_A_LOOK) {
    const look = http.get(`${URL}/analyze_statistics/?attr=y&device_id=${device}`, READ)
    check(look, { 'answers 200 to a look': ({ status }) => status === 200 })
    return
  }
  // `y` is another one each time: a reading that counts twice, or not, shows in the sum.
  const answer = http.post(`${URL}/data/`, `{"device_id":${device},"x":${device},"y":${n},"z":1}`, WRITE)
  check(answer, { 'answers 200 to a reading': ({ status }) => count(status, 200) })
}
