import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { flawOf } from '../edge/flaw.ts'
import { readingOf } from './reading.ts'
import { ShapeReader } from './shapes.ts'

const NOW = Date.parse('2026-11-22T10:00:00Z')

/** What the general way makes of a line; undefined: it refuses it. */
function slowly(line: string) {
  try {
    const value: unknown = JSON.parse(line)
    if (flawOf(value) !== undefined) return undefined
    const { device, at, names, values } = readingOf(value, NOW)
    return { device, at: at ?? NaN, names: [...names], values: Array.from(values) }
  } catch {
    return undefined
  }
}

/** What the shapes make of it; undefined: they leave it to the general way. */
function byShape(line: string, reader: ShapeReader) {
  const padded = new TextEncoder().encode(`\n${line}\n`)
  if (!reader.read(padded, 1, padded.length - 1)) return undefined
  const { device, at, names, values } = reader
  return { device, at, names: [...names], values: [...values.subarray(0, names.length)] }
}

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.integer().map(String),
  fc.tuple(fc.integer(), fc.nat({ max: 99_999_999 })).map(([whole, fraction]) => `${whole}.${fraction}`),
  fc.constantFrom(
    '-0',
    '-0.0',
    '0.1',
    '007',
    '1.',
    '.5',
    '1e5',
    '1E-3',
    '-',
    '123456789012345678',
    '9007199254740993',
    'null',
    '"1"',
    '1e999',
  ),
)
const time = fc.oneof(
  fc.date({ min: new Date(-1e12), max: new Date(3e12), noInvalidDate: true }).map((date) => JSON.stringify(date)),
  fc.constantFrom('"2026-11-22T10:00:00Z"', '"2026-02-30T10:00:00.000Z"', '"2026-11-22T10:00:00.0000"', '5', '"soon"'),
)
const space = fc.constantFrom('', ' ', '\t')
const name = fc.constantFrom(
  'x',
  'y',
  'z',
  't',
  'temperature',
  'т',
  'a b',
  'at',
  'values',
  'device_id',
  '__proto__',
  '\\u0041',
  '',
)
const line = fc
  .record({
    device: number,
    at: fc.option(time),
    named: fc.option(fc.array(fc.tuple(name, number), { maxLength: 5 })),
    coordinates: fc.tuple(number, number, number),
    space,
    extra: fc.constantFrom('', '', '', ',"x":1', ',"device_id":2', ',"c":1', ',"values":{"q":1}', '}'),
  })
  .map(({ device, at, named, coordinates: [x, y, z], space: s, extra }) => {
    const body = named
      ? `"values":${s}{${named.map(([key, value]) => `"${key}":${value}`).join(',')}}`
      : `"x":${x},"y":${y},"z":${z}`
    return `{"device_id":${s}${device}${at === null ? '' : `,"at":${at}`},${s}${body}${extra}}${s}`
  })

test('a line read by its shape says what JSON says, and no line is read that JSON refuses', () => {
  const reader = () => new ShapeReader(NOW)
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), (lines) => {
      const one = reader()
      for (const text of lines) {
        const got = byShape(text, one)
        if (got !== undefined) expect(got).toEqual(slowly(text)!)
      }
    }),
    { numRuns: 3000 },
  )
})

test('lines in the usual forms are read by their shape, with one of another form in between', () => {
  const reader = new ShapeReader(NOW)
  const lines = [
    '{"device_id":7,"at":"2026-11-22T09:59:59.999Z","x":1,"y":-2.5,"z":0}',
    '{"z":3,"device_id":8,"y":2,"x":1}',
    '{"device_id": 7, "values": {"temperature": 40.25, "oil": 3}}',
    '{"device_id":9,"at":"2026-11-22T09:00:00.000Z","x":0.125,"y":12345.678,"z":-0}',
    '{"device_id":1,"x":9,"y":8,"z":7}\r',
  ]
  for (const text of [...lines, ...lines]) expect(byShape(text, reader)).toEqual(slowly(text)!)
})

test('a sender whose lines have no shape is not asked for one at each of them', () => {
  const reader = new ShapeReader(NOW)
  for (let n = 0; n < 100; n++) expect(byShape('{"device_id":1,"x":"a"}', reader)).toBeUndefined()
  const fresh = '{"values":{"of no other test":1},"device_id":1}'
  expect(byShape(fresh, reader)).toBeUndefined()
  expect(byShape(fresh, new ShapeReader(NOW))).toEqual(slowly(fresh)!)
})
