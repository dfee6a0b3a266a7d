import { expect, test } from 'bun:test'
import { Fault, type Rows, type Segment } from '../../runtime/index.ts'
import { faultOf, problemOf } from './fault-wire.ts'
import { openFrame } from './frame.ts'
import { openAnswer, openTail, openTails, packAnswer, packTail, packTails } from './wire.ts'

const bytes = (...values: number[]) => new Uint8Array(values)

const bare: Segment = { address: 'device/1', first: 3, last: 9, from: 100.5, to: 200, rows: 2, data: bytes(1, 2, 3) }
const full: Segment = {
  ...bare,
  texts: bytes(4, 5),
  digest: '{"тепло":"風"}',
  summary: { totals: bytes(6), buckets: bytes(7, 8, 9) },
}

test('an answer comes as it was given', () => {
  const answer = { body: '{"speed":1,"name":"тёплый"}', offset: 7, at: 1_800_000_000_000.5, state: 'live' } as const
  expect(openAnswer(openFrame(packAnswer(answer)))).toEqual(answer)
})

test.each([
  ['without anything but columns', bare],
  ['with everything', full],
  ['that is none', undefined],
])('a tail %s comes as it was given', (_, segment) => {
  expect(openTail(openFrame(packTail(segment)))).toEqual(segment)
})

test('rows of many actors come as they were given, to the last bit', () => {
  const rows = (texts?: readonly string[]): Rows => ({
    names: ['v:speed', 'q'],
    times: new Float64Array([1, 2.5]),
    offsets: new Float64Array([7, 8]),
    columns: [new Float64Array([NaN, -0]), new Float64Array([Infinity, 0.1 + 0.2])],
    ...(texts && { texts }),
  })
  const none: Rows = { names: [], times: new Float64Array(), offsets: new Float64Array(), columns: [] }
  const tails = new Map([
    ['device/1', rows()],
    ['device/2', rows(['', 'a\n'])],
    ['device/3', none],
  ])
  const opened = openTails(openFrame(packTails(tails)))
  expect(opened.size).toBe(tails.size)
  for (const [address, expected] of tails) {
    const { columns, ...rest } = opened.get(address)!
    const { columns: expectedColumns, ...expectedRest } = expected
    expect(rest).toEqual(expectedRest)
    expect(columns.map((column) => [...column])).toEqual(expectedColumns.map((column) => [...column]))
  }
  expect(Object.is(opened.get('device/1')!.columns[0]![1], -0)).toBe(true)
})

test('a part of a larger array is sent as that part', () => {
  const large = new Float64Array([9, 1, 2, 9])
  const rows: Rows = { names: [], times: large.subarray(1, 3), offsets: large.subarray(1, 3), columns: [] }
  expect([...openTails(openFrame(packTails(new Map([['device/1', rows]])))).get('device/1')!.times]).toEqual([1, 2])
})

test('a version that is not known says so, and bytes that are cut short are no answer', () => {
  const sent = packTail(full)
  expect(() => openFrame(bytes(2, ...sent.subarray(1)))).toThrow(
    expect.objectContaining({ code: 'VERSION_AHEAD', message: expect.stringContaining('version 2') }),
  )
  for (let length = 0; length < sent.length; length++) {
    expect(() => openTail(openFrame(sent.subarray(0, length)))).toThrow(RangeError)
  }
})

test('a fault comes with its code, its words and when to try again', async () => {
  const errors = [{ path: 'x-min-offset', message: 'no such partition' }]
  for (const fault of [
    new Fault('RESTORING', 'soon', { retryAfterS: 3 }),
    new Fault('VALIDATION', 'not like that', { errors }),
    new Fault('NOT_FOUND', 'тут ничего нет'),
  ]) {
    const response = problemOf(fault)
    expect([response.status, response.headers.get('content-type')]).toEqual([fault.status, 'application/problem+json'])
    expect(await faultOf(response)).toEqual(fault)
  }
})

test('what no node has said is no fault of one, and a code of a newer one is a fault of it', async () => {
  expect(await faultOf(new Response('Bad gateway', { status: 502 }))).toBeUndefined()
  const newer = Response.json(
    { code: 'TOO_NEW', detail: 'x' },
    { headers: { 'content-type': 'application/problem+json' } },
  )
  expect(await faultOf(newer)).toMatchObject({ code: 'INTERNAL', message: 'x' })
})
