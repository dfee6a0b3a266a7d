import type { Cluster } from 'kafkajs'
import type { Identity } from '../../cluster/membership/announcement.ts'
import { type AssignedPartition, type ConsumerHandler, Fault, type LogConsumer } from '../../runtime/index.ts'
import { assigner, judge } from './assigner.ts'
import { describePartitions } from './assigned.ts'
import { connectKafka, RETRY, type RedpandaOptions, topicOf } from './client.ts'
import { takeOverFetches } from './fetch.ts'
import { leave, PLACE } from './group.ts'
import { Intake } from './intake.ts'
import { beforeJoin, type Membership, rejoin } from './rejoin.ts'
import { notOpened, unavailable } from './unavailable.ts'

/** Of the session, after which a member that hears nothing takes itself for replaced. */
const FENCE_SHARE = 0.75

/** Of the session, for which a dead member may still look like a living one. */
const GHOST_SHARE = 1.5
/** What the others wait for a member to hand over well: what it has not made durable by then its successors apply again. */
const HAND_OVER_MS = 2_000
const HAND_OVER_SHARE = 0.25
/** Who has not joined anew by then is out of the group, though it may live: nobody is served by those who wait for it. */
const REBALANCE_MS = 10_000
/** Of the session: how long an idle fetch lasts, and so how late a member hears that the group divides anew. Half of it costs 0.4–0.7 % of a core more. */
const IDLE_WAIT_SHARE = 0.1
/** The same while partitions wait for their first fetch, which would wait behind an idle one. */
const OPENING_WAIT_MS = 20
const OPENING_MS = 2_000
const DESCRIBE_AGAIN_MS = 250
/** Lower than any epoch. */
const UNCLAIMED = 0
/** What a member that wants to go waits for the others to take over. */
const RELEASE_MS = 5_000
/** What they need to open it. */
const TAKE_OVER_MS = 1_000

export interface RedpandaConsumerOptions extends RedpandaOptions {
  /** A member that was not heard of for so long loses its partitions. Default 10 s. */
  readonly sessionTimeoutMs?: number
  /** What this member is, to the others of the group. */
  readonly identity: Identity
  /** Partitions that it has in memory, with the epoch under which each was claimed: these stay with it if they can. */
  readonly epochs: () => ReadonlyMap<number, number>
  /** Hears at each join which member of the group this is: see `leaveGroup`. */
  readonly joined?: (memberId: string) => void
}

/**
 * A member of the consumer group: one in each Worker. kafkajs has the group and the connections; what is read from where stands in the intakes,
 * which nothing leaves until the handler has sought them anew after each join.
 */
export function openRedpandaConsumer(options: RedpandaConsumerOptions): LogConsumer {
  const { namespace, sessionTimeoutMs = 10_000, identity, epochs, joined } = options
  const topic = topicOf(namespace)
  const idleWaitMs = Math.floor(sessionTimeoutMs * IDLE_WAIT_SHARE)
  let cluster!: Cluster
  const consumer = connectKafka(options).consumer({
    groupId: namespace,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.floor(sessionTimeoutMs / 20),
    rebalanceTimeout: Math.max(REBALANCE_MS, sessionTimeoutMs),
    maxWaitTimeInMs: idleWaitMs,
    maxBytesPerPartition: 1024 * 1024,
    allowAutoTopicCreation: false,
    retry: { ...RETRY, restartOnFailure: async () => true },
    partitionAssigners: [
      assigner(
        topic,
        () => ({ ...identity, owned: claims(), place: PLACE, leaving: released !== undefined }),
        (opened) => (cluster = opened),
      ),
    ],
  })
  const intakes = new Map<number, Intake>()
  const committed = new Map<number, number>()
  const batches = new Set<Promise<void>>()
  const assignedOnce = Promise.withResolvers<void>()
  assignedOnce.promise.catch(() => {})
  let handler: ConsumerHandler
  let stopped = false
  /** Counts assignments: what was begun under an older one is dropped. */
  let assignment = 0
  let mine: readonly number[] = []
  let memberId: string | undefined
  /** Assigned, and not sought yet. */
  const opening = new Set<number>()
  let membership: Membership | undefined
  let refusedSince: number | undefined
  let hasOthers = false
  /** Since this member wants to go. */
  let released: PromiseWithResolvers<void> | undefined
  let fenced = false
  let lastHeard = 0
  /** How long the latest answer of the group was under way. To a process that stood still it is new when it is old. */
  let answerMs = 0
  let watch: ReturnType<typeof setInterval> | undefined
  let hurrying: ReturnType<typeof setTimeout> | undefined
  let commits: Promise<void> = Promise.resolve()

  /** What it is about to open stays with it as well, if nobody has claimed it. */
  const claims = () => new Map([...mine.map((partition) => [partition, UNCLAIMED] as const), ...epochs()])

  const fail = (error: unknown) => {
    if (stopped) return
    stopped = true
    handler.failed(error)
    assignedOnce.reject(error)
    // Not awaited: it waits for the very batch that may have failed.
    void consumer.disconnect().catch(() => {})
  }

  const deliver = (intake: Intake) => {
    if (stopped || !intake.deliverable || intakes.get(intake.partition) !== intake) return
    intake.busy = true
    const { records, next } = intake.take()
    const batch = handler.batch(intake.partition, records, intake.end, next).then(() => {
      batches.delete(batch)
      intake.busy = false
      deliver(intake)
    }, fail)
    batches.add(batch)
  }

  /** What is in memory stays there; nothing more is delivered until the group has answered. */
  const suspend = () => {
    assignment++
    for (const intake of intakes.values()) intake.paused = true
    handler.suspended([...intakes.keys()])
  }

  /** These are ours now: all of them begin anew, for kafkajs has forgotten where they were. */
  const take = (partitions: readonly number[]) => {
    fence()
    mine = partitions
    fenced = false
    lastHeard = performance.now() - answerMs
    assignment++
    const lost = [...intakes.keys()].filter((partition) => !mine.includes(partition))
    for (const partition of lost) intakes.delete(partition)
    if (lost.length > 0) handler.revoked(lost)
    hurry(mine)
    for (const partition of mine) {
      const intake = intakes.get(partition) ?? new Intake(partition)
      intake.assign()
      intakes.set(partition, intake)
    }
    void assign(assignment)
  }

  /** Who was not heard of for most of a session may have been replaced: it stops serving before the group gives its place away. */
  const fence = () => {
    if (fenced || stopped || intakes.size === 0 || performance.now() - lastHeard < sessionTimeoutMs * FENCE_SHARE)
      return
    fenced = true
    suspend()
  }

  const heard = () => {
    fence()
    lastHeard = performance.now() - answerMs
    // An answer that lay there while the process stood still says nothing of the present: who claimed by it would claim what is another's.
    if (fenced && performance.now() - lastHeard < sessionTimeoutMs * FENCE_SHARE) take(mine)
  }

  /** Fetches are short until each of these was sought. */
  const hurry = (partitions: readonly number[]) => {
    opening.clear()
    for (const partition of partitions) opening.add(partition)
    if (!membership) return
    membership.maxWaitTime = opening.size > 0 ? OPENING_WAIT_MS : idleWaitMs
    clearTimeout(hurrying)
    if (opening.size > 0) hurrying = setTimeout(() => hurry([]), OPENING_MS)
  }

  /** Once more when a partition has no leader now, or the group does not answer: meanwhile nobody else has the partitions either. */
  const assign = async (mark: number) => {
    const superseded = () => stopped || mark !== assignment
    while (!superseded()) {
      try {
        const [found, group] = await Promise.all([
          describePartitions(cluster, namespace, topic, mine),
          consumer.describeGroup(),
        ])
        if (superseded()) return
        // While it is in motion everybody joins anew, and asks again.
        const { announced, refused } = judge(group.state === 'Stable' ? group.members : [])
        hasOthers = [...announced.values()].some(({ node, leaving }) => node !== identity.node && !leaving)
        const why = refused.get(memberId ?? '')
        if (why !== undefined) {
          refuse(why)
        } else {
          refusedSince = undefined
          return begin(found)
        }
      } catch {
        if (superseded()) return
      }
      await Bun.sleep(DESCRIBE_AGAIN_MS)
    }
  }

  /** It may be a dead member that speaks against this one: that is gone from the group when its session has run out. */
  const refuse = (why: string) => {
    refusedSince ??= performance.now()
    if (performance.now() - refusedSince > sessionTimeoutMs * GHOST_SHARE) fail(new Fault('NODE_REFUSED', why))
  }

  const begin = (found: readonly AssignedPartition[]) => {
    committed.clear()
    for (const each of found) {
      Object.assign(intakes.get(each.partition)!, { earliest: each.earliest, end: each.end })
      if (each.committed !== null) committed.set(each.partition, each.committed)
    }
    assignedOnce.resolve()
    handler.assigned(found)
  }

  /** While the group waits for us, and our generation is still its. */
  const handOver = async () => {
    if (stopped || intakes.size === 0 || !handler.rebalancing) return
    const budget = Math.min(HAND_OVER_MS, sessionTimeoutMs * HAND_OVER_SHARE)
    await Promise.race([handler.rebalancing().catch(() => {}), Bun.sleep(budget)])
  }

  const commit = async (offsets: ReadonlyMap<number, number>) => {
    const ahead = [...offsets].filter(
      ([partition, offset]) => intakes.has(partition) && offset > (committed.get(partition) ?? -1),
    )
    if (stopped || ahead.length === 0) return
    const mark = assignment
    try {
      await consumer.commitOffsets(ahead.map(([partition, offset]) => ({ topic, partition, offset: String(offset) })))
    } catch (error) {
      // The group has moved on, and the broker did not take it from us.
      if (mark !== assignment) return
      throw unavailable(error)
    }
    if (mark === assignment) for (const [partition, offset] of ahead) committed.set(partition, offset)
  }

  return {
    async start(given) {
      handler = given
      const guarded = (work: () => void) => {
        try {
          if (!stopped) work()
        } catch (error) {
          fail(error)
        }
      }
      takeOverFetches(cluster, topic, {
        next: (partition) => (stopped ? undefined : intakes.get(partition)?.next),
        arrived(partition, fetched) {
          const intake = intakes.get(partition)
          if (!intake) return
          guarded(() => {
            intake.put(fetched)
            deliver(intake)
          })
        },
        async missing(partition, offset) {
          const [found] = await cluster
            .fetchTopicsOffset([{ topic, partitions: [{ partition }], fromBeginning: true }])
            .catch(() => [])
          const earliest = Number(found?.partitions[0]?.offset ?? 0)
          guarded(() => intakes.get(partition)?.miss(offset, earliest))
        },
      })
      beforeJoin(cluster, async (joining) => {
        membership = joining
        await handOver()
      })
      consumer.on('consumer.group_join', ({ payload }) =>
        guarded(() => {
          memberId = payload.memberId
          joined?.(memberId)
          take(payload.memberAssignment[topic] ?? [])
          released?.resolve()
        }),
      )
      consumer.on('consumer.network.request', ({ payload: { apiName, duration } }) => {
        if (apiName === 'Heartbeat' || apiName === 'SyncGroup') answerMs = duration
      })
      consumer.on('consumer.heartbeat', () => guarded(heard))
      consumer.on('consumer.crash', ({ payload }) => {
        guarded(suspend)
        if (!payload.restart) fail(notOpened(payload.error))
      })
      watch = setInterval(() => guarded(fence), sessionTimeoutMs / 10)
      try {
        await consumer.connect()
        await consumer.subscribe({ topics: [topic], fromBeginning: true })
      } catch (error) {
        throw notOpened(error)
      }
      await consumer.run({ autoCommit: false, eachBatch: async () => {} })
      await assignedOnce.promise
    },
    seek(partition, offset) {
      const intake = intakes.get(partition)
      if (!intake || stopped) return
      try {
        intake.seek(offset)
        if (opening.delete(partition) && opening.size === 0) hurry([])
      } catch (error) {
        fail(error)
      }
    },
    pause(partition) {
      const intake = intakes.get(partition)
      if (intake) intake.paused = true
    },
    resume(partition) {
      const intake = intakes.get(partition)
      if (!intake) return
      intake.paused = false
      setImmediate(() => deliver(intake))
    },
    commit(offsets) {
      // One after the other, so that a lower one never comes behind a higher.
      const done = commits.then(() => commit(offsets))
      commits = done.catch(() => {})
      return done
    },
    leaseMs: () => (fenced ? -Infinity : lastHeard + sessionTimeoutMs * FENCE_SHARE),
    async release() {
      if (stopped || !hasOthers || !membership) return
      released = Promise.withResolvers()
      rejoin(membership)
      await Promise.race([released.promise, Bun.sleep(RELEASE_MS)])
      // To leave now would make the group divide again, while the others open what they have just got.
      await Bun.sleep(TAKE_OVER_MS)
    },
    async stop() {
      stopped = true
      clearInterval(watch)
      clearTimeout(hurrying)
      await commits
      // Once it is told that it is no member any more, it would join anew.
      if (membership) membership.heartbeat = async () => {}
      const disconnected = consumer.disconnect()
      // At once, where kafkajs would first wait for the fetch at hand.
      if (memberId !== undefined) await leave(cluster, namespace, memberId).catch(() => {})
      await disconnected
      await Promise.allSettled(batches)
      assignedOnce.reject(unavailable('it is stopped'))
    },
  }
}
