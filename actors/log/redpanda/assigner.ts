import { AssignerProtocol, type Cluster, type PartitionAssigner } from 'kafkajs'
import { type Announcement, decodeAnnouncement, encodeAnnouncement } from '../../cluster/membership/announcement.ts'
import { divide } from '../../cluster/membership/divide.ts'
import { refusals } from '../../cluster/membership/refusals.ts'

const { MemberAssignment, MemberMetadata } = AssignerProtocol

/**
 * The only protocol that members offer: the broker turns away a client that knows another one, to which the partitions would be lost.
 * A change that older versions cannot go along with takes another name, and is offered beside this one until all nodes know it.
 */
const PROTOCOL = 'windbox'

/** Of the subscription that carries an announcement. */
const SUBSCRIPTION_VERSION = 0

/** The metadata that a member joined with; undefined where it says nothing that we understand. */
export function announcementIn(metadata: Buffer): Announcement | undefined {
  if (metadata.length === 0) return undefined
  try {
    return decodeAnnouncement(MemberMetadata.decode(metadata)?.userData.toString() ?? '')
  } catch {
    return undefined
  }
}

/** What each member announces, and who may not stay for it: member's id → why. */
export function judge(members: readonly { memberId: string; memberMetadata: Buffer }[]) {
  const announced = new Map<string, Announcement>()
  for (const { memberId, memberMetadata } of members) {
    const announcement = announcementIn(memberMetadata)
    if (announcement) announced.set(memberId, announcement)
  }
  return { announced, refused: refusals(announced) }
}

/**
 * Divides the partitions of the topic by `divide`, when this member leads the group. Who is refused, who leaves, and who cannot be
 * understood gets none.
 * `opened` gets what kafkajs gives to nobody else: the connections of the consumer.
 */
export const assigner =
  (topic: string, announce: () => Announcement, opened: (cluster: Cluster) => void): PartitionAssigner =>
  ({ cluster }) => {
    opened(cluster)
    return {
      name: PROTOCOL,
      version: SUBSCRIPTION_VERSION,
      protocol: ({ topics }) => ({
        name: PROTOCOL,
        metadata: MemberMetadata.encode({
          version: SUBSCRIPTION_VERSION,
          topics,
          userData: Buffer.from(encodeAnnouncement(announce())),
        }),
      }),
      async assign({ members }) {
        const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId)
        const { announced, refused } = judge(members)
        const taking = [...announced].filter(([id, { leaving }]) => !leaving && !refused.has(id))
        const shares = divide(new Map(taking.map(([id, { owned }]) => [id, owned])), partitions)
        return members.map(({ memberId }) => ({
          memberId,
          memberAssignment: MemberAssignment.encode({
            version: SUBSCRIPTION_VERSION,
            assignment: { [topic]: shares.get(memberId) ?? [] },
            userData: Buffer.alloc(0),
          }),
        }))
      },
    }
  }
