import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../../bench/bench.ts'
import { compare } from '../../bench/compare.ts'
import { openNode } from '../../bench/node.ts'
import { readingOf } from '../../bench/sensor.ts'
import { mapTurn } from '../../bench/yardsticks/map-turn.ts'

const SENSORS = 1_000

export const benches: readonly Bench[] = [
  {
    id: 'ingest',
    work: 'readings in batches of 1,000: logged, applied, history and snapshots durable',
    unit: 'µs CPU',
    yardstick: 'JSON.parse + Map turn',
    async measure({ quick }) {
      const folder = mkdtempSync(join(tmpdir(), 'windbox-ingest-'))
      const node = await openNode(folder)
      const turn = mapTurn()
      const units = quick ? 5_000 : 300_000
      const readings = Array.from({ length: units }, (_, n) => readingOf(n, SENSORS))
      try {
        return await compare({
          ours: (count) => node.ingest(readings.slice(0, count)),
          yardstick(count) {
            for (let n = 0; n < count; n++) turn(readings[n]!.key, readings[n]!.value)
          },
          units,
          rounds: quick ? 1 : 7,
        })
      } finally {
        await node.close()
        rmSync(folder, { recursive: true })
      }
    },
  },
]
