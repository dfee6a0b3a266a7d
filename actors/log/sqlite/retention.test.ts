import { expect, test } from 'bun:test'
import { statSync } from 'node:fs'
import { record } from '../conformance/member.ts'
import { freshLog } from './fresh.ts'
import type { SqliteLog } from './log.ts'

/** Five commits with as many characters as make a mark stand before the next. */
async function append(log: SqliteLog, partition: number) {
  for (let n = 0; n < 5; n++) await log.append([record(partition, 'x'.repeat(250_000))])
}

/** Tells the log that nothing of it is needed any more, or nothing below some offsets. */
async function commit(fresh: ReturnType<typeof freshLog>, log: SqliteLog, offsets?: Map<number, number>) {
  const reader = await fresh.member(log).start(() => undefined)
  const ends = (await log.bounds()).map(({ end }, partition) => [partition, end] as const)
  await reader.consumer.commit(offsets ?? new Map(ends))
  await reader.consumer.stop()
}

test('records older than the age are let go, younger ones stay', async () => {
  await using fresh = freshLog({ retention: { ageMs: 1_000 } })
  let now = 0
  const log = fresh.open({ clock: { now: () => now } })
  for (now of [0, 900, 1_800]) await append(log, 0)
  await commit(fresh, log)
  now = 1_500
  await log.retain()
  expect((await log.bounds())[0]).toEqual({ earliest: 5, end: 15 })
  now = 9_999
  await log.retain()
  expect((await log.bounds())[0]).toEqual({ earliest: 10, end: 15 })
  await log.close()
  expect((await fresh.open().bounds())[0]).toEqual({ earliest: 10, end: 15 })
})

test('nothing goes at or past the low watermark of any partition, nor before one was committed', async () => {
  await using fresh = freshLog({ retention: { bytes: 0 } })
  const log = fresh.open()
  for (const partition of [0, 1, 0, 1]) await append(log, partition)
  const earliest = async () => (await log.bounds()).map((bounds) => bounds.earliest)
  await log.retain()
  expect(await earliest()).toEqual([0, 0])
  await commit(fresh, log, new Map([[0, 10]]))
  await log.retain()
  expect(await earliest()).toEqual([5, 0])
  await commit(fresh, log, new Map([[1, 4]]))
  await log.retain()
  expect(await earliest()).toEqual([5, 0])
  await commit(fresh, log, new Map([[1, 5]]))
  await log.retain()
  expect(await earliest()).toEqual([10, 5])
})

test('the room of what was let go is filled again: the file stays as large as the retention says', async () => {
  await using fresh = freshLog({ retention: { bytes: 6_000_000 } })
  const log = fresh.open()
  for (let round = 0; round < 12; round++) {
    for (let n = 0; n < 3; n++) await append(log, 0)
    await commit(fresh, log)
    await log.retain()
  }
  await log.close()
  expect(statSync(fresh.file).size).toBeLessThan(14_000_000)
  const [bounds] = await fresh.open().bounds()
  expect(bounds!.end - bounds!.earliest).toBeGreaterThan(12)
})
