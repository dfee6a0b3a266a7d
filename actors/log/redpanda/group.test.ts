import { describe, expect, test } from 'bun:test'
import { record, until } from '../conformance/member.ts'
import { hurtNetwork } from './network.fixture.ts'
import { assignedTo, brokers, freshTopic, PARTITIONS } from './topic.fixture.ts'
import { toMessage } from './messages.fixture.ts'

describe.skipIf(!brokers)('a group of several members', () => {
  test('partitions are divided, move when a member comes or goes, and nothing is left out', async () => {
    await using fresh = await freshTopic()
    const { log } = fresh
    let sent = 0
    const append = async (count: number) => {
      const values = Array.from({ length: count }, () => sent++)
      await Promise.all(values.map((n) => log.append([record(n % PARTITIONS, n)])))
    }
    await append(40)
    const first = await fresh.member().start()
    for (const partition of [0, 1, 2, 3]) await first.has(partition, 10)
    await first.consumer.commit(new Map([0, 1, 2, 3].map((partition) => [partition, 5])))

    const second = await fresh.member().start()
    await until(
      'the two have two partitions each',
      () => assignedTo(first).length === 2 && assignedTo(second).length === 2,
    )
    expect([...assignedTo(first), ...assignedTo(second)].toSorted()).toEqual([0, 1, 2, 3])
    expect(first.revocations.flat().toSorted()).toEqual(assignedTo(second))
    expect(second.assignments.at(-1)!.map(({ committed, end }) => [committed, end])).toEqual([
      [5, 10],
      [5, 10],
    ])
    await append(40)
    const mine = assignedTo(second)
    for (const partition of mine) {
      await second.has(partition, 15)
      expect(second.offsets(partition)).toEqual(Array.from({ length: 15 }, (_, i) => 5 + i))
    }

    await second.consumer.stop()
    await until('the first has all of them again', () => assignedTo(first).length === PARTITIONS)
    await append(4)
    for (const partition of [0, 1, 2, 3]) {
      await until(`the end of partition ${partition} is there`, () => first.offsets(partition).at(-1) === 20)
      expect(new Set(first.offsets(partition)).size).toBe(21)
    }
    expect([first.broken, second.broken, first.failures, second.failures].flat()).toEqual([])
  }, 60_000)

  test('a member that was frozen is not sure of its partitions before it reads on, and comes back', async () => {
    await using fresh = await freshTopic()
    const frozen = await fresh.member({ sessionTimeoutMs: 2_000 }).start()
    await fresh.log.append([record(0, 'before')])
    await frozen.has(0, 1)
    const assignments = frozen.assignments.length
    Bun.sleepSync(3_000)
    await until('it is no longer sure of its partitions', () => frozen.suspensions.flat().includes(0))
    await until('it is assigned anew', () => frozen.assignments.length > assignments)
    await fresh.log.append([record(0, 'after')])
    await until('it reads on', () => frozen.values(0).includes('after'))
    expect(frozen.broken).toEqual([])
  }, 60_000)

  test('a request that was sent twice is delivered once, also to one who begins between the two', async () => {
    await using fresh = await freshTopic()
    const message = (sequence: number) => toMessage(record(0, sequence), 0, { producer: 'p', sequence })
    await fresh.send(message(0), message(1))
    await fresh.send(message(2))
    await fresh.send(message(0), message(1))
    await fresh.send(message(3))
    const reader = await fresh.member().start()
    await reader.has(0, 4)
    expect(reader.of(0).map(({ offset, value }) => [offset, value])).toEqual([
      [0, '0'],
      [1, '1'],
      [2, '2'],
      [5, '3'],
    ])
    reader.consumer.seek(0, 2)
    await reader.has(0, 6)
    expect(reader.offsets(0).slice(4)).toEqual([2, 5])
  }, 60_000)

  test('what is older than the retention and below the low watermark is let go', async () => {
    await using fresh = await freshTopic()
    await fresh.log.append([0, 1, 2, 3].map((n) => record(0, n)))
    const reader = await fresh.member().start()
    await reader.has(0, 4)
    const earliest = async () => (await fresh.log.bounds())[0]!.earliest
    await reader.consumer.commit(new Map([[0, 3]]))
    await fresh.log.retain()
    expect(await earliest()).toBe(0)
    fresh.clock.time += 120_000
    await fresh.log.retain()
    expect(await earliest()).toBe(3)
  }, 60_000)

  test('a Worker that is busy for longer than a session, but not all at once, stays in the group', async () => {
    await using fresh = await freshTopic()
    const busy = fresh.member({ sessionTimeoutMs: 2_000 })
    const { promise: done, resolve: finish } = Promise.withResolvers<void>()
    busy.during = () => done
    await busy.start()
    await fresh.log.append([0, 1, 2, 3].map((partition) => record(partition, 'long')))
    for (const partition of [0, 1, 2, 3]) await busy.has(partition, 1)
    const lease = busy.consumer.leaseMs()
    await until('the group has heard of it for three sessions', () => busy.consumer.leaseMs() > lease + 6_000)
    finish()
    expect([busy.assignments.length, busy.suspensions, busy.failures]).toEqual([1, [], []])
  }, 60_000)

  test('what a Worker has no room for waits with the broker, and comes when there is room', async () => {
    await using fresh = await freshTopic()
    const values = Array.from({ length: 40 }, (_, n) => `${n} ${'x'.repeat(200_000)}`)
    await fresh.log.append(values.map((value) => record(0, value)))
    const slow = fresh.member()
    const { promise: done, resolve: finish } = Promise.withResolvers<void>()
    slow.during = () => done
    await slow.start()
    await slow.has(0, 1)
    // The others are fetched all the while.
    await fresh.log.append([record(1, 'beside')])
    await slow.has(1, 1)
    expect(slow.offsets(0).length).toBeLessThan(30)
    finish()
    await slow.has(0, values.length)
    expect(slow.values(0)).toEqual(values)
  }, 60_000)

  test('a member all of whose partitions are paused asks the broker for next to nothing', async () => {
    await using fresh = await freshTopic()
    const network = hurtNetwork()
    const idle = await fresh.member({ socketFactory: network.socketFactory }).start(() => undefined)
    // Until it gives up to expect that they are sought in a moment, it looks often.
    const lease = idle.consumer.leaseMs()
    await until('it has been assigned for a while', () => idle.consumer.leaseMs() > lease + 3_000)
    const sent = network.sent()
    await until('two seconds have passed', () => idle.consumer.leaseMs() > lease + 5_000)
    expect(network.sent() - sent).toBeLessThan(40)
    expect(idle.failures).toEqual([])
  }, 60_000)
})
