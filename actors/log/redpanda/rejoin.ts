import type { Cluster } from 'kafkajs'
// @ts-expect-error: kafkajs has no types for its inner files.
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js'

/** What kafkajs 2.2.4 keeps of the membership in a group, as far as it is touched here. */
export interface Membership {
  readonly cluster: Cluster
  /** How long the broker may hold back the answer to a fetch that finds nothing; and the loop sleeps so long while all partitions are paused. */
  maxWaitTime: number
  heartbeat?: () => Promise<void>
}

type BeforeJoin = (membership: Membership) => Promise<void>

const listeners = new WeakMap<Cluster, BeforeJoin>()

/** Before each join of the group `listener` is awaited, for the consumer that these connections belong to. It must not reject. */
export const beforeJoin = (cluster: Cluster, listener: BeforeJoin) => void listeners.set(cluster, listener)

/**
 * kafkajs tells of a rebalance by events that it does not wait for. Here is the last moment in which this member's generation is
 * still the group's: what is committed now, the next owner of a partition begins at.
 */
const { joinAndSync } = ConsumerGroup.prototype
ConsumerGroup.prototype.joinAndSync = async function (this: Membership) {
  await listeners.get(this.cluster)?.(this)
  return joinAndSync.call(this)
}

/** Lets the consumer join anew at its next sign of life, as if the group had asked for it: it announces itself again. */
export function rejoin(membership: Membership): void {
  membership.heartbeat = async () => {
    delete membership.heartbeat
    throw Object.assign(new Error('this member asks for it'), { type: 'REBALANCE_IN_PROGRESS' })
  }
}
