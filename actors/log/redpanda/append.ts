import { type Append, appendOf } from '../../runtime/index.ts'
import { connectKafka, type RedpandaOptions } from './client.ts'
import { notOpened } from './unavailable.ts'
import { openWriter } from './writer.ts'

/** `append` for a Worker: connections of its own to the topic that the node has opened. Faults: LOG_UNAVAILABLE. */
export async function openRedpandaAppend(
  options: RedpandaOptions & { partitions: number },
): Promise<{ append: Append; close(): Promise<void> }> {
  try {
    const { put, close } = await openWriter(connectKafka(options), options.namespace, options.partitions)
    return { append: appendOf(put), close }
  } catch (error) {
    throw notOpened(error)
  }
}
