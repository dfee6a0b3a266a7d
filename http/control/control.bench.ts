import type { Bench } from '../../bench/bench.ts'
import { quantile } from '../../bench/compare.ts'
import { startProduct } from '../../bench/product.ts'
import { startManipulator } from '../../sims/manipulator/manipulator.ts'
import { sendReadings } from '../../sims/sensors/send.ts'

const LOOP = '/api/v1/control/loops/bench'
/** A tick a second, so that a short run has many. */
const INTERVAL_S = 1

interface Decision {
  readonly late_ms: number
  readonly n: number
}

export const benches: readonly Bench[] = [
  {
    id: 'control',
    work: '8 sensors × 300 readings/s by single requests: from a decision’s tick to its command at the manipulator, p99',
    unit: 'ms',
    async measure({ quick }) {
      const manipulator = startManipulator({ now: () => Date.now() })
      const product = await startProduct()
      try {
        const headers = { authorization: `Bearer ${product.token}`, 'content-type': 'application/json' }
        const body = JSON.stringify({
          interval_s: INTERVAL_S,
          alpha: 0.05,
          test: 'welch',
          manipulator: { host: '127.0.0.1', port: manipulator.port },
        })
        const put = await fetch(product.url + LOOP, { method: 'PUT', headers, body })
        if (put.status !== 201) throw new Error(`the loop was not made: ${put.status} ${await put.text()}`)

        const url = `${product.url}${LOOP}/readings`
        const sending = { url, token: product.token, seed: 42 }
        await sendReadings({ ...sending, seconds: quick ? 1 : 5 })
        const warm = manipulator.lines.length
        const { accepted, refused, latencies } = await sendReadings({ ...sending, seconds: quick ? 3 : 60 })
        if (accepted < latencies.length) throw new Error(`not all were taken: ${JSON.stringify(refused)}`)

        const late = manipulator.lines
          .slice(warm)
          .map(({ at, line }) => at - Date.parse((JSON.parse(line) as { datetime: string }).datetime))
        const { items } = (await (await product.get(`${LOOP}/decisions?limit=1000`)).json()) as { items: Decision[] }
        const decided = items.slice(0, late.length).map(({ late_ms }) => late_ms)
        const ms = (values: readonly number[], q: number) => quantile(values, q).toFixed(1)
        return {
          value: quantile(late, 0.99),
          note:
            `p50 ${ms(late, 0.5)}, most ${ms(late, 1)} of ${late.length}; in the log p99 ${ms(decided, 0.99)}; ${accepted} readings, all taken; ` +
            `answer p99 ${ms([...latencies], 0.99)} ms`,
        }
      } finally {
        await product.remove()
        manipulator.stop()
      }
    },
  },
]
