// The control system's sensors: 8 of them, 300 readings a second each, the means and deviations of its compose file.
import http from 'k6/http'
import { COMMON, SHORT, URL, WRITE, count, writes } from './target.ts'

export { handleSummary } from './target.ts'

/** Mean and standard deviation. */
const SENSORS: readonly (readonly [number, number])[] = [
  [0, 10],
  [5, 10],
  [0, 100],
  [-3, 20],
  [3, 20],
  [-100, 100],
  [100, 1],
  [-5, 5],
]
const A_SECOND = 300

export const options = {
  scenarios: Object.fromEntries(
    SENSORS.map(([mean, deviation], i) => [
      `sensor_${i + 1}`,
      {
        executor: 'constant-arrival-rate',
        rate: A_SECOND,
        timeUnit: '1s',
        duration: SHORT ? '12s' : '1m',
        preAllocatedVUs: 25,
        maxVUs: 200,
        gracefulStop: '10s',
        env: { MEAN: String(mean), DEVIATION: String(deviation) },
      },
    ]),
  ),
  ...COMMON,
  // What k6 itself could not start in time on shared cores was never offered: it is printed, and bounded here.
  thresholds: writes(0.97 * SENSORS.length * A_SECOND),
}

/** Normally distributed, by the method of Box and Muller; whole, as the sensors send it. */
function measured(): number {
  const radius = Math.sqrt(-2 * Math.log(1 - Math.random()))
  const normal = radius * Math.cos(2 * Math.PI * Math.random())
  return Math.trunc(Number(__ENV.MEAN) + Number(__ENV.DEVIATION) * normal)
}

export default function () {
  const datetime = new Date().toISOString().slice(0, 23)
  count(http.post(`${URL}/sensor-data`, `{"datetime":"${datetime}","payload":${measured()}}`, WRITE).status, 200)
}
