import { expect, test } from 'bun:test'
import { Seats } from './seats.ts'

test('one sender cannot take the streams of all others', () => {
  const seats = new Seats(4)
  const own = [seats.take('user/1'), seats.take('user/1'), seats.take('user/1')]
  expect(own.map((leave) => leave !== undefined)).toEqual([true, true, false])
  expect(seats.take('user/2')).toBeDefined()
  own[0]!()
  expect(seats.take('user/1')).toBeDefined()
})

test('nobody in particular may have all streams, and no more', () => {
  const seats = new Seats(2)
  expect([seats.take(null), seats.take(null), seats.take(null)].map((leave) => leave !== undefined)).toEqual([
    true,
    true,
    false,
  ])
  expect(seats.take('user/1')).toBeUndefined()
})

test('a place that is given back twice is free once', () => {
  const seats = new Seats(1)
  const leave = seats.take(null)!
  leave()
  leave()
  expect(seats.take(null)).toBeDefined()
  expect(seats.take(null)).toBeUndefined()
})
