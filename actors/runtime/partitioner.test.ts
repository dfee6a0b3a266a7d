import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { murmur2, partitionOf } from './partitioner.ts'

// Vectors of Kafka's own UtilsTest.testMurmur2.
test.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])('murmur2 of %s is what the Java client computes', (text, hash) => {
  expect(murmur2(text)).toBe(hash)
})

test('a part of a text has the hash that it has alone', () => {
  const anyText = fc.string({ unit: 'grapheme', maxLength: 200 })
  fc.assert(
    fc.property(anyText, anyText, anyText, (before, text, behind) => {
      const from = before.length
      expect(murmur2(before + text + behind, from, from + text.length)).toBe(murmur2(text))
    }),
  )
})

test('a key goes where the Java client would send it', () => {
  expect(partitionOf('foobar', 16)).toBe((-790332482 & 0x7fffffff) % 16)
})

test('an id that begins with # names its partition', () => {
  expect(partitionOf('event/#3', 16)).toBe(3)
})
