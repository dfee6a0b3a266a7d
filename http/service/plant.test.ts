import { expect, test } from 'bun:test'
import { partitionOf } from '../../actors/runtime/index.ts'
import type { Answer } from '../exhausters/kept-answers.ts'
import { plantFigures } from './plant.ts'

const PARTITIONS = 16
const encoder = new TextEncoder()

/** An answer whose age counts from a moment, as a live exhauster's. */
const answer = (id: string, more: object, agesFrom: number | null = null): Answer => ({
  position: '0-1',
  at: 1,
  state: 'live',
  head: encoder.encode(
    agesFrom === null
      ? JSON.stringify({ id, status: 'ok', running: true, updated_at: '2026-01-01', data_age_ms: 1500, ...more })
      : JSON.stringify({ id, status: 'ok', running: true, updated_at: '2026-01-01', ...more }).replace(
          /\}$/,
          ',"data_age_ms":',
        ),
  ),
  agesFrom,
  sent: null,
})

const figuresOf = (
  get: (address: string) => Promise<Answer>,
  owned = Array.from({ length: PARTITIONS }, (_, p) => p),
) => plantFigures({ cluster: { partitions: PARTITIONS, owned: () => owned }, answers: { get }, now: () => 10_000 })()

test('status, running and age of each exhauster, in numbers', async () => {
  const told = await figuresOf((address) => {
    const id = address.slice('exhauster/'.length)
    return Promise.resolve(id === 'u-171' ? answer(id, { status: 'alarm', running: false }, 4000) : answer(id, {}))
  })
  expect(told).toHaveLength(6)
  expect(told.find(({ exhauster }) => exhauster === 'u-171')).toEqual({
    exhauster: 'u-171',
    status: 3,
    running: 0,
    ageSeconds: 6,
  })
  expect(told.find(({ exhauster }) => exhauster === 'x-172')).toMatchObject({ status: 1, running: 1, ageSeconds: 1.5 })
})

test('one that had no frame yet, or whose actor cannot say, is left out', async () => {
  const told = await figuresOf((address) =>
    address === 'exhauster/f-171'
      ? Promise.reject(new Error('restoring'))
      : Promise.resolve(answer(address.slice(10), { updated_at: address === 'exhauster/f-172' ? null : 'then' })),
  )
  expect(told.map(({ exhauster }) => exhauster)).toEqual(['u-171', 'u-172', 'x-171', 'x-172'])
})

test('exhausters of other nodes are theirs to tell', async () => {
  const partition = partitionOf('exhauster/u-171', PARTITIONS)
  const asked: string[] = []
  await figuresOf(
    (address) => {
      asked.push(address)
      return Promise.resolve(answer(address.slice(10), {}))
    },
    [partition],
  )
  expect(asked).toContain('exhauster/u-171')
  expect(asked.every((address) => partitionOf(address, PARTITIONS) === partition)).toBe(true)
})
