import { heapStats } from 'bun:jsc'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../../bench/bench.ts'
import { readingOf, sensor } from '../../bench/sensor.ts'
import { openSqliteStore } from '../store/sqlite/store.ts'
import { Partition, type LogRecord } from './index.ts'

const BATCH = 4096

/** Bytes of this process after everything that can go has gone. */
function resident(): number {
  for (let i = 0; i < 3; i++) Bun.gc(true)
  return process.memoryUsage.rss()
}

export const benches: readonly Bench[] = [
  {
    id: 'actor-bytes',
    work: 'memory of an actor with five numbers, applied, flushed and resident',
    unit: 'B',
    async measure({ quick }) {
      const actors = quick ? 5_000 : 200_000
      const folder = mkdtempSync(join(tmpdir(), 'windbox-resident-'))
      const store = openSqliteStore(join(folder, 'store.sqlite'))
      const partition = new Partition({
        partition: 0,
        epoch: await store.claim(0, 'bench'),
        kinds: new Map([['sensor', sensor]]),
        store,
        append: async () => [],
        clock: { now: () => 0, yield: async () => {} },
        limits: { maxResident: 2 * actors },
      })
      await partition.open(0)
      let offset = 0
      const apply = async (from: number, to: number) => {
        for (let n = from; n < to;) {
          const records: LogRecord[] = []
          for (; n < to && records.length < BATCH; n++) {
            records.push({ ...readingOf(n, Infinity), key: `sensor/${n}`, offset: offset++, at: 1, id: '', source: '' })
          }
          await partition.apply(records)
          if (!(await partition.flush())) throw new Error('the store did not take the snapshots')
        }
      }
      try {
        // The first ones pay for the code, the statements and the store's cache.
        await apply(0, actors / 10)
        const before = { rss: resident(), heap: heapStats().heapSize }
        await apply(actors / 10, actors)
        const after = { rss: resident(), heap: heapStats().heapSize }
        if (partition.stats().resident !== actors)
          throw new Error(`${partition.stats().resident} of ${actors} are resident`)
        const each = (bytes: number) => bytes / (actors * 0.9)
        return {
          value: each(after.rss - before.rss),
          note: `${actors} actors; of the process; of the heap ${Math.round(each(after.heap - before.heap))} B`,
        }
      } finally {
        partition.close()
        await store.close()
        rmSync(folder, { recursive: true })
      }
    },
  },
]
