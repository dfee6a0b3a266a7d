import { hostname } from 'node:os'
import type { Cluster, Consumer } from 'kafkajs'
import type { Identity } from '../../cluster/membership/announcement.ts'
import { announcementIn } from './assigner.ts'
import { connectKafka, type RedpandaOptions } from './client.ts'
import { withConnections } from './connections.ts'
import { notOpened } from './unavailable.ts'

/** Requests that a broker of kafkajs has and its types leave out. */
interface Coordinator {
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>
  offsetFetch(request: {
    groupId: string
    topics: { topic: string; partitions: { partition: number }[] }[]
  }): Promise<{ responses: { topic: string; partitions: { partition: number; offset: string }[] }[] }>
}

export const coordinatorOf = async (cluster: Cluster, groupId: string): Promise<Coordinator> =>
  (await cluster.findGroupCoordinator({ groupId })) as unknown as Coordinator

/** Says that the member is gone; resolves also when the group has never heard of it. */
export async function leave(cluster: Cluster, groupId: string, memberId: string): Promise<void> {
  const coordinator = await coordinatorOf(cluster, groupId)
  try {
    await coordinator.leaveGroup({ groupId, memberId })
  } catch (error) {
    if ((error as { type?: string }).type !== 'UNKNOWN_MEMBER_ID') throw error
  }
}

/**
 * Says of a member that it is gone. A thread that ends without a word keeps its place until its session has run out, and as long its
 * partitions are nobody's; whoever outlives it, and knows its id by `joined`, can do better. Faults: LOG_UNAVAILABLE.
 */
export const leaveGroup = (options: RedpandaOptions, memberId: string): Promise<void> =>
  inGroup(options, (cluster) => leave(cluster, options.namespace, memberId))

/** Of this process. */
export const PLACE = `${hostname()}/${process.pid}`

/** Whether the process that was there has ended, as far as can be told from here. */
export function hasEnded(place: string): boolean {
  const pid = Number(place.slice(place.lastIndexOf('/') + 1))
  if (!Number.isSafeInteger(pid) || pid <= 0 || place !== `${hostname()}/${pid}`) return false
  // In a container the one who starts again often has the number of the one before.
  if (pid === process.pid) return true
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return (error as { code?: string }).code === 'ESRCH'
  }
}

/**
 * The same for what an earlier process of this node left behind: members that announce the node's URL, and are not of this process; without
 * a URL those of a process of this machine that has ended. To be called before this process joins. Faults: LOG_UNAVAILABLE.
 */
export async function leaveForPredecessors(
  options: RedpandaOptions,
  { node, url }: Pick<Identity, 'node' | 'url'>,
): Promise<void> {
  await inGroup(options, async (cluster, consumer) => {
    const { members } = await consumer.describeGroup()
    for (const { memberId, memberMetadata } of members) {
      const announced = announcementIn(memberMetadata)
      if (!announced || announced.node === node || announced.url !== url) continue
      if (url !== null || hasEnded(announced.place)) await leave(cluster, options.namespace, memberId)
    }
  })
}

const inGroup = <T>(options: RedpandaOptions, work: (cluster: Cluster, consumer: Consumer) => Promise<T>): Promise<T> =>
  withConnections(connectKafka(options), options.namespace, work).catch((error: unknown) => {
    throw notOpened(error)
  })
