import type { Cluster, Consumer, Kafka } from 'kafkajs'

/** What a broker of kafkajs 2.2.4 has and its types leave out, as far as it is used here. */
export interface BrokerConnection {
  /** The newest version that both understand of a request, made by kafkajs. */
  lookupRequest(apiKey: number, definition: unknown): (parts: unknown) => ProtocolRequest
  readonly connectionPool: { send(request: ProtocolRequest): Promise<unknown> }
  disconnect(): Promise<void>
  fetch(options: FetchOptions): Promise<{ responses: unknown[] }>
}

/** A request as a connection of kafkajs sends it. */
export interface ProtocolRequest {
  readonly request: { readonly apiVersion: number; readonly encode: () => Promise<unknown> }
  readonly response: { decode(raw: Buffer): Promise<unknown>; parse(decoded: unknown): Promise<unknown> }
  readonly requestTimeout?: number
}

/** Which partitions a consumer of kafkajs wants to fetch from one broker. */
export interface FetchOptions {
  readonly maxWaitTime: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly { readonly partition: number; readonly maxBytes: number }[]
  }[]
}

export const brokerOf = async (cluster: Cluster, nodeId: string): Promise<BrokerConnection> =>
  (await cluster.findBroker({ nodeId })) as unknown as BrokerConnection

/** kafkajs gives its connections to nobody but a consumer's assigner. This consumer never joins its group. */
export async function openConnections(
  kafka: Kafka,
  groupId: string,
): Promise<{ cluster: Cluster; consumer: Consumer; close(): Promise<void> }> {
  let cluster!: Cluster
  const consumer = kafka.consumer({
    groupId,
    allowAutoTopicCreation: false,
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
  const close = () => consumer.disconnect()
  try {
    await consumer.connect()
  } catch (error) {
    await close()
    throw error
  }
  return { cluster, consumer, close }
}

/** Connections for this work alone. */
export async function withConnections<T>(
  kafka: Kafka,
  groupId: string,
  work: (cluster: Cluster, consumer: Consumer) => Promise<T>,
): Promise<T> {
  const { cluster, consumer, close } = await openConnections(kafka, groupId)
  try {
    return await work(cluster, consumer)
  } finally {
    await close()
  }
}
