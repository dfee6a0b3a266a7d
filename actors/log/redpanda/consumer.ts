import { type AssignedPartition, type ConsumerHandler, type LogConsumer } from '../../runtime/index.ts'
import type { Admin, PartitionAssigner } from 'kafkajs'
import { connectKafka, RETRY, type RedpandaOptions, topicOf } from './client.ts'
import { Intake } from './intake.ts'
import { unavailable } from './writer.ts'

/** Of the session, after which a member that hears nothing takes itself for replaced. */
const FENCE_SHARE = 0.75

export interface RedpandaConsumerOptions extends RedpandaOptions {
  /** A member that was not heard of for so long loses its partitions. Default 10 s. */
  readonly sessionTimeoutMs?: number
  readonly partitionAssigners?: PartitionAssigner[]
}

/**
 * A member of the consumer group: one in each Worker. kafkajs restarts every partition at its committed offset at each rebalance, also those
 * that were kept, keeps pauses and seeks of lost ones, and skips silently what is gone: so at each join all partitions are
 * paused until the handler has sought them anew, and every fetched offset is compared with the one expected.
 */
export function openRedpandaConsumer(options: RedpandaConsumerOptions): LogConsumer {
  const { namespace, sessionTimeoutMs = 10_000, partitionAssigners } = options
  const topic = topicOf(namespace)
  const kafka = connectKafka(options)
  const admin = kafka.admin()
  const consumer = kafka.consumer({
    groupId: namespace,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.floor(sessionTimeoutMs / 10),
    rebalanceTimeout: 30_000,
    maxWaitTimeInMs: 500,
    maxBytesPerPartition: 1024 * 1024,
    allowAutoTopicCreation: false,
    retry: { ...RETRY, restartOnFailure: async () => true },
    ...(partitionAssigners && { partitionAssigners }),
  })
  const intakes = new Map<number, Intake>()
  const committed = new Map<number, number>()
  const batches = new Set<Promise<void>>()
  const assignedOnce = Promise.withResolvers<void>()
  let handler: ConsumerHandler
  let stopped = false
  /** Counts assignments: what was begun under an older one is dropped. */
  let assignment = 0
  let mine: readonly number[] = []
  let fenced = false
  let lastHeard = 0
  /** How long the latest answer of the group was under way. To a process that stood still it is new when it is old. */
  let answerMs = 0
  let watch: ReturnType<typeof setInterval> | undefined
  let commits: Promise<void> = Promise.resolve()

  const of = (partitions: readonly number[]) => [{ topic, partitions: [...partitions] }]

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
    const wasFull = intake.full
    const batch = handler.batch(intake.partition, intake.take(), intake.end).then(() => {
      batches.delete(batch)
      intake.busy = false
      deliver(intake)
    }, fail)
    batches.add(batch)
    if (wasFull && !intake.full) consumer.resume(of([intake.partition]))
  }

  const revoke = (partitions: readonly number[]) => {
    if (partitions.length === 0) return
    for (const partition of partitions) intakes.delete(partition)
    handler.revoked(partitions)
  }

  /** These are ours now: all of them begin anew, for kafkajs has forgotten where they were. */
  const take = (partitions: readonly number[]) => {
    mine = partitions
    fenced = false
    lastHeard = performance.now() - answerMs
    assignment++
    revoke([...intakes.keys()].filter((partition) => !mine.includes(partition)))
    consumer.pause(of(mine))
    for (const partition of mine) {
      const intake = intakes.get(partition) ?? new Intake(partition)
      intake.assign()
      intakes.set(partition, intake)
    }
    void assign(assignment)
  }

  /** Who was not heard of for most of a session may have been replaced: it stops serving before the group gives its place away. */
  const fence = () => {
    if (fenced || stopped || performance.now() - lastHeard < sessionTimeoutMs * FENCE_SHARE) return
    fenced = true
    assignment++
    revoke([...intakes.keys()])
  }

  const heard = () => {
    lastHeard = performance.now() - answerMs
    if (fenced) take(mine)
  }

  const assign = async (mark: number) => {
    try {
      const found = await describe(admin, namespace, topic, mine)
      if (stopped || mark !== assignment) return
      committed.clear()
      for (const each of found) {
        Object.assign(intakes.get(each.partition)!, { earliest: each.earliest, end: each.end })
        if (each.committed !== null) committed.set(each.partition, each.committed)
      }
      assignedOnce.resolve()
      handler.assigned(found)
    } catch (error) {
      if (mark === assignment) fail(unavailable(error))
    }
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
      consumer.on('consumer.group_join', ({ payload }) => guarded(() => take(payload.memberAssignment[topic] ?? [])))
      consumer.on('consumer.network.request', ({ payload: { apiName, duration } }) => {
        if (apiName === 'Heartbeat' || apiName === 'SyncGroup') answerMs = duration
      })
      consumer.on('consumer.heartbeat', () => guarded(heard))
      consumer.on('consumer.crash', ({ payload }) => {
        guarded(() => {
          assignment++
          revoke([...intakes.keys()])
        })
        if (!payload.restart) fail(unavailable(payload.error))
      })
      watch = setInterval(() => guarded(fence), sessionTimeoutMs / 10)
      try {
        await Promise.all([admin.connect(), consumer.connect()])
        await consumer.subscribe({ topics: [topic], fromBeginning: true })
      } catch (error) {
        throw unavailable(error)
      }
      await consumer.run({
        autoCommit: false,
        eachBatch: async ({ batch, isStale, isRunning }) => {
          const intake = intakes.get(batch.partition)
          if (stopped || !intake || isStale() || !isRunning()) return
          try {
            intake.put(batch)
          } catch (error) {
            return fail(error)
          }
          if (intake.full) consumer.pause(of([batch.partition]))
          deliver(intake)
        },
      })
      await assignedOnce.promise
    },
    seek(partition, offset) {
      const intake = intakes.get(partition)
      if (!intake || stopped) return
      try {
        consumer.seek({ topic, partition, offset: String(intake.seek(offset)) })
        consumer.resume(of([partition]))
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
    async stop() {
      stopped = true
      clearInterval(watch)
      await commits
      await consumer.disconnect()
      await Promise.allSettled(batches)
      await admin.disconnect()
    },
  }
}

/** What is in the partitions and how far the group is. */
async function describe(
  admin: Admin,
  groupId: string,
  topic: string,
  mine: readonly number[],
): Promise<AssignedPartition[]> {
  const [bounds, [group]] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId, topics: [topic] }),
  ])
  const committed = new Map(group!.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
  return bounds
    .filter(({ partition }) => mine.includes(partition))
    .map(({ partition, low, high }) => {
      const offset = committed.get(partition) ?? -1
      return { partition, committed: offset < 0 ? null : offset, earliest: Number(low), end: Number(high) }
    })
}
