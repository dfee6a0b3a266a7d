import { expect, test } from 'bun:test'
import { momentOf, writeMoment } from './wire.ts'

const frame = (moment: string) => `{"moment": "${moment}","SM_Exgauster\\\\[0:0]":1.5}`

test('a moment without a zone is UTC and is cut to milliseconds', () => {
  expect(momentOf(frame('2022-12-30T05:59:25.16886'))).toBe(Date.UTC(2022, 11, 30, 5, 59, 25, 168))
  expect(momentOf(frame('2023-02-18T16:33:25.439816'))).toBe(Date.UTC(2023, 1, 18, 16, 33, 25, 439))
  expect(momentOf(frame('2023-02-18T16:33:25'))).toBe(Date.UTC(2023, 1, 18, 16, 33, 25))
})

test('a zone that is written counts', () => {
  expect(momentOf(frame('2023-02-18T19:33:25.439816+03:00'))).toBe(Date.UTC(2023, 1, 18, 16, 33, 25, 439))
  expect(momentOf(frame('2023-02-18T16:33:25Z'))).toBe(Date.UTC(2023, 1, 18, 16, 33, 25))
})

test('a frame without a readable moment has none', () => {
  for (const text of ['', '{}', '{"moment":7}', frame('yesterday'), frame('2023-13-45T99:00:00'), '{"mom']) {
    expect(momentOf(text)).toBeNull()
  }
})

test('a moment that was written is read again, with the six digits of the plant', () => {
  const at = Date.UTC(2026, 10, 22, 16, 0, 0, 7)
  expect(writeMoment(at)).toBe('2026-11-22T16:00:00.007816')
  expect(momentOf(frame(writeMoment(at)))).toBe(at)
})
