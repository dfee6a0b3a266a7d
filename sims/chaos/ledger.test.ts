import { expect, test } from 'bun:test'
import { compare, type Stored } from './ledger.ts'

const line = { name: 'device 1', acknowledged: 100 }
const all = Array.from({ length: 100 }, (_, i) => i + 1)
const good: Stored = { numbers: all, count: 100, sum: 5050, newest: 100 }

test('what was acknowledged and is stored once is good', () => {
  expect(compare(line, good)).toEqual({ lost: 0, doubled: 0, sentences: [] })
})

test('what is not said is not judged', () => {
  expect(compare(line, { numbers: null, count: null, sum: null, newest: null }).sentences).toEqual([])
})

test.each<[string, Partial<Stored>, { lost: number; doubled: number }]>([
  ['an item that is gone', { numbers: all.filter((n) => n !== 57) }, { lost: 1, doubled: 0 }],
  ['the last one gone', { numbers: all.slice(0, -1) }, { lost: 1, doubled: 0 }],
  ['all gone', { numbers: [] }, { lost: 100, doubled: 0 }],
  ['an item that is there twice', { numbers: [...all, 3] }, { lost: 0, doubled: 1 }],
  ['one gone and another twice', { numbers: [...all.slice(1), 9] }, { lost: 1, doubled: 1 }],
  ['an item that nobody sent', { numbers: [...all, 101] }, { lost: 0, doubled: 1 }],
  ['a count that is too low', { count: 98 }, { lost: 2, doubled: 0 }],
  ['a count that is too high', { count: 101 }, { lost: 0, doubled: 1 }],
  ['a sum that is wrong', { sum: 5049 }, { lost: 0, doubled: 0 }],
  ['a state that is behind', { newest: 99 }, { lost: 0, doubled: 0 }],
])('%s is found', (_, change, counts) => {
  const verdict = compare(line, { ...good, ...change })
  expect(verdict).toMatchObject(counts)
  expect(verdict.sentences).not.toEqual([])
})
