import { expect, test } from 'bun:test'
import { pauseAfter } from './back-off.ts'

test('pauses are those of Standard Webhooks, a fifth shorter to a fifth longer, and end', () => {
  const seconds = [1, 5, 30, 300, 1800, 7200, 28_800]
  seconds.forEach((pause, i) => {
    expect(pauseAfter(i + 1, 0)).toBe(pause * 800)
    expect(pauseAfter(i + 1, 0.5)).toBe(pause * 1000)
    expect(pauseAfter(i + 1, 1)).toBe(pause * 1200)
  })
  expect(pauseAfter(8, 0.5)).toBeNull()
})
