import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bench } from '../../bench/bench.ts'
import { compare } from '../../bench/compare.ts'
import { until } from '../../bench/product.ts'
import { readingOf, sensor } from '../../bench/sensor.ts'
import { mapTurn } from '../../bench/yardsticks/map-turn.ts'
import { openSqliteConsumer } from '../log/sqlite/consumer.ts'
import { openSqliteLog } from '../log/sqlite/log.ts'
import { Member, type NewRecord } from '../runtime/index.ts'
import { openSqliteStore } from '../store/sqlite/store.ts'

const PARTITIONS = 16
const SENSORS = 1_000
const BATCH = 1_000
/** Requests that are under way at once. */
const SENDERS = 4
const FLUSH_EVERY_MS = 2000

/** Log, member and store as the product wires them, on one thread. */
async function openNode(folder: string) {
  const log = openSqliteLog({ file: join(folder, 'log.sqlite'), partitions: PARTITIONS, clock: Date })
  const store = openSqliteStore(join(folder, 'store.sqlite'))
  const { port1, port2 } = new MessageChannel()
  const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition)
  const stopServing = log.serve(port1, partitions)
  const member = new Member({
    consumer: openSqliteConsumer({ file: join(folder, 'log.sqlite'), port: port2 }),
    store,
    append: log.append,
    clock: { now: () => Date.now(), yield: () => new Promise<void>(setImmediate) },
    kinds: new Map([['sensor', sensor]]),
    owner: 'bench',
    failed(error) {
      throw error
    },
  })
  await member.start()
  const flushing = setInterval(() => void member.flushAndCommit(), FLUSH_EVERY_MS)
  const ends = Array<number>(PARTITIONS).fill(0)
  return {
    /** Appends the readings and waits until they are applied, and history, snapshots and low watermarks durable. */
    async ingest(readings: readonly NewRecord[]) {
      let next = 0
      const sender = async () => {
        while (next < readings.length) {
          const batch = readings.slice(next, (next += BATCH))
          for (const position of await log.append(batch)) {
            if (!position) throw new Error('the log did not take a record')
            ends[position.partition] = Math.max(ends[position.partition]!, position.offset + 1)
          }
        }
      }
      await Promise.all(Array.from({ length: SENDERS }, sender))
      const reached = (of: 'position' | 'lowWatermark') =>
        ends.every((end, partition) => (member.owned.get(partition)?.[of] ?? 0) >= end)
      await until('the readings to be applied', 60_000, 1, () => reached('position'))
      await until('the readings to be durable', 60_000, 1, async () => {
        await member.flushAndCommit()
        return reached('lowWatermark')
      })
    },
    async close() {
      clearInterval(flushing)
      await member.stop()
      stopServing()
      await log.close()
      await store.close()
    },
  }
}

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
