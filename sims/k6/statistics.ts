// Data posts and statistics, as the device system's clients send them: ten users without a pause, four posts to one look. It
// answered 452 requests a second, p95 46 ms.
import { check, sleep } from 'k6'
import exec from 'k6/execution'
import http from 'k6/http'
import { COMMON, READ, SHORT, URL, WRITE, count, writes } from './target.ts'

export { handleSummary } from './target.ts'

const POSTS_A_LOOK = 4

export const options = {
  scenarios: { users: { executor: 'constant-vus', vus: 10, duration: SHORT ? '10s' : '1m', gracefulStop: '10s' } },
  ...COMMON,
  thresholds: {
    ...writes(452 * (POSTS_A_LOOK / (POSTS_A_LOOK + 1))),
    checks: ['rate==1'],
    ...(SHORT ? {} : { http_req_duration: ['p(95)<46'] }),
  },
}

const look = (device: number) => http.get(`${URL}/analyze_statistics/?attr=y&device_id=${device}`, READ)
const send = (device: number, y: number) =>
  count(http.post(`${URL}/data/`, `{"device_id":${device},"x":${device},"y":${y},"z":1}`, WRITE).status, 200)

/** A device of this run alone, with a first reading that a look finds; the summary says which. */
export function setup(): number {
  const answer = http.post(`${URL}/device/`, JSON.stringify({ name: 'k6' }), WRITE)
  if (answer.status !== 200) throw new Error(`POST /device/: ${answer.status} ${answer.body}`)
  const device = answer.json('id') as number
  send(device, -1)
  for (let tries = 0; look(device).status !== 200; tries++) {
    if (tries === 100) throw new Error('the first reading is not to be seen')
    sleep(0.1)
  }
  return device
}

export default function (device: number) {
  const n = exec.scenario.iterationInTest
  // `y` is another one each time: a reading that counts twice, or not, shows.
  if (n % (POSTS_A_LOOK + 1) !== POSTS_A_LOOK) send(device, n)
  else check(look(device), { 'answers 200': ({ status }) => status === 200 })
}
