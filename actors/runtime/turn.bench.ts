import type { Bench } from '../../bench/bench.ts'
import { compare } from '../../bench/compare.ts'
import { defineActor, type Turn } from './kind.ts'
import { Partition } from './partition.ts'
import type { LogRecord } from './record.ts'
import { MemoryStore } from './sim/memory-store.ts'

/** Actors of the benchmark, in random order: what the turn loop meets on a busy partition. */
const ACTORS = 5_000
/** Records in one batch of the log. */
const BATCH = 4_096

interface Reading {
  readonly x: number
  readonly y: number
  readonly z: number
}

interface State {
  x: number
  y: number
  z: number
  count: number
  sum: number
}

const initial = (): State => ({ x: 0, y: 0, z: 0, count: 0, sum: 0 })

function take(state: State, { x, y, z }: Reading): void {
  state.x = x
  state.y = y
  state.z = z
  state.count++
  state.sum += x + y + z
}

const sensor = defineActor<State>({
  kind: 'sensor',
  version: 1,
  initial,
  on: { reading: (state, reading: Reading, _: Turn) => take(state, reading) },
})

/**
 * One small reading through the whole turn loop, against what nobody can do without: `JSON.parse`, `Map.get`, apply. Both process
 * `n` records, rounded up to whole batches; the ratio of their times is what to watch.
 */
async function prepare(): Promise<{ ours(n: number): Promise<void>; yardstick(n: number): Promise<void> }> {
  const store = new MemoryStore()
  const options = { store, append: async () => [], clock: { now: () => 0, yield: async () => {} } }
  const kinds = new Map([['sensor', sensor]])
  const partition = new Partition({ ...options, partition: 0, epoch: 1, kinds, versions: new Int32Array(65_536) })
  await partition.open(0)

  const order = Array.from({ length: BATCH }, (_, i) => (i * 2_654_435_761) % ACTORS)
  const address = (i: number) => `sensor/${i}`
  const value = (i: number) => JSON.stringify({ x: i / 8, y: -i, z: (i % 97) / 10 })
  const batch = (offset: number): LogRecord[] =>
    order.map((n, i) => ({
      offset: offset + i,
      at: 1,
      key: address(n),
      type: 'reading',
      value: value(n),
      id: '',
      source: '',
    }))

  const states = new Map(Array.from({ length: ACTORS }, (_, i) => [address(i), initial()]))
  await partition.apply(batch(0).map((record, i) => ({ ...record, key: address(i) })))
  let offset = BATCH
  const records = batch(offset) as { -readonly [Key in keyof LogRecord]: LogRecord[Key] }[]
  return {
    async ours(n) {
      for (let done = 0; done < n; done += BATCH) {
        for (let i = 0; i < BATCH; i++) records[i]!.offset = offset + i
        offset += BATCH
        await partition.apply(records)
      }
    },
    async yardstick(n) {
      for (let done = 0; done < n; done += BATCH) {
        for (const { key, value } of records) take(states.get(key)!, JSON.parse(value))
      }
    },
  }
}

export const benches: readonly Bench[] = [
  {
    id: 'turn',
    work: 'decode and turn of a small reading',
    unit: 'µs CPU',
    yardstick: 'JSON.parse + Map turn',
    measure: async ({ quick }) =>
      compare({ ...(await prepare()), units: quick ? BATCH : 400_000, rounds: quick ? 1 : 9 }),
  },
]
