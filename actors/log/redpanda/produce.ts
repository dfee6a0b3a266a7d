// @ts-expect-error: kafkajs has no types for its inner files.
import { requests } from 'kafkajs/src/protocol/requests/index.js'
import { type Numbered, readInt64 } from './batch-format.ts'
import { Bytes } from './bytes.ts'
import type { BrokerConnection } from './connections.ts'
import { writeBatch } from './write-batch.ts'

const PRODUCE = 0
const ALL_REPLICAS = -1
/** Versions of the request, from which on the answer has this, or the client is to hold back by itself. */
const LOG_START = 5
const HOLDS_BACK = 6

/** What goes to one partition. */
export interface Share {
  readonly partition: number
  readonly sent: readonly Numbered[]
  /** It was sent before. */
  readonly again: boolean
}

/** What a broker says of one partition. */
export interface Produced {
  readonly partition: number
  /** 0: its records stand in the log. */
  readonly errorCode: number
  /** Of its first record. */
  readonly baseOffset: number
}

interface Answer {
  readonly clientSideThrottleTime: number
  readonly partitions: readonly Produced[]
}

/**
 * Sends requests to append to a topic, each with records of several partitions for the one broker that leads them; one at a time. Unlike the
 * producer of kafkajs it answers of each partition what the broker said. Rejects when nobody knows what became of the request.
 */
export function requester({ topic, producer, timeoutMs }: { topic: string; producer: string; timeoutMs: number }) {
  const body = new Bytes()
  const encode = (shares: readonly Share[]) => {
    const now = Date.now()
    body.clear()
    // No transaction.
    body.int16(-1)
    body.int16(ALL_REPLICAS)
    body.int32(timeoutMs)
    body.int32(1)
    body.string(topic)
    body.int32(shares.length)
    for (const { partition, sent, again } of shares) {
      body.int32(partition)
      const length = body.gap()
      writeBatch(body, sent, { producer, again, now })
      body.fill(length, body.length - length - 4)
    }
    return body.encoder()
  }
  return async (broker: BrokerConnection, shares: readonly Share[]): Promise<readonly Produced[]> => {
    // The versions that kafkajs knows (3 to 7) differ in what the broker may answer, not in this.
    const { request } = broker.lookupRequest(PRODUCE, requests.Produce)({ acks: ALL_REPLICAS, topicData: [] })
    const answer = await broker.connectionPool.send({
      request: { ...request, encode: async () => encode(shares) },
      response: { decode: async (raw) => decode(raw, request.apiVersion), parse: async (decoded) => decoded },
    })
    return (answer as Answer).partitions
  }
}

function decode(raw: Buffer, version: number): Answer {
  const partitions: Produced[] = []
  let at = 4
  for (let topics = raw.readInt32BE(0); topics > 0; topics--) {
    at += 2 + raw.readInt16BE(at)
    const count = raw.readInt32BE(at)
    at += 4
    for (let n = 0; n < count; n++) {
      partitions.push({
        partition: raw.readInt32BE(at),
        errorCode: raw.readInt16BE(at + 4),
        baseOffset: readInt64(raw, at + 6),
      })
      // After the offset comes the time of the append.
      at += version >= LOG_START ? 30 : 22
    }
  }
  return { clientSideThrottleTime: version >= HOLDS_BACK ? raw.readInt32BE(at) : 0, partitions }
}
