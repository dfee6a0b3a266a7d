import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { LogRecord, NewRecord } from '../../runtime/index.ts'
import { formatRow, lineOf, parseRow, splitBlock } from './journal.ts'
import { rowBuilder } from './row-builder.ts'

const field = fc.string({ unit: 'grapheme' }).filter((text) => !/[\t\n]/.test(text))
const newRecord: fc.Arbitrary<NewRecord> = fc.record({
  key: field,
  type: field,
  value: fc.json(),
  id: fc.option(field, { nil: undefined }),
  source: fc.option(field, { nil: undefined }),
}) as fc.Arbitrary<NewRecord>

const PARTITIONS = 4

test('what is put into a row comes out of it, partition by partition, from any offset on', () => {
  const placed = fc.array(fc.tuple(fc.nat(PARTITIONS - 1), newRecord), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(placed, fc.nat(1e9), fc.nat(10), (records, base, skip) => {
      const builder = rowBuilder(PARTITIONS)
      const ends = Array.from({ length: PARTITIONS }, (_, partition) => base + partition)
      for (const [partition, record] of records) builder.add(partition, ends[partition]!++, 1, lineOf(record))
      const row = builder.build()
      const parsed = parseRow(formatRow(7, 1234, row.head, row.lines))!
      expect([parsed.seq, parsed.at]).toEqual([7, 1234])
      expect(row.ends.toSorted()).toEqual(
        parsed.blocks.map(({ partition }) => [partition, ends[partition]!]).toSorted() as never,
      )
      for (const block of parsed.blocks) {
        const wanted = records.filter(([partition]) => partition === block.partition).map(([, record]) => record)
        const found: LogRecord[] = []
        splitBlock(block, block.first + skip, found)
        expect(found).toEqual(
          wanted.slice(skip).map(({ key, type, value, id = '', source = '' }, i) => ({
            offset: block.first + skip + i,
            at: 1234,
            key,
            type,
            value,
            id,
            source,
          })),
        )
      }
      expect(builder.length).toBe(0)
    }),
    { interruptAfterTimeLimit: 10_000 },
  )
})

test('a piece of a row is not a row', () => {
  const builder = rowBuilder(PARTITIONS)
  builder.add(1, 5, 1, lineOf({ key: 'device/1', type: 'reading', value: '{"x":1}' }))
  const row = builder.build()
  const text = formatRow(1, 2, row.head, row.lines)
  expect(parseRow(text)).toBeDefined()
  for (let length = 0; length < text.length; length++) expect(parseRow(text.slice(0, length))).toBeUndefined()
  expect(parseRow(`${text} `)).toBeUndefined()
})
