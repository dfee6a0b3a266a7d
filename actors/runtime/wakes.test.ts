import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { Wakes } from './wakes.ts'

test('every actor is taken once, when its earliest time has come, and not before', () => {
  const step = fc.oneof(
    fc.record({ address: fc.constantFrom('a', 'b', 'c', 'd', 'e'), due: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ now: fc.integer({ min: 0, max: 50 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const wakes = new Wakes()
      const earliest = new Map<string, number>()
      for (const one of steps) {
        if ('now' in one) {
          const expected = [...earliest].filter(([, due]) => due <= one.now).map(([address]) => address)
          expect(wakes.take(one.now).sort()).toEqual(expected.sort())
          for (const address of expected) earliest.delete(address)
        } else {
          wakes.schedule(one.address, one.due)
          earliest.set(one.address, Math.min(one.due, earliest.get(one.address) ?? Infinity))
        }
        expect(wakes.size).toBe(earliest.size)
        expect(wakes.next).toBeLessThanOrEqual(Math.min(...earliest.values()))
      }
    }),
  )
})
