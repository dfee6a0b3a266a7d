import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench, Figure } from '../../bench/bench.ts'
import { compare } from '../../bench/compare.ts'
import { sqliteLoop } from '../../bench/yardsticks/sqlite-loop.ts'
import type { NewRecord } from '../runtime/index.ts'
import { openSqliteLog } from './sqlite/log.ts'

/** The goal's writers, and the yardstick's rows a transaction: what so many concurrent writers give. */
const WRITERS = 64
/** Second figures: how the group commit pays with the number of those that wait. */
const OTHERS = [1, 10, 100, 1000]

const reading = (n: number): NewRecord => ({
  key: `device/${n % 1000}`,
  type: 'reading',
  value: `{"at":${1_760_000_000_000 + n},"values":{"x":${n % 97},"y":${n % 89},"z":${n % 83}},"sender":"device/${n % 1000}"}`,
})

/** `writers` at once, each awaiting every record before the next, against the same records in the loop. */
async function measure(writers: number, effort: { units: number; rounds: number }): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'windbox-append-'))
  const log = openSqliteLog({ file: join(folder, 'log.sqlite'), partitions: 16, clock: Date })
  const loop = sqliteLoop(join(folder, 'yardstick.sqlite'), WRITERS)
  try {
    return await compare({
      ...effort,
      async ours(n) {
        let next = 0
        const writer = async () => {
          while (next < n) await log.append([reading(next++)])
        }
        await Promise.all(Array.from({ length: writers }, writer))
      },
      yardstick: (n) => loop.append(n, reading),
    })
  } finally {
    await log.close()
    loop.close()
    rmSync(folder, { recursive: true })
  }
}

export const benches: readonly Bench[] = [
  {
    id: 'append',
    work: `durable append of one small record by ${WRITERS} concurrent writers`,
    unit: 'µs CPU',
    yardstick: `synchronous bun:sqlite loop, FULL, a row each, ${WRITERS} a transaction`,
    async measure({ quick }) {
      const figure = await measure(WRITERS, quick ? { units: 640, rounds: 1 } : { units: 64_000, rounds: 9 })
      const others: string[] = []
      for (const writers of OTHERS) {
        const effort = quick ? { units: 100, rounds: 1 } : { units: Math.min(60_000, writers * 4_000), rounds: 5 }
        const { value, ratio } = await measure(writers, effort)
        others.push(`${writers}: ${value.toFixed(1)} µs, ${ratio!.toFixed(2)}`)
      }
      return { ...figure, note: `${figure.note}; by writers ${others.join('; ')}` }
    },
  },
]
