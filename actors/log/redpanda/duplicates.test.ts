import { expect, test } from 'bun:test'
import { Intake } from './intake.ts'
import { LOOK_BACK } from './duplicates.ts'
import type { Stored } from './batch-format.ts'

interface Sent {
  readonly producer: string
  readonly sequence: number
  readonly again?: boolean
  readonly at?: number
}

/** A partition with these records, as they are fetched. */
function partition(sent: readonly Sent[]) {
  const records = sent.map(({ producer, sequence, again = false, at = 1_000 }, offset): Stored => ({
    record: { offset, at, key: 'part/#0', type: 'tested', value: `${producer}${sequence}`, id: '', source: '' },
    origin: { producer, sequence, again },
  }))
  return {
    /** What is delivered from this offset on, and where the broker was asked to begin. */
    from(offset: number) {
      const intake = new Intake(0)
      Object.assign(intake, { earliest: 0, end: sent.length })
      intake.seek(offset)
      const begun = [intake.next!]
      for (let next = begun[0]!; next < sent.length; next = intake.next!) {
        intake.put({ offset: next, records: records.slice(next), highWatermark: sent.length })
        if (intake.next! < sent.length) begun.push(intake.next!)
      }
      const delivered: number[] = []
      Object.assign(intake, { paused: false })
      while (intake.deliverable) for (const record of intake.take().records) delivered.push(record.offset)
      return { delivered, begun }
    },
  }
}

/** Records of another producer. */
const others = (count: number, first = 0): Sent[] =>
  Array.from({ length: count }, (_, i) => ({ producer: 'other', sequence: first + i }))

test('a record that was sent again and stands there twice is delivered once, wherever the partition is begun', () => {
  const sent = [
    ...others(10),
    { producer: 'a', sequence: 1 },
    ...others(20_000, 10),
    { producer: 'a', sequence: 1, again: true },
  ]
  const last = sent.length - 1
  expect(partition(sent).from(0).delivered.length).toBe(last)
  for (const offset of [11, 5_000, last - 1]) {
    const { delivered, begun } = partition(sent).from(offset)
    expect(delivered).toEqual(sent.map((_, i) => i).slice(offset, last))
    expect(begun.length > 1).toBe(offset - LOOK_BACK > 10)
  }
})

test('a record that was sent again and stands there once is delivered, and what follows it too', () => {
  const sent = [
    ...others(20_000),
    { producer: 'a', sequence: 1, again: true },
    { producer: 'a', sequence: 2 },
    ...others(5, 20_000),
  ]
  const { delivered, begun } = partition(sent).from(19_990)
  expect(delivered).toEqual(sent.map((_, i) => i).slice(19_990))
  expect([begun[0], begun.at(-1)]).toEqual([19_990 - LOOK_BACK, 0])
})

test('nobody looks further back than a record can have been under way', () => {
  const old = others(20_000).map((each) => ({ ...each, at: 1_000 }))
  const sent = [...old, ...others(LOOK_BACK, 20_000), { producer: 'a', sequence: 1, again: true, at: 100_000 }]
  expect(partition(sent).from(sent.length - 10).begun.length).toBe(1)
})

test('what is read again before a place that was delivered already is not delivered again', () => {
  const sent = [
    ...others(5_000),
    { producer: 'a', sequence: 1, again: true },
    ...others(5_000, 5_000),
    { producer: 'b', sequence: 1, again: true },
  ]
  const { delivered } = partition(sent).from(4_999)
  expect(delivered).toEqual(sent.map((_, i) => i).slice(4_999))
})

test('a late arrival of what was given up stays behind what the same producer sent since', () => {
  const sent = [
    { producer: 'a', sequence: 5 },
    { producer: 'a', sequence: 4, again: true },
    { producer: 'a', sequence: 6 },
  ]
  expect(partition(sent).from(0).delivered).toEqual([0, 2])
})
