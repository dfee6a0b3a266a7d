// Film progress, as players of the playback system send it: each viewer watches a film to its end, one post after the other. The
// system was never loaded itself; its storage took 28 s for ten million rows in batches of a thousand.
import exec from 'k6/execution'
import http from 'k6/http'
import { COMMON, RUN, SHORT, URL, WRITE, count, writes } from './target.ts'

export { handleSummary } from './target.ts'

const VIEWERS = 50
const FILMS = 5
const TOTAL = 1_000_000

export const options = {
  scenarios: {
    viewers: { executor: 'constant-vus', vus: VIEWERS, duration: SHORT ? '10s' : '1m', gracefulStop: '10s' },
  },
  ...COMMON,
  thresholds: writes(500),
}

const hex = (n: number, digits: number) => n.toString(16).padStart(digits, '0')
/** A UUID v4 of this run; `kind` 1: films, 2: viewers. The ledger makes the same ones. */
const uuid = (kind: number, n: number) => `${hex(Number(RUN) % 2 ** 32, 8)}-${hex(kind, 4)}-4000-8000-${hex(n, 12)}`

let progress = 0

export default function () {
  const viewer = exec.vu.idInTest - 1
  const body = `{"user_id":"${uuid(2, viewer)}","progress":${progress + 1},"total":${TOTAL}}`
  const answer = http.post(`${URL}/api/v1/progresses/films/${uuid(1, viewer % FILMS)}/`, body, WRITE)
  // One step an acknowledged post: the place to go on from is the number of them.
  if (count(answer.status, 202)) progress++
}
