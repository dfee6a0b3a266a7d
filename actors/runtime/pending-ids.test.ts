import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { MemoryStore } from './sim/memory-store.ts'
import { PendingIds } from './pending-ids.ts'
import type { AppliedId } from './ports.ts'
import { ID_PARTS } from './record.ts'

const { hashOf } = new MemoryStore()
const ADDRESSES = ['event/#0', 'device/1']

/** Some of one text at two addresses: they have their hash in common. */
const anyId = fc.tuple(fc.nat(5), fc.nat(40)).map(([family, n]) => `family ${family}${ID_PARTS}${n}`)
const steps = fc.array(
  fc.oneof(
    { weight: 20, arbitrary: fc.record({ do: fc.constant('add' as const), id: anyId, address: fc.nat(1) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('write' as const),
        failsAfter: fc.nat(4),
        batch: fc.integer({ min: 1, max: 20 }),
      }),
    },
  ),
  { maxLength: 300 },
)

test('pending ids are what a list of them says, whichever writes fail', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const pending = new PendingIds()
      const stored: AppliedId[] = []
      let model: AppliedId[] = []
      for (const [offset, step] of all.entries()) {
        if (step.do === 'add') {
          const id = { address: ADDRESSES[step.address]!, id: step.id, partition: 0, offset, hash: hashOf(step.id) }
          pending.add(id)
          model.push(id)
        } else {
          let left = step.failsAfter
          const store = {
            putIds: async (ids: readonly AppliedId[]) => {
              if (left-- === 0) throw new Error('away')
              expect(ids.length).toBeLessThanOrEqual(step.batch)
              stored.push(...ids)
            },
          }
          const isDone = await pending.write(store, step.batch).then(
            () => true,
            () => false,
          )
          model = model.slice(model.findIndex((id) => id === stored.at(-1)) + 1)
          if (isDone) expect(model).toEqual([])
        }
        expect([pending.size, pending.first, pending.last]).toEqual([
          model.length,
          model[0]?.offset ?? Infinity,
          model.at(-1)?.offset ?? -1,
        ])
        // What is durable may still be known here; what is not durable is always.
        for (const { address, id, hash } of model) {
          const known = pending.offsetOf({ address, id, hash })!
          const first = [...stored, ...model].find((one) => one.address === address && one.id === id)!.offset
          expect(known).toBeGreaterThanOrEqual(first)
          expect(known).toBeLessThanOrEqual(model.find((one) => one.address === address && one.id === id)!.offset)
        }
        const stranger = `family 0${ID_PARTS}stranger`
        expect(pending.offsetOf({ address: ADDRESSES[0]!, id: stranger, hash: hashOf(stranger) })).toBeUndefined()
      }
    }),
    { numRuns: 150 },
  )
})

test('what comes while a write is under way waits for the next, and is known all the while', async () => {
  const pending = new PendingIds()
  const idOf = (offset: number): AppliedId => ({
    address: 'event/#0',
    id: `id ${offset}`,
    partition: 0,
    offset,
    hash: hashOf(`id ${offset}`),
  })
  for (let offset = 0; offset < 100; offset++) pending.add(idOf(offset))
  const { promise, resolve } = Promise.withResolvers<void>()
  const writes: (readonly AppliedId[])[] = []
  const store = {
    putIds: (ids: readonly AppliedId[]) => {
      writes.push(ids)
      return promise
    },
  }
  const writing = pending.write(store, 1000)
  while (writes.length === 0) await Promise.resolve()
  for (let offset = 100; offset < 200; offset++) pending.add(idOf(offset))
  const known = () => Array.from({ length: 201 }, (_, offset) => pending.offsetOf(idOf(offset)))
  expect(known()).toEqual([...Array(200).keys(), undefined])
  expect([pending.size, pending.first, pending.last]).toEqual([200, 0, 199])
  resolve()
  await writing
  expect(writes.map((ids) => ids.length)).toEqual([100])
  expect([pending.size, pending.first, pending.last]).toEqual([100, 100, 199])
  expect(known().slice(100)).toEqual([
    ...Array(100)
      .keys()
      .map((n) => n + 100),
    undefined,
  ])
})
