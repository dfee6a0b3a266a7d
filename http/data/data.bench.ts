import type { Bench } from '../../bench/bench.ts'
import { ratioOf } from '../../bench/compare.ts'
import {
  applied,
  comparePosts,
  costInBatches,
  lineOf,
  makeDevices,
  READINGS,
  singleReadings,
} from '../../bench/posts.ts'
import { startProduct } from '../../bench/product.ts'
import { mapTurn } from '../../bench/yardsticks/map-turn.ts'

const DEVICES = 100

export const benches: readonly Bench[] = [
  {
    id: 'post-data',
    work: 'POST of one reading with a token, 256 connections: durable, applied, flushed',
    unit: 'µs CPU',
    yardstick: 'bare Bun.serve JSON POST',
    async measure({ quick }) {
      const product = await startProduct()
      try {
        const devices = await makeDevices(product, DEVICES)
        return await comparePosts(product, {
          path: READINGS,
          requests: quick ? 2_000 : 500_000,
          rounds: quick ? 1 : 7,
          bodies: () => singleReadings(devices),
          applied: (sent) => applied(product, sent),
        })
      } finally {
        await product.remove()
      }
    },
  },
  {
    id: 'batch-data',
    work: 'readings in NDJSON batches of 1,000, one device each: durable, applied, flushed',
    unit: 'µs CPU',
    yardstick: 'JSON.parse + Map turn',
    async measure({ quick }) {
      const product = await startProduct()
      try {
        const devices = await makeDevices(product, DEVICES)
        const count = quick ? 20_000 : 1_000_000
        const turn = mapTurn()
        let sent = 0
        const round = async () => {
          const lines = Array.from({ length: count }, (_, i) => lineOf(sent + i, devices))
          const ours = await costInBatches(product, { sent, count, devices })
          sent += count
          const { user, system } = process.cpuUsage()
          for (let i = 0; i < count; i++) turn('device/1', lines[i]!)
          const after = process.cpuUsage()
          return { ours, yardstick: (after.user + after.system - user - system) / count }
        }
        await round()
        const costs: { ours: number; yardstick: number }[] = []
        for (let n = 0; n < (quick ? 1 : 5); n++) costs.push(await round())
        return ratioOf(costs)
      } finally {
        await product.remove()
      }
    },
  },
]
