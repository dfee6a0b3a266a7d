import { openRedpandaAppend } from '../../log/redpanda/append.ts'
import { openRedpandaConsumer } from '../../log/redpanda/consumer.ts'
import { openMongoStore } from '../../store/mongo/store.ts'
import type { ClusterBackend } from '../backend.ts'
import type { WorkerParts } from './parts.ts'

export async function openClusterParts(
  backend: Omit<ClusterBackend, 'leave'>,
  { index, partitionCount }: { index: number; partitionCount: number },
  epochs: () => ReadonlyMap<number, number>,
  joined: (memberId: string) => void,
): Promise<WorkerParts> {
  const { brokers, namespace, security, mongoUrl, sessionTimeoutMs, node, nodeUrl, log } = backend
  const broker = { brokers, namespace, ...(security && { security }) }
  const store = await openMongoStore({ url: mongoUrl, database: namespace })
  const { append, close } = await openRedpandaAppend({ ...broker, partitions: partitionCount }).catch(async (error) => {
    await store.close()
    throw error
  })
  return {
    consumer: openRedpandaConsumer({
      ...broker,
      sessionTimeoutMs,
      identity: { node, url: nodeUrl, worker: index, log },
      epochs,
      joined,
    }),
    store,
    append,
    owner: `${nodeUrl ?? 'local'}#${index}`,
    async close() {
      await close()
      await store.close()
    },
  }
}
