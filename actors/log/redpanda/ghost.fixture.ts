/// <reference lib="webworker" />
import { Member } from '../conformance/member.ts'
import { openRedpandaConsumer, type RedpandaConsumerOptions } from './consumer.ts'

/** A member in a thread of its own, to be terminated. Says which member of the group it is when it has its partitions. */
onmessage = async ({ data }: MessageEvent<Omit<RedpandaConsumerOptions, 'epochs' | 'joined'>>) => {
  let memberId = ''
  const consumer = openRedpandaConsumer({ ...data, epochs: () => new Map(), joined: (id) => (memberId = id) })
  await new Member(consumer).start()
  postMessage(memberId)
}
