import { describe, expect, test } from 'bun:test'
import { type MakeLog, withLog } from './fresh.ts'
import { Member, record } from './member.ts'

/** Low watermarks, and one member after another. */
export function groupClaims(make: MakeLog) {
  const committedOf = (reader: Member, partition: number) =>
    reader.assignments.at(-1)!.find((assigned) => assigned.partition === partition)!.committed

  describe('the group', () => {
    test(
      'who comes next begins at the low watermark and misses nothing, also after the log was opened again',
      withLog(make, async (fresh) => {
        await fresh.log.append(Array.from({ length: 50 }, (_, n) => record(0, n)))
        const first = await new Member(await fresh.member()).start()
        await first.has(0, 50)
        await first.consumer.commit(new Map([[0, 20]]))
        await first.consumer.stop()
        await fresh.log.append([record(0, 50)])
        await fresh.reopen()
        const second = await new Member(await fresh.member()).start()
        await second.has(0, 31)
        expect(second.offsets(0)).toEqual(Array.from({ length: 31 }, (_, i) => 20 + i))
        expect([committedOf(second, 0), committedOf(second, 1)]).toEqual([20, null])
        await second.consumer.stop()
      }),
    )
    test(
      'a low watermark never goes back',
      withLog(make, async ({ log, member }) => {
        await log.append(Array.from({ length: 10 }, (_, n) => record(n % 2, n)))
        const first = await new Member(await member()).start()
        await first.consumer.commit(new Map([[0, 4]]))
        await first.consumer.commit(
          new Map([
            [0, 2],
            [1, 1],
          ]),
        )
        await Promise.all([first.consumer.commit(new Map([[0, 5]])), first.consumer.commit(new Map([[0, 3]]))])
        await first.consumer.stop()
        const second = await new Member(await member()).start(() => undefined)
        expect([committedOf(second, 0), committedOf(second, 1)]).toEqual([5, 1])
        await second.consumer.commit(new Map([[0, 1]]))
        await second.consumer.stop()
        const third = await new Member(await member()).start(() => undefined)
        expect(committedOf(third, 0)).toBe(5)
        await third.consumer.stop()
      }),
    )
    test(
      'an end that was committed holds for an empty partition too',
      withLog(make, async ({ log, member }) => {
        await log.append([record(0, 0)])
        const first = await new Member(await member()).start()
        await first.consumer.commit(
          new Map([
            [0, 1],
            [1, 0],
          ]),
        )
        await first.consumer.stop()
        const second = await new Member(await member()).start(() => undefined)
        expect([committedOf(second, 0), committedOf(second, 1)]).toEqual([1, 0])
        await second.consumer.stop()
      }),
    )
  })
}
