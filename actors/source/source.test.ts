import { expect, test } from 'bun:test'
import { actorAlone } from '../exhauster/turns.fixture.ts'
import { DEAD_LETTERS } from '../runtime/index.ts'
import { source } from './actor.ts'

const orders = () => {
  const actor = actorAlone(source, 'orders')
  const positions = () => actor.ask<{ positions: Record<string, number> }>('positions').positions
  return { ...actor, positions }
}

test('the first word about where a partition begins counts, a later one only for partitions that have none', () => {
  const actor = orders()
  actor.apply('begin', { positions: { 0: 10, 1: 20 } })
  actor.apply('begin', { positions: { 0: 99, 1: 99, 2: 30 } })
  expect(actor.positions()).toEqual({ 0: 10, 1: 20, 2: 30 })
})

test('what is read never becomes less, whoever says so', () => {
  const actor = orders()
  actor.apply('begin', { positions: { 0: 10 } })
  actor.apply('read', { partition: 0, next: 15 })
  actor.apply('read', { partition: 0, next: 12 })
  actor.apply('read', { partition: 3, next: 7 })
  actor.restart()
  expect(actor.positions()).toEqual({ 0: 15, 3: 7 })
})

test('a message that is no event is one dead letter, however often it is read', () => {
  const actor = orders()
  const message = { topic: 'orders', partition: 1, offset: 7, cause: 'no JSON', payload: '{', size: 1 }
  for (const _ of [1, 2]) actor.apply('rejected', { ...message, code: 'MESSAGE_NOT_JSON' }, { at: 5, id: 'orders-1-7' })
  expect(actor.emitted).toHaveLength(1)
  expect(actor.emitted[0]).toMatchObject({
    collection: DEAD_LETTERS,
    at: 5,
    body: {
      code: 'MESSAGE_NOT_JSON',
      error: 'no JSON',
      payload: '{',
      key: 'source/orders',
      cursor: 'orders-1-7',
      size: 1,
    },
  })
  expect(actor.ask('state')).toMatchObject({ rejected: { MESSAGE_NOT_JSON: 1 } })
})
