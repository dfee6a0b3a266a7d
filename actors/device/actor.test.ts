import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { actorAlone } from '../exhauster/turns.fixture.ts'
import { device } from './actor.ts'
import { RowBuffer } from '../runtime/index.ts'
import { packReadings, type DeviceStateDocument, type ReadingsRecord } from './schema.ts'
import { MOST_KEPT } from './state.ts'

/** The record of some readings; `at` NaN: none. */
function readings(...all: { at: number; values: { [name: string]: number } }[]): ReadingsRecord {
  const rows = new RowBuffer()
  for (const { at, values } of all) rows.add(Object.keys(values), at, 0, Object.values(values))
  return packReadings(rows.rows())
}
const alone = () => actorAlone(device, '7')
const T = Date.parse('2026-11-22T10:00:00Z')
const stateOf = (actor: ReturnType<typeof alone>, nowMs = T) => actor.ask<DeviceStateDocument>('state', {}, nowMs)

test('a device that has sent nothing has no values', () => {
  expect(stateOf(alone())).toEqual({ id: 7, values: {}, updated_at: null, readings: 0, offset: -1 })
})

test('the latest value of each name is that of the latest time, whatever the order of arrival', () => {
  const actor = alone()
  actor.apply('reading', { at: T, values: { x: 1, y: 2, z: 3 } })
  actor.apply('reading', { at: T - 5000, values: { x: 9, t: 4 } })
  actor.apply('reading', { at: T, values: { x: 5 } })
  const at = '2026-11-22T10:00:00.000Z'
  expect(stateOf(actor)).toMatchObject({
    values: {
      x: { value: 5, at, quality: 'good' },
      y: { value: 2, at, quality: 'good' },
      t: { value: 4, at: '2026-11-22T09:59:55.000Z' },
    },
    updated_at: at,
    readings: 3,
  })
})

test('a reading without a time is of the moment when it was appended', () => {
  const actor = alone()
  actor.apply('reading', { values: { x: 1 } }, { at: T })
  actor.apply('readings', readings({ at: NaN, values: { x: 2 } }), { at: T + 1 })
  expect(actor.rows.map(({ time }) => time)).toEqual([T, T + 1])
})

test('names with line ends are not those of their parts', () => {
  const actor = alone()
  actor.apply('reading', { at: T, values: { a: 1, b: 2 } })
  actor.apply('readings', readings({ at: T + 1, values: { 'a\nb': 5 } }))
  actor.apply('readings', readings({ at: T + 2, values: { a: 3, b: 4 } }))
  expect(Object.entries(stateOf(actor).values).map(([name, { value }]) => [name, value])).toEqual([
    ['a', 3],
    ['b', 4],
    ['a\nb', 5],
  ])
})

test('a batch does what its readings one by one do', () => {
  const value = fc.double({ noNaN: true, noDefaultInfinity: true })
  const reading = fc.record({
    at: fc.integer({ min: 0, max: 20 }).map((n) => T + n * 1000),
    values: fc.dictionary(fc.constantFrom('x', 'y', 'z', 'т'), value, { minKeys: 1 }),
  })
  fc.assert(
    fc.property(fc.array(reading, { minLength: 1, maxLength: 20 }), (all) => {
      const [single, batch] = [alone(), alone()]
      for (const one of all) single.apply('reading', one)
      batch.apply('readings', readings(...all))
      const { offset: _single, ...one } = stateOf(single)
      const { offset: _batch, ...many } = stateOf(batch)
      expect(many).toEqual(one)
      expect(batch.rows.map(({ time }) => time)).toEqual(single.rows.map(({ time }) => time))
    }),
  )
})

test('a gap in a batch is no value and changes none', () => {
  const actor = alone()
  actor.apply('readings', readings({ at: T, values: { x: 1 } }, { at: T + 1000, values: { y: 2 } }))
  expect(stateOf(actor).values).toMatchObject({ x: { value: 1 }, y: { value: 2 } })
  expect(actor.rows.map(({ values }) => [...values.slice(0, 2)])).toEqual([
    [1, NaN],
    [NaN, 2],
  ])
})

test('a value is stale when the device is silent for longer than is usual for it', () => {
  const actor = alone()
  for (let n = 0; n < 20; n++) actor.apply('reading', { at: T + n * 1000, values: { x: n } })
  const last = T + 19_000
  expect(stateOf(actor, last + 180_000).values.x!.quality).toBe('good')
  expect(stateOf(actor, last + 180_001).values.x!.quality).toBe('stale')
  const slow = alone()
  for (let n = 0; n < 20; n++) slow.apply('reading', { at: T + n * 3_600_000, values: { x: n } })
  expect(stateOf(slow, T + 22 * 3_600_000).values.x!.quality).toBe('good')
})

test('what comes after its deletion is dropped, also after a restart', () => {
  const actor = alone()
  actor.apply('reading', { at: T, values: { x: 1 } })
  actor.apply('deleted', {}, { id: 'deleted' })
  actor.restart()
  actor.apply('reading', { at: T + 1, values: { x: 2 } })
  actor.apply('readings', readings({ at: T + 2, values: { x: 3 } }))
  expect(actor.rows.length).toBe(1)
  expect(() => stateOf(actor)).toThrow('no such device')
})

test('a restart between two readings changes nothing', () => {
  const actor = alone()
  actor.apply('reading', { at: T, values: { x: 1, y: 2 } })
  const before = stateOf(actor)
  actor.restart()
  expect(stateOf(actor)).toEqual(before)
  actor.apply('reading', { at: T + 1, values: { x: 3, y: 4 } })
  expect(stateOf(actor).values).toMatchObject({ x: { value: 3 }, y: { value: 4 } })
})

test('of more names than are kept those of the oldest time are forgotten', () => {
  const actor = alone()
  for (let n = 0; n < MOST_KEPT + 10; n++) actor.apply('reading', { at: T + n, values: { [`n${n}`]: n } })
  const { values } = stateOf(actor)
  expect(Object.keys(values).length).toBe(MOST_KEPT)
  expect(values.n9).toBeUndefined()
  expect(values.n10).toBeDefined()
})

test('a record that is no reading throws and changes nothing', () => {
  const actor = alone()
  actor.apply('reading', { at: T, values: { x: 1 } })
  const before = stateOf(actor)
  expect(() => actor.apply('reading', { at: T, values: { x: 'a' } })).toThrow()
  expect(() => actor.apply('readings', { names: ['x'], columns: 'AAAAAAAAAAAA' })).toThrow()
  expect(stateOf(actor)).toEqual({ ...before, offset: stateOf(actor).offset })
})
