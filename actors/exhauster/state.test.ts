import { expect, test } from 'bun:test'
import { exhauster } from './actor.ts'
import { COLUMNS, rowFrom } from './columns.ts'
import { quietFrame } from './frames.fixture.ts'
import { fromJson, toJson } from './state.ts'
import { actorAlone } from './turns.fixture.ts'

test('a state of version 1 holds its row by place: another order of columns is another version', () => {
  const order = new Bun.CryptoHasher('sha256').update(COLUMNS.join()).digest('hex')
  expect([exhauster.version, COLUMNS.length, order]).toEqual([
    1,
    276,
    'daa66ac1912ff2e0d8e755f29318f67939cce832fb6d9d453de9fe6498c9c14e',
  ])
})

test('column names are distinct: history is read by them', () => {
  expect(new Set(COLUMNS).size).toBe(COLUMNS.length)
})

test('a state goes through JSON unchanged, with its holes', () => {
  const actor = actorAlone(exhauster, 'u-171')
  actor.apply('frame', quietFrame(Date.parse('2026-11-22T10:00:00Z'), { 'bearing_1.temperature': null }, 'live'))
  const back = fromJson(JSON.parse(JSON.stringify(toJson(actor.state))))
  // As lists: typed arrays are compared by their bits, and a NaN may have several.
  expect({ ...back, row: [...back.row] }).toEqual({ ...actor.state, row: [...actor.state.row] })
})

test('a stored row without a column is as if nothing had been sent there, and a column of tomorrow is passed over', () => {
  const row = rowFrom(['v:oil.oil_level', 'of tomorrow'], [80, 1])
  expect([...row].filter((value) => value === 80)).toHaveLength(1)
  expect(row).toHaveLength(COLUMNS.length)
})
