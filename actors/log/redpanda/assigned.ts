import type { Cluster } from 'kafkajs'
import type { AssignedPartition } from '../../runtime/index.ts'
import { coordinatorOf } from './group.ts'

/** What is in these partitions, and how far the group is. Rejects while a partition has no leader. */
export async function describePartitions(
  cluster: Cluster,
  groupId: string,
  topic: string,
  mine: readonly number[],
): Promise<AssignedPartition[]> {
  if (mine.length === 0) return []
  await cluster.refreshMetadata()
  const partitions = mine.map((partition) => ({ partition }))
  const edge = async (fromBeginning: boolean) => {
    const [found] = await cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning }])
    return new Map(found?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
  }
  const coordinator = await coordinatorOf(cluster, groupId)
  const [earliest, end, { responses }] = await Promise.all([
    edge(true),
    edge(false),
    coordinator.offsetFetch({ groupId, topics: [{ topic, partitions }] }),
  ])
  const committed = new Map(responses[0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
  return mine.map((partition) => {
    const [first, last, needed] = [earliest.get(partition), end.get(partition), committed.get(partition) ?? -1]
    if (first === undefined || last === undefined) throw new Error(`partition ${partition} of ${topic} has no leader`)
    return { partition, committed: needed < 0 ? null : needed, earliest: first, end: last }
  })
}
