import { describe, expect, test } from 'bun:test'
import { partitionOf } from '../../runtime/index.ts'
import { type MakeLog, PARTITIONS, withLog } from './fresh.ts'
import { MAX_RECORD_LENGTH } from '../port.ts'
import { Member, record } from './member.ts'

/** Appending, and what a log says of itself. */
export function appendClaims(make: MakeLog) {
  describe('append', () => {
    test(
      'answers a position for each record: the partition of its key, offsets from 0 upwards',
      withLog(make, async ({ log }) => {
        expect(log.partitions).toBe(PARTITIONS)
        const keys = ['device/1', 'device/2', 'device/1', 'exhauster/x-171', 'device/2']
        const positions = await log.append(keys.map((key, i) => ({ key, type: 't', value: `${i}` })))
        expect(positions.map((position) => position!.partition)).toEqual(
          keys.map((key) => partitionOf(key, PARTITIONS)),
        )
        const places = new Set(positions.map((position) => `${position!.partition}-${position!.offset}`))
        expect(places.size).toBe(keys.length)
        expect(await log.append([])).toEqual([])
        const ends = (await log.bounds()).map(({ end }) => end)
        for (const position of positions) expect(position!.offset).toBeLessThan(ends[position!.partition]!)
      }),
    )
    test(
      'a record is read as it was written',
      withLog(make, async ({ log, member }) => {
        const text = { text: 'тёплый\t風\u2028\n"\\', emoji: '🌡️', zero: '\0' }
        await log.append([
          record(1, text, { id: 'id 1', source: '3-17-0', type: 'an odd:type' }),
          record(1, 'x'.repeat(MAX_RECORD_LENGTH - 2)),
          record(1, null),
        ])
        const reader = await new Member(await member()).start()
        await reader.has(1, 3)
        const [first, large, last] = reader.of(1)
        expect(first).toMatchObject({ offset: 0, key: 'part/#1', type: 'an odd:type', id: 'id 1', source: '3-17-0' })
        expect(JSON.parse(first!.value)).toEqual(text)
        expect(large!.value).toHaveLength(MAX_RECORD_LENGTH)
        expect(last).toMatchObject({ offset: 2, value: 'null', id: '', source: '' })
        expect([first!.at, large!.at, last!.at]).toEqual([first!.at, large!.at, last!.at].toSorted((a, b) => a - b))
        await reader.consumer.stop()
      }),
    )
    test(
      'the records of one call that go to one partition lie there in the order given',
      withLog(make, async ({ log, member }) => {
        const calls = Array.from({ length: 50 }, (_, call) =>
          log.append(Array.from({ length: 40 }, (_, n) => record(n % 2, { call, n }))),
        )
        const answers = await Promise.all(calls)
        const reader = await new Member(await member()).start()
        await reader.has(0, 1000)
        await reader.has(1, 1000)
        for (const partition of [0, 1]) {
          const found = reader.values(partition) as { call: number; n: number }[]
          for (const call of calls.keys()) {
            const ns = found.filter((value) => value.call === call).map(({ n }) => n)
            expect(ns).toEqual(Array.from({ length: 20 }, (_, i) => 2 * i + partition))
          }
        }
        const places = answers.flat().map((position, i) => ({ position, call: Math.floor(i / 40), n: i % 40 }))
        for (const { position, call, n } of places) {
          const at = reader.of(position!.partition).find(({ offset }) => offset === position!.offset)
          expect(JSON.parse(at!.value)).toEqual({ call, n })
        }
        await reader.consumer.stop()
      }),
    )
    test(
      'a record that cannot stand in the log is null, and its neighbours are taken',
      withLog(make, async ({ log }) => {
        const bad = [
          record(0, 1, { key: 'a\tb/1' }),
          record(0, 1, { type: 'a\nb' }),
          record(0, 1, { id: 'a\tb' }),
          record(0, 1, { source: '\n' }),
          record(0, 1, { value: '1\n2' }),
          record(0, 'x'.repeat(MAX_RECORD_LENGTH)),
          record(PARTITIONS, 1),
        ]
        const answers = await log.append([record(0, 1), ...bad, record(0, 2)])
        expect(answers).toEqual([{ partition: 0, offset: 0 }, ...bad.map(() => null), { partition: 0, offset: 1 }])
        await expect(log.append(bad)).rejects.toMatchObject({ code: 'MALFORMED' })
        expect((await log.bounds())[0]).toEqual({ earliest: 0, end: 2 })
      }),
    )
    test(
      'what was answered is there after the log was opened again, with the same id; offsets go on',
      withLog(make, async (fresh) => {
        const { id } = fresh.log
        await Promise.all(Array.from({ length: 20 }, (_, n) => fresh.log.append([record(n % PARTITIONS, n)])))
        const before = await fresh.log.bounds()
        const log = await fresh.reopen()
        expect(log.id).toBe(id)
        expect(await log.bounds()).toEqual(before)
        const [position] = await log.append([record(2, 'more')])
        expect(position).toEqual({ partition: 2, offset: before[2]!.end })
        const reader = await new Member(await fresh.member()).start()
        await reader.has(2, 6)
        expect(reader.values(2).toSorted()).toEqual([10, 14, 18, 2, 6, 'more'])
        const ats = reader.of(2).map(({ at }) => at)
        expect(ats).toEqual(ats.toSorted((a, b) => a - b))
        await reader.consumer.stop()
      }),
    )
    test(
      'a closed log refuses',
      withLog(make, async ({ log }) => {
        await log.close()
        await expect(log.append([record(0, 1)])).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' })
      }),
    )
  })
}
