import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { LIMITS } from './limits.ts'
import { Partition } from './partition.ts'
import type { LogRecord } from './record.ts'
import { fold } from './sim/fold.ts'
import { KINDS } from './sim/kinds.ts'
import { MemoryStore } from './sim/memory-store.ts'

const anyLog: fc.Arbitrary<LogRecord[]> = fc
  .array(
    fc.record({
      key: fc.constantFrom('ledger/a', 'ledger/b', 'tally/a', 'ghost/a'),
      type: fc.constantFrom('add', 'add', 'add', 'boom', 'nothing', '$release'),
      v: fc.integer({ min: 0, max: 20 }),
      id: fc.constantFrom('', '', 'i', 'j'),
      wait: fc.integer({ min: 0, max: 20_000 }),
      broken: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((steps) => {
    let at = 0
    return steps.map(({ key, type, v, id, wait, broken }, offset) => {
      at += wait
      const value = broken && v === 0 ? '{' : JSON.stringify({ v, late: v, to: key })
      return { key, type, value, id, source: '', offset, at }
    })
  })

async function owner(store: MemoryStore, start: number): Promise<Partition> {
  const clock = { now: () => 0, yield: async () => {} }
  const append = async () => []
  const partition = new Partition({ partition: 0, epoch: 1, kinds: KINDS, store, append, clock })
  await partition.open(start)
  return partition
}

const outcome = ({ snapshots, effects, ids, segments }: MemoryStore) => ({
  snapshots: [...snapshots.values()]
    .map(({ address, offset, state }) => {
      const { rowsTo: _, ...kept } = JSON.parse(state)
      return `${address} ${offset} ${JSON.stringify(kept)}`
    })
    .sort(),
  effects: [...effects.keys()].sort(),
  ids: [...ids].sort(),
  rows: [...segments].flatMap(([address, own]) => [...own.values()].map(({ rows }) => `${address} ${rows}`)).length,
})

test('it makes no difference how the log is cut into batches', async () => {
  await fc.assert(
    fc.asyncProperty(anyLog, fc.array(fc.integer({ min: 1, max: 10 })), async (log, cuts) => {
      const [whole, cut] = [new MemoryStore(), new MemoryStore()]
      const one = await owner(whole, 0)
      await one.apply(log)
      await one.flush()
      const other = await owner(cut, 0)
      for (let at = 0, i = 0; at < log.length; i++) {
        const size = cuts[i] ?? log.length
        await other.apply(log.slice(at, at + size))
        at += size
      }
      await other.flush()
      expect(outcome(cut)).toEqual(outcome(whole))
    }),
  )
})

test('a replay from any committed offset, after a flush at any place, changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(anyLog, fc.nat(40), fc.nat(40), async (log, flushAt, startAt) => {
      const [plain, replayed] = [new MemoryStore(), new MemoryStore()]
      const one = await owner(plain, 0)
      await one.apply(log.slice(0, flushAt))
      await one.flush()
      await one.apply(log.slice(flushAt))
      await one.flush()

      const first = await owner(replayed, 0)
      await first.apply(log.slice(0, flushAt))
      await first.flush()
      await first.apply(log.slice(flushAt))
      const start = Math.min(startAt, first.lowWatermark)
      const second = await owner(replayed, start)
      await second.apply(log.slice(start))
      await second.flush()
      expect(outcome(replayed)).toEqual(outcome(plain))
      expect(second.lowWatermark).toBe(log.length === 0 ? start : log.length)
    }),
  )
})

test('the runtime and the plain fold agree on every log', async () => {
  await fc.assert(
    fc.asyncProperty(anyLog, async (log) => {
      const store = new MemoryStore()
      const partition = await owner(store, 0)
      await partition.apply(log)
      await partition.flush()
      const { actors, effects, ids } = fold(log, 0, KINDS, LIMITS)
      expect([...store.effects.keys()].sort()).toEqual([...effects.keys()].sort())
      expect([...store.ids.keys()].sort()).toEqual([...ids.keys()].sort())
      for (const [address, { state, quarantined }] of actors) {
        const stored = JSON.parse(store.snapshots.get(address)!.state)
        expect(stored.state).toEqual(address.startsWith('tally') ? [...(state as Map<number, number>)] : state)
        expect(stored.quarantine !== undefined).toBe(quarantined)
      }
    }),
  )
})
