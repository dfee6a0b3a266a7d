import { type Cluster, CompressionCodecs } from 'kafkajs'
// @ts-expect-error: kafkajs has no types for its inner files.
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js'
// @ts-expect-error: the same.
import { requests } from 'kafkajs/src/protocol/requests/index.js'
import { Bytes } from './bytes.ts'
import type { BrokerConnection, FetchOptions } from './connections.ts'
import { readInt64, type Stored } from './batch-format.ts'
import { BatchReader, type Unpack } from './batch-reader.ts'

const FETCH = 1
const OFFSET_OUT_OF_RANGE = 1
/** Of versions of the request, from which on it has these. */
const LOG_START = 5
const SESSIONS = 7
const HOLDS_BACK = 8
const EPOCHS = 9
const RACKS = 11

/** After an answer that brought little, the next request waits so long: each costs more than the records of a few. */
const PACE_MS = 12
const LITTLE_BYTES = 256 * 1024
/** Until it is looked again, when nothing is wanted now. */
const NOTHING_WANTED_MS = 20
const LOOK_AGAIN_MS = 250

export interface Fetched {
  /** As it was asked for. */
  readonly offset: number
  readonly records: readonly Stored[]
  /** After the last record that all replicas have. */
  readonly highWatermark: number
}

/** Who reads partitions of the topic. */
export interface Reading {
  /** Where a partition goes on; undefined: nothing is wanted of it now. */
  next(partition: number): number | undefined
  arrived(partition: number, fetched: Fetched): void
  /** The broker does not have this offset, or not yet. */
  missing(partition: number, offset: number): Promise<void>
}

interface Share {
  readonly partition: number
  readonly offset: number
  readonly maxBytes: number
}

interface Answer {
  readonly bytes: number
  readonly clientSideThrottleTime: number
  readonly partitions: readonly (Fetched & { readonly partition: number; readonly errorCode: number })[]
}

/**
 * From now on what the consumer with these connections fetches goes to `reading`, and from where is asked there: its group, its heartbeats and
 * whom it asks stay as kafkajs has them, which never sees a message. kafkajs 2.2.4 takes ten times as long to decode one, again as long
 * for each partition, and restarts every partition at its committed offset at each rebalance.
 */
export function takeOverFetches(cluster: Cluster, topic: string, reading: Reading): void {
  const taken = new WeakSet<BrokerConnection>()
  const findBroker = cluster.findBroker.bind(cluster)
  cluster.findBroker = async (which) => {
    const broker = (await findBroker(which)) as unknown as BrokerConnection
    if (!taken.has(broker)) {
      taken.add(broker)
      broker.fetch = fetcher(broker, topic, reading)
    }
    return broker as unknown as Awaited<ReturnType<typeof findBroker>>
  }
}

/** In place of a broker's `fetch`: the same errors, and never an answer for kafkajs. */
function fetcher(broker: BrokerConnection, topic: string, reading: Reading) {
  const body = new Bytes()
  const reader = new BatchReader(unpacking)
  let notBefore = 0
  let turn = 0
  return async (options: FetchOptions): Promise<{ responses: [] }> => {
    const wait = notBefore - performance.now()
    if (wait > 0) await Bun.sleep(wait)
    const shares = wanted(options, reading, turn++)
    if (shares.length === 0) {
      await Bun.sleep(Math.min(options.maxWaitTime, NOTHING_WANTED_MS))
      return { responses: [] }
    }
    const { request, requestTimeout } = broker.lookupRequest(FETCH, requests.Fetch)({ ...options, topics: [] })
    const { apiVersion } = request
    const offsets = new Map(shares.map(({ partition, offset }) => [partition, offset]))
    const { partitions, bytes } = (await broker.connectionPool.send({
      request: { ...request, encode: async () => encode(body, apiVersion, topic, options, shares) },
      response: { decode: (raw) => decode(raw, apiVersion, reader, offsets), parse: async (decoded) => decoded },
      ...(requestTimeout !== undefined && { requestTimeout }),
    })) as Answer
    let found = false
    let error: unknown
    for (const { partition, errorCode, ...fetched } of partitions) {
      if (errorCode === OFFSET_OUT_OF_RANGE) {
        await Promise.all([reading.missing(partition, fetched.offset), Bun.sleep(LOOK_AGAIN_MS)])
      } else if (errorCode !== 0) error = createErrorFromCode(errorCode)
      else if (fetched.records.length > 0) {
        found = true
        reading.arrived(partition, fetched)
      }
    }
    if (error) throw error
    notBefore = found && bytes < LITTLE_BYTES ? performance.now() + PACE_MS : 0
    return { responses: [] }
  }
}

/** Each time another partition comes first: what a full answer leaves out is always the last. */
function wanted({ topics }: FetchOptions, reading: Reading, turn: number): Share[] {
  const shares: Share[] = []
  for (const { partition, maxBytes } of topics.flatMap(({ partitions }) => partitions)) {
    const offset = reading.next(partition)
    if (offset !== undefined) shares.push({ partition, offset, maxBytes })
  }
  const first = turn % (shares.length || 1)
  return [...shares.slice(first), ...shares.slice(0, first)]
}

function encode(body: Bytes, version: number, topic: string, options: FetchOptions, shares: readonly Share[]) {
  body.clear()
  // No replica.
  body.int32(-1)
  body.int32(options.maxWaitTime)
  body.int32(options.minBytes)
  body.int32(options.maxBytes)
  // Whatever is in the log: it has no transactions.
  body.int8(0)
  if (version >= SESSIONS) {
    // None is opened.
    body.int32(0)
    body.int32(-1)
  }
  body.int32(1)
  body.string(topic)
  body.int32(shares.length)
  for (const { partition, offset, maxBytes } of shares) {
    body.int32(partition)
    if (version >= EPOCHS) body.int32(-1)
    body.int64(offset)
    if (version >= LOG_START) body.int64(-1)
    body.int32(maxBytes)
  }
  // Nothing to forget.
  if (version >= SESSIONS) body.int32(0)
  if (version >= RACKS) body.string('')
  return body.encoder()
}

async function decode(
  raw: Buffer,
  version: number,
  reader: BatchReader,
  offsets: ReadonlyMap<number, number>,
): Promise<Answer> {
  const partitions: Answer['partitions'][number][] = []
  const clientSideThrottleTime = version >= HOLDS_BACK ? raw.readInt32BE(0) : 0
  let at = 4
  if (version >= SESSIONS) {
    const errorCode = raw.readInt16BE(at)
    if (errorCode !== 0) throw createErrorFromCode(errorCode)
    at += 6
  }
  const topics = raw.readInt32BE(at)
  at += 4
  for (let t = 0; t < topics; t++) {
    at += 2 + raw.readInt16BE(at)
    const count = raw.readInt32BE(at)
    at += 4
    for (let n = 0; n < count; n++) {
      const partition = raw.readInt32BE(at)
      const errorCode = raw.readInt16BE(at + 4)
      const highWatermark = readInt64(raw, at + 6)
      at += version >= LOG_START ? 30 : 22
      at += 4 + 16 * Math.max(0, raw.readInt32BE(at))
      if (version >= RACKS) at += 4
      const length = Math.max(0, raw.readInt32BE(at))
      at += 4
      const offset = offsets.get(partition) ?? 0
      const records = length > 0 ? await reader.read(raw.subarray(at, at + length), offset) : []
      partitions.push({ partition, errorCode, offset, records, highWatermark })
      at += length
    }
  }
  return { bytes: raw.length, clientSideThrottleTime, partitions }
}

const unpacking: Unpack = (compression) => {
  if (compression === 0) return undefined
  const codec = (
    CompressionCodecs as Record<number, undefined | (() => { decompress(packed: Buffer): Promise<Buffer> })>
  )[compression]
  if (!codec) throw new Error(`a batch is packed in a way that is not known: ${compression}`)
  return (packed) => codec().decompress(packed)
}
