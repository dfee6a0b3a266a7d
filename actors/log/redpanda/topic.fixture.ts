import { Partitioners } from 'kafkajs'
import type { Identity } from '../../cluster/membership/announcement.ts'
import { Member } from '../conformance/member.ts'
import { connectKafka, type RedpandaOptions, topicOf } from './client.ts'
import { openRedpandaConsumer } from './consumer.ts'
import { openRedpandaLog } from './log.ts'
import type { toMessage } from './messages.fixture.ts'

/** Undefined: there is no broker to test against. */
export const brokers = process.env.WINDBOX_KAFKA_BROKERS?.split(',')
export const PARTITIONS = 4

/** A topic of its own, with everything that was opened on it; gone at the end of the `await using` block. */
export async function freshTopic() {
  const where = { brokers: brokers!, namespace: `windbox-test-${crypto.randomUUID().slice(0, 8)}` }
  const topic = topicOf(where.namespace)
  const kafka = connectKafka(where)
  const admin = kafka.admin()
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner })
  await Promise.all([admin.connect(), producer.connect()])
  const clock = { time: Date.now(), now: () => clock.time }
  const log = await openRedpandaLog({ ...where, partitions: PARTITIONS, clock, retentionAgeMs: 60_000 })
  const members: Member[] = []
  return {
    where,
    kafka,
    log,
    clock,
    admin,
    /** Ids of the members that the group has, dead or alive. */
    async members(): Promise<string[]> {
      const { groups } = await admin.describeGroups([where.namespace])
      return groups[0]!.members.map(({ memberId }) => memberId)
    },
    /** Sends messages as they are, past the adapter. */
    send: (...messages: ReturnType<typeof toMessage>[]) => producer.send({ topic, messages, acks: -1 }),
    /** A Worker of a node of its own, as long as `identity` does not say otherwise. What it holds it claimed under `epochs`. */
    member({
      sessionTimeoutMs = 6_000,
      epochs = () => new Map<number, number>(),
      joined = (_: string) => {},
      socketFactory,
      ...identity
    }: Partial<Identity> & {
      sessionTimeoutMs?: number
      epochs?: () => ReadonlyMap<number, number>
      joined?: (memberId: string) => void
      socketFactory?: RedpandaOptions['socketFactory']
    } = {}): Member {
      const anyone = { node: crypto.randomUUID(), url: `http://node-${members.length}`, worker: 0, log: log.id }
      const consumer = openRedpandaConsumer({
        ...where,
        sessionTimeoutMs,
        identity: { ...anyone, ...identity },
        epochs,
        joined,
        ...(socketFactory && { socketFactory }),
      })
      const member = new Member(consumer)
      members.push(member)
      return member
    },
    async [Symbol.asyncDispose]() {
      for (const { consumer } of members) await consumer.stop()
      await log.close()
      await admin.deleteTopics({ topics: [topic, `${topic}-id`] })
      await Promise.all([admin.disconnect(), producer.disconnect()])
    },
  }
}

/** Partitions of the latest assignment, ascending. */
export const assignedTo = (member: Member): number[] =>
  (member.assignments.at(-1) ?? []).map(({ partition }) => partition).toSorted((a, b) => a - b)
