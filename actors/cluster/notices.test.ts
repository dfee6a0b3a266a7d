import { expect, test } from 'bun:test'
import { changeNotices } from './notices.ts'

test('a clock that is set back an hour silences nobody', async () => {
  let nowMs = 3_600_000
  let waiting: string[] = []
  const told: string[] = []
  const second = Promise.withResolvers<void>()
  const notices = changeNotices({
    take: () => waiting.splice(0),
    tell: (changes) => {
      told.push(...changes)
      if (changes.includes('second')) second.resolve()
    },
    nowMs: () => nowMs,
  })
  waiting = ['first']
  notices.look()
  expect(told).toEqual(['first'])
  nowMs = 0
  waiting = ['second']
  notices.look()
  await second.promise
  expect(told).toEqual(['first', 'second'])
})
