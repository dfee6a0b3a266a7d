import { Counter } from 'k6/metrics'

/** Where the product answers, and as whom it is asked. `k6 run -e URL=… -e TOKEN=… sims/k6/events.ts` */
export const URL = __ENV.URL ?? 'http://127.0.0.1:3000'
/** The form that CI runs: the same load, for seconds instead of minutes. */
export const SHORT = __ENV.SHORT === 'true'
/** Makes the ids of one run others than those of every run before. */
export const RUN = __ENV.RUN ?? String(Date.now())

const authorization: Record<string, string> = __ENV.TOKEN ? { authorization: `Bearer ${__ENV.TOKEN}` } : {}
/** One object for all requests: a header of its own for each costs k6 more than the request. */
export const READ = { headers: { ...authorization } }
export const WRITE = { headers: { ...authorization, 'content-type': 'application/json' } }

/** Writes that the product has acknowledged: what must be stored, each once. */
const accepted = new Counter('accepted')
/** Writes that it has answered otherwise. */
const refused = new Counter('refused')
/** Writes without any answer: they may be stored or not. */
const unanswered = new Counter('unanswered')

/** Counts the answer to a write; true when it was acknowledged. A `check` of k6 for each would cost as much as the request. */
export function count(status: number, expected: number): boolean {
  if (status === expected) accepted.add(1)
  else if (status === 0) unanswered.add(1)
  else refused.add(1)
  return status === expected
}

/** Every write is acknowledged, with at least so many a second. A short run is mostly ramp: it shows that nothing is lost, not how fast. */
export const writes = (aSecond: number): Record<string, string[]> => ({
  refused: ['count==0'],
  unanswered: ['count==0'],
  accepted: [SHORT ? 'count>0' : `rate>=${aSecond}`],
})

/** What all scenarios share. Only the tag that thresholds look at: each further one costs k6 time that the product could use. */
export const COMMON = {
  systemTags: ['status'],
  summaryTrendStats: ['med', 'p(90)', 'p(95)', 'p(99)', 'max'],
}

interface Summary {
  readonly metrics: Readonly<Record<string, { readonly values: Readonly<Record<string, number>> }>>
}

/** A few lines for people, and everything as JSON for whoever started it. */
export function handleSummary(summary: Summary): Record<string, string> {
  const value = (name: string, key: string) => summary.metrics[name]?.values[key] ?? 0
  const ms = (key: string) => `${value('http_req_duration', key).toFixed(1)} ms`
  const lines = [
    `requests ${value('http_reqs', 'count')}, ${value('http_reqs', 'rate').toFixed(0)} a second, failed ${(value('http_req_failed', 'rate') * 100).toFixed(3)} %`,
    `answer, as k6 saw it: median ${ms('med')}, p90 ${ms('p(90)')}, p95 ${ms('p(95)')}, p99 ${ms('p(99)')}, longest ${ms('max')}`,
    `writes acknowledged ${value('accepted', 'count')}, refused ${value('refused', 'count')}, without an answer ${value('unanswered', 'count')}, starts left out ${value('dropped_iterations', 'count')}`,
  ]
  const out: Record<string, string> = { stdout: `${lines.join('\n')}\n` }
  if (__ENV.SUMMARY) out[__ENV.SUMMARY] = JSON.stringify(summary)
  return out
}
