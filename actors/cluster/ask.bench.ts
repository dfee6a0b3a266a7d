import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../../bench/bench.ts'
import { compare, quantile } from '../../bench/compare.ts'
import { until } from '../../bench/product.ts'
import { openSqliteLog } from '../log/sqlite/log.ts'
import { openSqliteStore } from '../store/sqlite/store.ts'
import { LocalCluster } from './cluster.ts'
import { Pool } from './pool.ts'

const PARTITIONS = 16
const ADDRESS = 'exhauster/x-171'
/** Questions under way at once. */
const ASKERS = 64

/** Log, store and one Worker, as `main.ts` wires them. */
async function openCluster(folder: string) {
  const [logFile, storeFile] = [join(folder, 'log.sqlite'), join(folder, 'store.sqlite')]
  const log = openSqliteLog({ file: logFile, partitions: PARTITIONS, clock: Date })
  const store = openSqliteStore(storeFile)
  const failed = (sentence: string) => {
    throw new Error(sentence)
  }
  const pool = new Pool({
    workers: 1,
    partitions: PARTITIONS,
    backend: { edition: 'embedded', storeFile, logFile, serveLog: (port, partitions) => log.serve(port, partitions) },
    maxResident: 1_000,
    onChanged() {},
    onFailed: failed,
    report: (level, sentence) => (level === 'info' ? undefined : failed(sentence)),
    now: () => Date.now(),
  })
  const cluster = new LocalCluster({ append: log.append, store, partitions: PARTITIONS, pool })
  pool.start()
  await until('the worker to serve', 30_000, 10, () => cluster.readiness().ready)
  return {
    cluster,
    async close() {
      await pool.stop()
      await log.close()
      await store.close()
    },
  }
}

/** A Worker that sends back what it gets. */
function openEcho() {
  const worker = new Worker(new URL('../../bench/yardsticks/echo-worker.ts', import.meta.url).href)
  const waiting = new Map<number, () => void>()
  worker.onmessage = ({ data }: MessageEvent<{ id: number }>) => {
    waiting.get(data.id)!()
    waiting.delete(data.id)
  }
  let last = 0
  return {
    ask: (body: string) =>
      new Promise<void>((resolve) => {
        waiting.set(++last, resolve)
        worker.postMessage({ id: last, body })
      }),
    close: () => worker.terminate(),
  }
}

/** So many questions, some under way at once. */
async function inTurns(count: number, askers: number, ask: () => Promise<unknown>): Promise<void> {
  let left = count
  const asker = async () => {
    while (left-- > 0) await ask()
  }
  await Promise.all(Array.from({ length: askers }, asker))
}

export const benches: readonly Bench[] = [
  {
    id: 'ask',
    work: `a summary asked of an exhauster in a Worker, ${ASKERS} at once`,
    unit: 'µs CPU',
    yardstick: 'a Worker that sends the same bytes back',
    async measure({ quick }) {
      const folder = mkdtempSync(join(tmpdir(), 'windbox-ask-'))
      const { cluster, close } = await openCluster(folder)
      const echo = openEcho()
      try {
        const { body } = await cluster.ask(ADDRESS, 'summary')
        const figure = await compare({
          ours: (count) => inTurns(count, ASKERS, () => cluster.ask(ADDRESS, 'summary')),
          yardstick: (count) => inTurns(count, ASKERS, () => echo.ask(body)),
          units: quick ? 500 : 30_000,
          rounds: quick ? 1 : 7,
        })
        const times: number[] = []
        await inTurns(quick ? 100 : 5_000, 1, async () => {
          const began = performance.now()
          await cluster.ask(ADDRESS, 'summary')
          times.push((performance.now() - began) * 1000)
        })
        const note = `${body.length} B; one at a time p50 ${quantile(times, 0.5).toFixed(0)} µs, p99 ${quantile(times, 0.99).toFixed(0)} µs; ${figure.note}`
        return { ...figure, note }
      } finally {
        echo.close()
        await close()
        rmSync(folder, { recursive: true })
      }
    },
  },
]
