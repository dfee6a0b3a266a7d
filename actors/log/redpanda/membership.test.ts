import { describe, expect, test } from 'bun:test'
import { type Member, record, until } from '../conformance/member.ts'
import { hasEnded, leaveForPredecessors, leaveGroup, PLACE } from './group.ts'
import { assignedTo, brokers, freshTopic, PARTITIONS } from './topic.fixture.ts'

/** Holds what it was assigned, under epochs that grow as a store's would. */
function holder() {
  let member: Member | undefined
  return {
    of: (given: Member) => (member = given),
    epochs: () =>
      new Map((member ? assignedTo(member) : []).map((partition) => [partition, member!.assignments.length])),
  }
}

const SESSION_MS = 2_000

describe.skipIf(!brokers)('who is in the group', () => {
  test('a member keeps what it has when another comes, and gets it back under its own name only', async () => {
    await using fresh = await freshTopic()
    const [held, own] = [holder(), holder()]
    const first = await held.of(fresh.member({ epochs: held.epochs })).start()
    expect(assignedTo(first)).toEqual([0, 1, 2, 3])
    const second = await own.of(fresh.member({ epochs: own.epochs })).start()
    await until('the first has two', () => assignedTo(first).length === 2)
    const kept = assignedTo(first)
    const third = await fresh.member().start()
    await until('a third has one', () => assignedTo(third).length === 1 && first.assignments.length === 3)
    await third.consumer.stop()
    await until(
      'both were divided among again',
      () => first.assignments.length === 4 && second.assignments.length === 3,
    )
    expect(assignedTo(first)).toEqual(kept)
    expect([...assignedTo(first), ...assignedTo(second)].toSorted()).toEqual([0, 1, 2, 3])
  }, 60_000)

  test('what a member has not opened yet stays with it when the group divides anew at once', async () => {
    await using fresh = await freshTopic()
    const slow = () => undefined
    const [first, second] = [fresh.member(), fresh.member()]
    await Promise.all([first.start(slow), second.start(slow)])
    await until('both have two', () => assignedTo(first).length === 2 && assignedTo(second).length === 2)
    const had = [assignedTo(first), assignedTo(second)]
    const third = await fresh.member().start(slow)
    await third.consumer.stop()
    await until('both have two again', () => assignedTo(first).length === 2 && assignedTo(second).length === 2)
    expect([assignedTo(first), assignedTo(second)]).toEqual(had)
  }, 60_000)

  test('what is flushed and committed when the group divides anew, the successor begins at', async () => {
    await using fresh = await freshTopic()
    await fresh.log.append(Array.from({ length: PARTITIONS * 10 }, (_, n) => record(n % PARTITIONS, n)))
    const first = fresh.member()
    let flushing = false
    first.handOver = async () => {
      flushing = true
      await first.consumer.commit(new Map([0, 1, 2, 3].map((partition) => [partition, 10])))
      flushing = false
    }
    await first.start()
    for (const partition of [0, 1, 2, 3]) await first.has(partition, 10)
    const second = await fresh.member().start()
    expect(flushing).toBe(false)
    expect(second.assignments.at(-1)!.map(({ committed }) => committed)).toEqual([10, 10])
  }, 60_000)

  test('nobody waits long for a member that cannot hand over', async () => {
    await using fresh = await freshTopic()
    const first = fresh.member({ sessionTimeoutMs: SESSION_MS })
    first.handOver = () => new Promise(() => {})
    await first.start()
    const second = await fresh.member({ sessionTimeoutMs: SESSION_MS }).start()
    expect(assignedTo(second).length).toBe(2)
    expect(first.failures).toEqual([])
  }, 60_000)

  test('who wants to go serves until the others have it all, and gets nothing any more', async () => {
    await using fresh = await freshTopic()
    const [going, staying] = [holder(), holder()]
    const first = await going.of(fresh.member({ epochs: going.epochs })).start()
    const second = await staying.of(fresh.member({ epochs: staying.epochs })).start()
    await until('both have two', () => assignedTo(first).length === 2 && assignedTo(second).length === 2)
    const had = assignedTo(first)
    const { length } = first.revocations
    const released = first.consumer.release!()
    expect(first.revocations.length).toBe(length)
    await released
    expect(first.revocations.slice(length).flat().toSorted()).toEqual(had)
    await until('the second has all', () => assignedTo(second).length === PARTITIONS)
    await fresh.member().start()
    expect([first.failures, second.failures, assignedTo(first)]).toEqual([[], [], []])
  }, 60_000)

  test('who is alone keeps what it has to the end', async () => {
    await using fresh = await freshTopic()
    const alone = await fresh.member().start()
    await alone.consumer.release!()
    expect([assignedTo(alone), alone.revocations]).toEqual([[0, 1, 2, 3], []])
  }, 60_000)

  test('a Worker that ended without a word is let go by its id, and its successor need not wait for its session', async () => {
    await using fresh = await freshTopic()
    const memberId = await ended(fresh, 'http://a')
    expect(await fresh.members()).toEqual([memberId])
    await leaveGroup(fresh.where, memberId)
    expect(await fresh.members()).toEqual([])
    // The group does not know it any more.
    await leaveGroup(fresh.where, memberId)
  }, 60_000)

  test('a node that starts again lets go what it left behind, and nothing else', async () => {
    await using fresh = await freshTopic()
    const other = await fresh.member({ url: 'http://b' }).start()
    const memberId = await ended(fresh, 'http://a')
    const before = await fresh.members()
    expect(before).toContain(memberId)
    await leaveForPredecessors(fresh.where, { node: 'new', url: 'http://a' })
    await until('the other has all of it', () => assignedTo(other).length === PARTITIONS)
    expect(await fresh.members()).toEqual(before.filter((id) => id !== memberId))
  }, 60_000)

  test('a node without an address that starts again lets go what its process left behind, if that has ended', async () => {
    await using fresh = await freshTopic()
    await ended(fresh, null)
    // Of this very process, which is what a container looks like that has started again.
    await leaveForPredecessors(fresh.where, { node: 'new', url: null })
    expect(await fresh.members()).toEqual([])
    const { exited, pid } = Bun.spawn(['true'])
    await exited
    const host = PLACE.slice(0, PLACE.lastIndexOf('/'))
    expect([hasEnded(`${host}/${pid}`), hasEnded(`${host}/1`), hasEnded(`elsewhere/${pid}`), hasEnded('')]).toEqual([
      true,
      false,
      false,
      false,
    ])
  }, 60_000)

  test('a node that the others cannot reach is refused, and takes nothing from them', async () => {
    await using fresh = await freshTopic()
    const held = holder()
    const first = await held.of(fresh.member({ sessionTimeoutMs: SESSION_MS, epochs: held.epochs })).start()
    const second = fresh.member({ url: null, sessionTimeoutMs: SESSION_MS })
    expect(second.start()).rejects.toMatchObject({
      code: 'NODE_REFUSED',
      message: expect.stringContaining('WINDBOX_NODE_URL'),
    })
    await until('it is told', () => second.failures.length > 0)
    await until('it has left', () => first.assignments.length === 3)
    expect(first.assignments.map((assigned) => assigned.length)).toEqual([4, 4, 4])
    expect([first.revocations, first.failures]).toEqual([[], []])
  }, 60_000)

  test('a node that could not reach the one who serves is refused, and that serves on', async () => {
    await using fresh = await freshTopic()
    const held = holder()
    const first = await held.of(fresh.member({ url: null, sessionTimeoutMs: SESSION_MS, epochs: held.epochs })).start()
    const second = fresh.member({ sessionTimeoutMs: SESSION_MS })
    expect(second.start()).rejects.toMatchObject({ code: 'NODE_REFUSED' })
    await until('it is told', () => second.failures.length > 0)
    expect([assignedTo(first), first.failures]).toEqual([[0, 1, 2, 3], []])
  }, 60_000)

  test('a second installation on the same topic is refused', async () => {
    await using fresh = await freshTopic()
    const held = holder()
    const first = await held.of(fresh.member({ sessionTimeoutMs: SESSION_MS, epochs: held.epochs })).start()
    const second = fresh.member({ log: 'another', sessionTimeoutMs: SESSION_MS })
    expect(second.start()).rejects.toMatchObject({ message: expect.stringContaining('WINDBOX_NAMESPACE') })
    await until('it is told', () => second.failures.length > 0)
    expect(assignedTo(first)).toEqual([0, 1, 2, 3])
  }, 60_000)

  test('one that died is no reason to refuse its successor', async () => {
    await using fresh = await freshTopic()
    await ended(fresh, null)
    const successor = await fresh.member({ url: null, sessionTimeoutMs: SESSION_MS }).start()
    expect([assignedTo(successor), successor.failures]).toEqual([[0, 1, 2, 3], []])
  }, 60_000)

  test('a client that is no node is turned away, and one that is there first turns us away', async () => {
    await using fresh = await freshTopic()
    const outsider = () => fresh.kafka.consumer({ groupId: fresh.where.namespace, retry: { retries: 0 } })
    const crash = async (consumer: ReturnType<typeof outsider>) => {
      const { promise, resolve } = Promise.withResolvers<Error>()
      consumer.on('consumer.crash', ({ payload }) => resolve(payload.error))
      await consumer.connect()
      await consumer.subscribe({ topics: [`${fresh.where.namespace}.log`] })
      await consumer.run({ eachMessage: async () => {} })
      return promise
    }
    const first = await fresh.member().start()
    const late = outsider()
    expect((await crash(late)).message).toInclude('incompatible')
    expect(first.failures).toEqual([])
    await Promise.all([late.disconnect(), first.consumer.stop()])

    const early = outsider()
    const joined = new Promise((resolve) => early.on('consumer.group_join', resolve))
    void crash(early)
    await joined
    const refused = fresh.member()
    expect(refused.start()).rejects.toMatchObject({ code: 'NODE_REFUSED', message: expect.stringContaining('no node') })
    await until('it is told', () => refused.failures.length > 0)
    await early.disconnect()
  }, 60_000)
})

/** A member in a Worker that is terminated, as by a crash, as soon as it has joined. Answers which it was. */
async function ended({ where, log }: Awaited<ReturnType<typeof freshTopic>>, url: string | null): Promise<string> {
  const worker = new Worker(new URL('./ghost.fixture.ts', import.meta.url).href)
  const { promise, resolve } = Promise.withResolvers<string>()
  worker.onmessage = ({ data }: MessageEvent<string>) => resolve(data)
  const identity = { node: crypto.randomUUID(), url, worker: 0, log: log.id }
  worker.postMessage({ ...where, sessionTimeoutMs: SESSION_MS * 3, identity })
  const memberId = await promise
  worker.terminate()
  return memberId
}
