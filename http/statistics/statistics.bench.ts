import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deviceAddress } from '../../actors/device/schema.ts'
import { RowBuffer } from '../../actors/runtime/history/row-buffer.ts'
import type { Rows } from '../../actors/runtime/index.ts'
import { LIMITS } from '../../actors/runtime/index.ts'
import type { StateStore } from '../../actors/store/port.ts'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'
import type { Bench } from '../../bench/bench.ts'
import { quantile } from '../../bench/compare.ts'
import { StatisticsReader } from './statistics.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const END = Date.parse('2026-11-22T10:00:00Z')
const NAMES = ['x', 'y', 'z']
/** Rows of each device that are in memory only. */
const UNFLUSHED = 2

/** So many devices with so many readings each, the last at `END`; 5 % of them late by up to a day. */
interface Fleet {
  readonly devices: number
  readonly readings: number
  readonly everyMs: number
}

/** As the owners would: rows in the order in which they came, sealed segments with their summaries. Returns what is not flushed. */
async function fill(store: StateStore, { devices, readings, everyMs }: Fleet): Promise<Map<string, Rows>> {
  const tails = new Map<string, Rows>()
  const row = new Float64Array(3)
  for (let device = 1; device <= devices; device++) {
    const address = deviceAddress(device)
    for (let first = 0; first < readings; first += LIMITS.segmentRows) {
      const buffer = new RowBuffer()
      const end = Math.min(first + LIMITS.segmentRows, readings)
      for (let n = first; n < end; n++) {
        const lateMs = Math.random() < 0.05 ? Math.random() * DAY_MS : 0
        row[0] = Math.round(2000 + 500 * Math.sin(n / 700) + 100 * Math.random()) / 100
        row[1] = Math.random()
        row[2] = n % 10
        buffer.add(NAMES, Math.floor(END - (readings - n) * everyMs - lateMs), n, row)
      }
      if (end === readings) tails.set(address, buffer.rows())
      await store.putSegments(buffer.segments(address, first, end - 1, LIMITS, { summaries: true }))
    }
  }
  // The store has these rows as well: their offsets tell.
  for (const [address, { names, times, offsets, columns }] of tails) {
    const last = (values: Float64Array) => values.slice(-UNFLUSHED)
    tails.set(address, { names, times: last(times), offsets: last(offsets), columns: columns.map(last) })
  }
  return tails
}

/** Milliseconds of a question: CPU time of all threads, which is what it takes on a machine that has nothing else to do, and by the clock. */
interface Took {
  readonly cpu: number
  readonly wall: number
}

/** Ranges that begin and end at whole multiples of `align`, anywhere in the time of the fleet. */
async function ask(reader: StatisticsReader, fleet: Fleet, align: number, questions: number): Promise<Took[]> {
  const addresses = Array.from({ length: fleet.devices }, (_, i) => deviceAddress(i + 1))
  const lengthMs = fleet.readings * fleet.everyMs
  const at = () => Math.floor((END - Math.random() * lengthMs) / align) * align
  const took: Took[] = []
  for (let n = 0; n < questions; n++) {
    const [from, to] = n % 4 === 0 ? [-Infinity, Infinity] : [at(), at()].sort((a, b) => a - b)
    const began = performance.now()
    const before = process.cpuUsage()
    await reader.statistics({ addresses, name: NAMES[n % 2]!, from: from!, to: to! })
    const { user, system } = process.cpuUsage(before)
    took.push({ cpu: (user + system) / 1000, wall: performance.now() - began })
  }
  return took
}

async function measure(folder: string, fleet: Fleet, align: number, questions: number) {
  const store = openSqliteStore(join(folder, `store-${fleet.devices}.sqlite`))
  try {
    const tails = await fill(store, fleet)
    const reader = new StatisticsReader({ store, tails: () => Promise.resolve(tails) })
    const cold = await ask(reader, fleet, align, 4)
    await ask(reader, fleet, align, questions / 4)
    const warm = await ask(reader, fleet, align, questions)
    const odd = await ask(reader, fleet, 1, questions / 4)
    const of = (took: readonly Took[], by: keyof Took, q: number) =>
      quantile(
        took.map((one) => one[by]),
        q,
      )
    return {
      p50: of(warm, 'cpu', 0.5),
      p99: of(warm, 'cpu', 0.99),
      wall: of(warm, 'wall', 0.99),
      first: of(cold, 'cpu', 1),
      odd: of(odd, 'cpu', 0.99),
    }
  } finally {
    await store.close()
  }
}

const line = (what: string, { p50, p99, wall, first, odd }: Awaited<ReturnType<typeof measure>>) =>
  `${what}: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)} (by the clock ${wall.toFixed(0)}), the very first ${first.toFixed(0)}, ` +
  `ranges to the millisecond p99 ${odd.toFixed(0)}`

export const benches: readonly Bench[] = [
  {
    id: 'statistics',
    work: 'statistics over 10 M readings, 5 % late by up to a day, one device and 1,000 devices, p99',
    unit: 'ms CPU',
    async measure({ quick }) {
      const folder = mkdtempSync(join(tmpdir(), 'windbox-statistics-'))
      const share = quick ? 100 : 1
      try {
        const one = { devices: 1, readings: 10_000_000 / share, everyMs: 1000 }
        const many = { devices: 1000, readings: 10_000 / share, everyMs: 60_000 }
        const ofOne = await measure(folder, one, 1, quick ? 20 : 400)
        const ofMany = await measure(folder, many, HOUR_MS, quick ? 20 : 400)
        return {
          value: Math.max(ofOne.p99, ofMany.p99),
          note: `${line('one device', ofOne)}; ${line('1,000 devices, whole hours', ofMany)}`,
        }
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  },
]
