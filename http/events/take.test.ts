import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { partitionOf } from '../../actors/runtime/index.ts'
import { NOBODY } from '../auth/identity.ts'
import { createTake } from './take.ts'

const PARTITIONS = 16
const take = createTake(PARTITIONS)
const ours = { identity: { ...NOBODY, role: 'admin' as const, user: 7 }, nowMs: 1_700_000_000_000, params: {} }
const label = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.constantFrom('a\tb', 'a\nb', 'a\u001fb', 'a\u0085b', 'ё', 'windbox/x'),
)
const anyEvent = fc.record(
  { id: label, type: label, source: label, subject: label, user_id: label, data: fc.jsonValue() },
  { requiredKeys: ['id'] },
)

test('the record of a plain event is the one that any other way makes, and clean where it says so', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const text = JSON.stringify(event)
      const record = attempt(() => take.recordOfBytes(new TextEncoder().encode(text), ours))
      const other = attempt(() => take.recordOf(JSON.parse(text), 0, ours))
      if (record === undefined) return
      if (typeof record === 'string') return expect(other).toBe(record)
      expect({ ...record, isClean: false }).toEqual(other as never)
      expect(partitionOf(record.key, PARTITIONS)).toBeLessThan(PARTITIONS)
      if (!record.isClean) return
      for (const field of [record.key, record.type, record.id!]) expect(field).not.toMatch(/[\t\n]/)
      expect(record.value).not.toContain('\n')
    }),
    { numRuns: 2000 },
  )
})

test('what an issuer says of its users is looked at by the log', () => {
  const bytes = new TextEncoder().encode('{"id":"1"}')
  expect(take.recordOfBytes(bytes, ours)!.isClean).toBe(true)
  const theirs = { ...ours, identity: { ...ours.identity, user: null, issuer: 'elsewhere', uuid: 'a\tb' } }
  expect(take.recordOfBytes(bytes, theirs)!.isClean).toBe(false)
})

/** What it makes, or the message of its fault. */
function attempt<T>(work: () => T): T | string {
  try {
    return work()
  } catch (error) {
    return (error as Error).message
  }
}
