import { expect, test } from 'bun:test'
import type { Stored } from './batch-format.ts'
import { LOOK_BACK } from './duplicates.ts'
import { Intake } from './intake.ts'

/** A partition of so many records, read from this offset on. */
function reading(from: number, end: number): Intake {
  const intake = new Intake(0)
  Object.assign(intake, { end, paused: false })
  intake.seek(from)
  return intake
}

const fetched = (offset: number, count: number) => ({
  offset,
  highWatermark: offset + count,
  records: Array.from({ length: count }, (_, n): Stored => {
    const record = { offset: offset + n, at: 1_000, key: 'part/#0', type: 'tested', value: '', id: '', source: '' }
    return { record, origin: undefined }
  }),
})

const taken = (intake: Intake): number[] => intake.take().records.map(({ offset }) => offset)

test('an answer for another place than the next, as two fetches at once bring it, is not taken', () => {
  const intake = reading(0, 10)
  intake.put(fetched(0, 5))
  intake.put(fetched(0, 5))
  intake.put(fetched(7, 3))
  expect([taken(intake), intake.next]).toEqual([[0, 1, 2, 3, 4], 5])
})

test('nothing is wanted, and nothing taken, before the first seek of an assignment', () => {
  const intake = reading(0, 10)
  intake.assign()
  expect(intake.next).toBe(undefined)
  intake.put(fetched(0, 5))
  expect(taken(intake)).toEqual([])
})

test('records that are left out are told of', () => {
  const intake = reading(0, 10)
  expect(() => intake.put({ ...fetched(3, 2), offset: 0 })).toThrow(
    expect.objectContaining({ code: 'LOG_OFFSET_OUT_OF_RANGE' }),
  )
})

test('an offset that the broker does not have: gone, gone before what is needed, or not there yet', () => {
  const intake = reading(5_000, 10_000)
  const first = 5_000 - LOOK_BACK
  intake.miss(first, 0)
  expect(intake.next).toBe(first)
  intake.miss(first, 4_000)
  expect(intake.next).toBe(4_000)
  expect(() => intake.miss(4_000, 5_001)).toThrow(expect.objectContaining({ code: 'LOG_OFFSET_OUT_OF_RANGE' }))
})
