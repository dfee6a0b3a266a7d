import type { Append } from '../../runtime/index.ts'
import { connectKafka, type RedpandaOptions, topicOf } from './client.ts'
import { notOpened } from './unavailable.ts'
import { groupWriter, openProducer } from './writer.ts'

/** `append` for a Worker: a producer of its own to the topic that the node has opened. Faults: LOG_UNAVAILABLE. */
export async function openRedpandaAppend(
  options: RedpandaOptions & { partitions: number },
): Promise<{ append: Append; close(): Promise<void> }> {
  const producer = openProducer(connectKafka(options))
  try {
    await producer.connect()
  } catch (error) {
    throw notOpened(error)
  }
  return {
    append: groupWriter(producer, topicOf(options.namespace), options.partitions),
    close: () => producer.disconnect(),
  }
}
