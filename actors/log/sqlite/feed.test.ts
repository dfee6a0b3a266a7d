import { expect, test } from 'bun:test'
import type { LogRecord } from '../../runtime/index.ts'
import { record, until } from '../conformance/member.ts'
import { openFeed } from './feed.ts'
import { freshLog } from './fresh.ts'
import type { FromLog, ToLog } from './messages.ts'

const noSource = {
  assigned: () => [],
  ends: () => [7, 8],
  append: async () => [],
  commit: async () => {},
}

test('a reader that takes nothing out is sent a bounded amount, and told the ends when it has caught up', () => {
  const sent: FromLog[] = []
  let tell: (event: MessageEvent) => void = () => {}
  const port = {
    postMessage: (message: unknown) => void sent.push(message as FromLog),
    addEventListener: (_: 'message', listener: (event: MessageEvent) => void) => void (tell = listener),
    removeEventListener: () => {},
  }
  const say = (data: ToLog) => tell({ data } as MessageEvent)
  const feed = openFeed(port, [0, 1], noSource)
  const text = 'x'.repeat(1024 * 1024)
  feed.push(text)
  expect(sent).toEqual([])
  say({ to: 'log', do: 'open' })
  for (let n = 0; n < 50; n++) feed.push(text)
  const rows = sent.filter((message) => typeof message === 'string').length
  expect(rows).toBeGreaterThan(2)
  expect(rows).toBeLessThan(10)
  say({ to: 'log', do: 'credit', length: rows * text.length })
  expect(sent.at(-1)).toEqual({ from: 'log', is: 'ends', ends: [7, 8] })
  feed.push('fresh')
  expect(sent.at(-1)).toBe('fresh')
})

test('a reader far behind the writer, in memory and in the feed, misses nothing and gets nothing twice', async () => {
  await using fresh = freshLog()
  const log = fresh.open()
  const reader = fresh.member(log)
  // Slower than the writer: more comes than the queue of a partition and the feed's credit hold.
  reader.during = (partition) => (partition === 0 ? new Promise((resolve) => setTimeout(resolve, 1)) : undefined)
  await reader.start()
  const pad = 'x'.repeat(40_000)
  const COUNT = 600
  for (let n = 0; n < COUNT; n += 10) {
    await log.append(Array.from({ length: 10 }, (_, i) => record((n + i) % 2, { n: n + i, pad })))
  }
  for (const partition of [0, 1]) {
    await reader.has(partition, COUNT / 2)
    expect(reader.offsets(partition)).toEqual(Array.from({ length: COUNT / 2 }, (_, i) => i))
  }
  expect(reader.broken).toEqual([])
  await reader.consumer.stop()
})

test('random bursts, pauses and seeks: from each seek on, the offsets follow one another', async () => {
  await using fresh = freshLog()
  const log = fresh.open()
  let seed = 20_261_122
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return seed % below
  }
  const reader = fresh.member(log)
  const expected = [0, 0]
  const wrong: string[] = []
  reader.during = (partition: number, records: readonly LogRecord[]) => {
    for (const { offset } of records) {
      if (offset !== expected[partition])
        wrong.push(`partition ${partition}: ${offset} in place of ${expected[partition]}`)
      expected[partition] = offset + 1
    }
    reader.records.clear()
  }
  await reader.start()
  const ends = [0, 0]
  for (let step = 0; step < 400; step++) {
    const partition = random(2)
    const what = random(10)
    if (what < 5) {
      const count = 1 + random(20)
      const pad = 'x'.repeat(random(4) === 0 ? 60_000 : 50)
      ends[partition]! += count
      const appended = log.append(Array.from({ length: count }, () => record(partition, pad)))
      if (random(2)) await appended
    } else if (what === 5) reader.consumer.pause(partition)
    else if (what < 8) reader.consumer.resume(partition)
    else if (what === 8) {
      expected[partition] = random(ends[partition]! + 1)
      reader.consumer.seek(partition, expected[partition]!)
    } else await new Promise(setImmediate)
  }
  for (const partition of [0, 1]) reader.consumer.resume(partition)
  await until(
    'both partitions are at their end',
    () => expected.join() === ends.join(),
    () => ({ expected, ends, wrong }),
  )
  expect(wrong).toEqual([])
  expect(reader.failures).toEqual([])
  await reader.consumer.stop()
})

test('records of many senders wait for those of the next commits; few are there at once, and take the many with them', async () => {
  await using fresh = freshLog()
  const log = fresh.open()
  const reader = fresh.member(log, { gatherMs: 60_000 })
  const batches: number[] = []
  reader.during = (_, records) => void batches.push(records.length)
  await reader.start()
  const many = () => log.append(Array.from({ length: 20 }, (_, n) => record(0, n)))
  await log.append([record(0, 'one')])
  await reader.has(0, 1)
  await many()
  await many()
  await log.append([record(0, 'one')])
  await reader.has(0, 42)
  expect(batches).toEqual([1, 41])
  expect(reader.offsets(0)).toEqual(Array.from({ length: 42 }, (_, i) => i))
  expect(reader.broken).toEqual([])
  await reader.consumer.stop()
})

test('they do not wait for ever', async () => {
  await using fresh = freshLog()
  const log = fresh.open()
  const reader = fresh.member(log)
  await reader.start()
  await log.append(Array.from({ length: 20 }, (_, n) => record(0, n)))
  await reader.has(0, 20)
  await reader.consumer.stop()
})
