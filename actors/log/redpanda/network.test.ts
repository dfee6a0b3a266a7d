import { describe, expect, test } from 'bun:test'
import { record, until } from '../conformance/member.ts'
import { openRedpandaLog } from './log.ts'
import { hurtNetwork } from './network.fixture.ts'
import { assignedTo, brokers, freshTopic, PARTITIONS } from './topic.fixture.ts'

describe.skipIf(!brokers)('a network that fails', () => {
  /** A log over connections of its own, beside the sound ones of the test. */
  async function overHurtNetwork(fresh: Awaited<ReturnType<typeof freshTopic>>) {
    const network = hurtNetwork()
    const { socketFactory } = network
    const log = await openRedpandaLog({ ...fresh.where, socketFactory, partitions: PARTITIONS, clock: fresh.clock })
    return { network, log }
  }

  test('an answer that is lost: the record stands there twice, and is delivered once to whoever begins anywhere', async () => {
    await using fresh = await freshTopic()
    const { network, log } = await overHurtNetwork(fresh)
    const reader = await fresh.member().start()
    await log.append([record(0, 'first')])
    network.loseAnswers()
    const lost = log.append([record(0, 'second')])
    await until('it has arrived', () => reader.values(0).includes('second'))
    network.heal()
    const [position] = await lost
    await until('the repetition is passed', () => reader.passed.get(0) === position!.offset + 1)
    reader.passed.delete(0)
    reader.consumer.seek(0, position!.offset)
    await until('also by who begins with it', () => reader.passed.get(0) === position!.offset + 1)
    await log.append([record(0, 'third')])
    await until('all are delivered', () => reader.values(0).includes('third'))
    expect(reader.values(0)).toEqual(['first', 'second', 'third'])
    expect([position?.offset, (await log.bounds())[0]!.end]).toEqual([2, 4])

    const after = reader.records.get(0)!.length
    reader.consumer.seek(0, 2)
    await reader.has(0, after + 1)
    expect(reader.values(0).slice(after)).toEqual(['third'])
    await log.close()
  }, 60_000)

  test('a broker that is away for a while delays records, loses none, and leaves them in order', async () => {
    await using fresh = await freshTopic()
    const { network, log } = await overHurtNetwork(fresh)
    const reader = await fresh.member().start()
    const sent = Array.from({ length: 20 }, (_, n) => log.append([record(0, n)]))
    network.fail()
    sent.push(...Array.from({ length: 20 }, (_, n) => log.append([record(0, 20 + n)])))
    setTimeout(network.heal, 500)
    await Promise.all(sent)
    await reader.has(0, 40)
    expect(reader.values(0)).toEqual(Array.from({ length: 40 }, (_, n) => n))
    await log.close()
  }, 60_000)

  test('a broker that stays away is said to be away, and later records are taken', async () => {
    await using fresh = await freshTopic()
    const { network, log } = await overHurtNetwork(fresh)
    network.fail()
    const calls = [log.append([record(0, 'a')]), log.append([record(0, 'b')])]
    for (const { status } of await Promise.allSettled(calls)) expect(status).toBe('rejected')
    expect(calls[0]).rejects.toMatchObject({ code: 'LOG_UNAVAILABLE' })
    network.heal()
    expect(await log.append([record(0, 'c')])).toEqual([{ partition: 0, offset: 0 }])
    await log.close()
  }, 120_000)

  test('what waits behind a request that gets no answer is refused before that, and was never sent', async () => {
    await using fresh = await freshTopic()
    const { network, log } = await overHurtNetwork(fresh)
    network.fail()
    const settled: string[] = []
    const note = (name: string) => () => void settled.push(name)
    const first = log.append([record(0, 'under way')]).then(note('taken'), note('under way'))
    await Bun.sleep(20)
    const second = log.append([record(0, 'behind it')]).then(note('taken'), note('behind it'))
    await Promise.all([first, second])
    expect(settled).toEqual(['behind it', 'under way'])
    network.heal()
    const reader = await fresh.member().start()
    await log.append([record(0, 'after')])
    await until('what came after is there', () => reader.values(0).includes('after'))
    expect(reader.values(0)).not.toContain('behind it')
    await log.close()
  }, 120_000)

  test('a member whose broker is away is not sure of its partitions, and is assigned anew when it is back', async () => {
    await using fresh = await freshTopic()
    const { socketFactory, fail, heal } = hurtNetwork()
    const member = await fresh.member({ socketFactory, sessionTimeoutMs: 2_000 }).start()
    await fresh.log.append([record(0, 'before')])
    await member.has(0, 1)
    const assignments = member.assignments.length
    fail()
    await until('it is not sure any more', () => member.suspensions.flat().includes(0))
    await fresh.log.append([record(0, 'meanwhile')])
    heal()
    await until('it is assigned anew', () => member.assignments.length > assignments)
    await fresh.log.append([record(0, 'after')])
    await until('it reads on', () => member.values(0).includes('after'))
    expect(new Set(member.values(0))).toEqual(new Set(['before', 'meanwhile', 'after']))
    expect([member.broken, member.failures]).toEqual([[], []])
  }, 60_000)

  test('one that lost its place hears so, and what it commits then counts for nothing', async () => {
    await using fresh = await freshTopic()
    const { socketFactory, fail, heal } = hurtNetwork()
    await fresh.log.append(Array.from({ length: 20 }, (_, n) => record(0, n)))
    const lost = await fresh.member({ socketFactory, sessionTimeoutMs: 1_500 }).start()
    await lost.has(0, 20)
    fail()
    const committed = lost.consumer.commit(new Map([[0, 20]])).catch((error: unknown) => error)
    // Joining waits until the group has given up the one that is lost.
    const successor = await fresh.member({ sessionTimeoutMs: 1_500 }).start()
    expect(assignedTo(successor)).toEqual([0, 1, 2, 3])
    expect(successor.assignments[0]![0]!.committed).toBe(null)
    heal()
    await until(
      'it is back, with a part of it',
      () => assignedTo(lost).length === 2 && assignedTo(successor).length === 2,
    )
    await committed
    expect([lost.failures, successor.failures]).toEqual([[], []])
  }, 60_000)
})
