import { expect, test } from 'bun:test'
import { Memory } from './memory.ts'

test('what is kept never has more bytes than it may, and what was asked for stays longest', () => {
  const memory = new Memory<number>(100)
  for (let n = 0; n < 10; n++) memory.set('a', n, n, 10)
  expect(memory.bytes).toBe(100)
  expect(memory.inGroup('a')(3)).toBe(3)
  for (let n = 0; n < 9; n++) memory.set('b', n, n, 10)
  expect(memory.bytes).toBe(100)
  expect(memory.inGroup('a')(3)).toBe(3)
  expect(memory.inGroup('a')(4)).toBeUndefined()
  expect(memory.inGroup('b')(8)).toBe(8)
})

test('a value that is set again counts once', () => {
  const memory = new Memory<number>(100)
  memory.set('a', 1, 1, 60)
  memory.set('a', 1, 2, 40)
  expect([memory.bytes, memory.inGroup('a')(1)]).toEqual([40, 2])
})

test('what is larger than all room is not kept', () => {
  const memory = new Memory<number>(100)
  memory.set('a', 1, 1, 101)
  expect([memory.bytes, memory.inGroup('a')(1)]).toEqual([0, undefined])
})
