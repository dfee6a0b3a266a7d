import { describe, expect, test } from 'bun:test'
import { type MakeLog, PARTITIONS, withLog } from './fresh.ts'
import { Member, record, until } from './member.ts'

const upTo = (count: number, from = 0) => Array.from({ length: count - from }, (_, i) => from + i)

/** Reading the partitions that one has. */
export function consumeClaims(make: MakeLog) {
  describe('consume', () => {
    test(
      'everything is delivered in order, what was there and what comes, none left out',
      withLog(make, async ({ log, member }) => {
        for (const n of upTo(60)) await log.append([record(n % PARTITIONS, n)])
        const reader = await new Member(await member()).start()
        await Promise.all(upTo(400).map((n) => log.append(upTo(5).map((i) => record((n + i) % PARTITIONS, n)))))
        const each = (60 + 400 * 5) / PARTITIONS
        for (const partition of upTo(PARTITIONS)) {
          await reader.has(partition, each)
          expect(reader.offsets(partition)).toEqual(upTo(each))
        }
        expect(reader.broken).toEqual([])
        expect(reader.failures).toEqual([])
        await reader.consumer.stop()
      }),
    )
    test(
      'a trace comes back with its record, and only there',
      withLog(make, async ({ log, member }) => {
        const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
        const [plain, sent] = [record(0, 'a'), { ...record(0, 'c'), source: '1-2-3' }]
        await log.append([plain, { ...record(0, 'b'), trace }, sent, { ...sent, trace }])
        const reader = await new Member(await member()).start()
        await reader.has(0, 4)
        expect(reader.of(0).map((one) => [one.source, one.trace])).toEqual([
          ['', undefined],
          ['', trace],
          ['1-2-3', undefined],
          ['1-2-3', trace],
        ])
        await reader.consumer.stop()
      }),
    )
    test(
      'the assignment names all partitions, with what is in them',
      withLog(make, async ({ log, member }) => {
        await log.append([record(1, 1), record(1, 2), record(3, 3)])
        const reader = await new Member(await member()).start(() => undefined)
        const ends = [0, 2, 0, 1]
        expect(reader.assignments.at(-1)!.toSorted((a, b) => a.partition - b.partition)).toEqual(
          ends.map((end, partition) => ({ partition, committed: null, earliest: 0, end })),
        )
        await reader.consumer.stop()
      }),
    )
    test(
      'nothing of a partition is delivered before it was sought and resumed',
      withLog(make, async ({ log, member }) => {
        await log.append([record(0, 'a'), record(1, 'b'), record(2, 'c')])
        const reader = await new Member(await member()).start(({ partition }) => (partition === 1 ? 0 : undefined))
        reader.consumer.seek(2, 0)
        await reader.has(1, 1)
        await log.append([record(0, 'd'), record(2, 'e')])
        await log.append([record(1, 'f')])
        await reader.has(1, 2)
        expect([reader.values(0), reader.values(2)]).toEqual([[], []])
        reader.consumer.resume(2)
        await reader.has(2, 2)
        expect(reader.values(2)).toEqual(['c', 'e'])
        await reader.consumer.stop()
      }),
    )
    test(
      'a batch is awaited before the next of its partition, and the other partitions go on meanwhile',
      withLog(make, async ({ log, member }) => {
        const gate = Promise.withResolvers<void>()
        const reader = new Member(await member())
        reader.during = (partition) => (partition === 0 ? gate.promise : undefined)
        await log.append([record(0, 0)])
        await reader.start()
        await reader.has(0, 1)
        for (const n of upTo(30, 1)) await log.append([record(0, n), record(3, n)])
        await reader.has(3, 29)
        expect(reader.values(0)).toEqual([0])
        gate.resolve()
        await reader.has(0, 30)
        expect(reader.values(0)).toEqual(upTo(30))
        expect(reader.broken).toEqual([])
        await reader.consumer.stop()
      }),
    )
    test(
      'a paused partition is silent until it is resumed, and then leaves nothing out',
      withLog(make, async ({ log, member }) => {
        const reader = await new Member(await member()).start()
        await log.append([record(0, 0)])
        await reader.has(0, 1)
        reader.consumer.pause(0)
        for (const n of upTo(40, 1)) await log.append([record(0, n), record(1, n)])
        await reader.has(1, 39)
        expect(reader.values(0)).toEqual([0])
        reader.consumer.resume(0)
        await reader.has(0, 40)
        expect(reader.values(0)).toEqual(upTo(40))
        await reader.consumer.stop()
      }),
    )
    test(
      'seek moves forth and back, also while a batch is with the handler',
      withLog(make, async ({ log, member }) => {
        await log.append(upTo(100).map((n) => record(0, n)))
        const reader = await new Member(await member()).start(() => 90)
        await reader.has(0, 10)
        expect(reader.offsets(0)).toEqual(upTo(100, 90))
        reader.consumer.seek(0, 95)
        await reader.has(0, 15)
        expect(reader.offsets(0).slice(10)).toEqual(upTo(100, 95))
        let sought = false
        reader.during = () => {
          if (!sought) reader.consumer.seek(0, 40)
          sought = true
        }
        reader.consumer.seek(0, 98)
        await until('the last record comes a fourth time', () => reader.offsets(0).filter((n) => n === 99).length >= 4)
        const again = reader.offsets(0).slice(15)
        expect(again.slice(-60)).toEqual(upTo(100, 40))
        expect(again.slice(0, -60)).toEqual([98, 99].slice(0, again.length - 60))
        expect(reader.failures).toEqual([])
        await reader.consumer.stop()
      }),
    )
    test(
      'a place after the end waits for the records to come',
      withLog(make, async ({ log, member }) => {
        await log.append([record(0, 0)])
        const reader = await new Member(await member()).start(() => 3)
        for (const n of upTo(6, 1)) await log.append([record(0, n)])
        await reader.has(0, 3)
        expect(reader.offsets(0)).toEqual([3, 4, 5])
        await reader.consumer.stop()
      }),
    )
    test(
      'a handler that rejects stops the consumer, which says so once',
      withLog(make, async ({ log, member }) => {
        const reader = new Member(await member())
        const error = new Error('the store is away')
        reader.during = () => Promise.reject(error)
        await reader.start()
        await log.append([record(0, 0)])
        await until('the failure is told', () => reader.failures.length > 0)
        await log.append([record(0, 1), record(1, 1)])
        await reader.consumer.stop()
        expect(reader.failures).toEqual([error])
        expect(reader.of(0).length + reader.of(1).length).toBe(1)
      }),
    )
    test(
      'once stopped nothing is delivered',
      withLog(make, async ({ log, member }) => {
        const reader = await new Member(await member()).start()
        await log.append([record(0, 0)])
        await reader.has(0, 1)
        await reader.consumer.stop()
        await log.append([record(0, 1)])
        const other = await new Member(await member()).start()
        await other.has(0, 2)
        expect(reader.values(0)).toEqual([0])
        await other.consumer.stop()
      }),
    )
    test(
      'records that are gone are told, not skipped',
      withLog(make, async ({ log, member, trim }) => {
        for (const n of upTo(40)) await Promise.all(upTo(10).map((i) => log.append([record(0, n * 10 + i)])))
        const first = await new Member(await member()).start()
        await first.has(0, 400)
        await first.consumer.commit(new Map([[0, 400]]))
        await first.consumer.stop()
        const earliest = await trim()
        expect(earliest).toBeGreaterThan(0)
        expect(earliest).toBeLessThanOrEqual(400)
        expect((await log.bounds())[0]).toEqual({ earliest, end: 400 })

        const late = await new Member(await member()).start(() => earliest - 1)
        await until('the loss is told', () => late.failures.length > 0)
        expect(late.failures).toMatchObject([{ code: 'LOG_OFFSET_OUT_OF_RANGE' }])
        expect(late.assignments[0]!.find(({ partition }) => partition === 0)).toMatchObject({
          earliest,
          committed: 400,
        })
        await late.consumer.stop()
        await log.append([record(0, 400)])
        const timely = await new Member(await member()).start(({ committed }) => committed ?? 0)
        await timely.has(0, 1)
        expect(timely.offsets(0)).toEqual([400])
        await timely.consumer.stop()
      }),
    )
  })
}
