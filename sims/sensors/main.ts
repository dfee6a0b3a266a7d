// The eight sensors of the control task: `node run.mjs sims/sensors/main.ts [--url URL] [--token TOKEN] [--rate 300] [--seconds 60] [--seed 42]`.
import { parseArgs } from 'node:util'
import { sendReadings } from './send.ts'

const { values } = parseArgs({
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:3000/sensor-data' },
    token: { type: 'string' },
    rate: { type: 'string', default: '300' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '42' },
  },
})

const { accepted, refused, latencies } = await sendReadings({
  url: values.url,
  rate: Number(values.rate),
  seconds: Number(values.seconds),
  seed: Number(values.seed),
  ...(values.token === undefined ? {} : { token: values.token }),
})
const quantile = (q: number) => (latencies[Math.floor(q * (latencies.length - 1))] ?? NaN).toFixed(1)
console.log(
  `accepted ${accepted}, refused ${JSON.stringify(refused)}, ms to the answer: p50 ${quantile(0.5)}, p99 ${quantile(0.99)}`,
)
if (accepted < latencies.length) process.exitCode = 1
