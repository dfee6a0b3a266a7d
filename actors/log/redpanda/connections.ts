import type { Cluster, Consumer, Kafka } from 'kafkajs'

/** kafkajs gives its connections to nobody but a consumer's assigner. This consumer never joins its group. */
export async function withConnections<T>(
  kafka: Kafka,
  groupId: string,
  work: (cluster: Cluster, consumer: Consumer) => Promise<T>,
): Promise<T> {
  let cluster!: Cluster
  const consumer = kafka.consumer({
    groupId,
    partitionAssigners: [
      (given) => {
        cluster = given.cluster
        return {
          name: '',
          version: 0,
          assign: async () => [],
          protocol: () => ({ name: '', metadata: Buffer.alloc(0) }),
        }
      },
    ],
  })
  try {
    await consumer.connect()
    return await work(cluster, consumer)
  } finally {
    await consumer.disconnect()
  }
}
