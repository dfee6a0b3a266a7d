import type { Cluster, Kafka } from 'kafkajs'
// @ts-expect-error: kafkajs has no types for its inner files.
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js'
import type { Fault, NewRecord, Position, Put } from '../../runtime/index.ts'
import { placeOf, refused } from '../placing.ts'
import type { Numbered } from './batch-format.ts'
import { topicOf } from './client.ts'
import { type BrokerConnection, brokerOf, openConnections } from './connections.ts'
import { type Produced, requester } from './produce.ts'
import { unavailable } from './unavailable.ts'

/** Of one partition in a request, in UTF-16 units: the broker takes it as a whole or not at all, and no more than 4 MiB. */
const BATCH_LENGTH = 900_000
/** Of all partitions in a request; the last may go beyond. */
const REQUEST_LENGTH = 8_000_000
/** Of a record without its value. */
const HEAD_LENGTH = 200

/** How long a request waits at most for those who are likely to come. */
const GATHER_MS = 2
/** What is left of the expected number of records after a request that had fewer. */
const DECAY = 0.9

/** As long as it takes to find a new leader, and longer. */
const GIVE_UP_MS = 12_000
/** What is not under way by then is refused: nobody has it, and who sends it may be told so. A new leader is mostly there before. */
const PATIENCE_MS = 6_000
const SWEEP_MS = 500
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1_000
/** Who leads may not be known by then: the next request finds out. */
const LONGEST_RECOVERY_MS = 3_000
/** How long a leader waits for its followers: it is to say that it failed before we give up on its answer. */
const BROKER_WAITS_MS = 10_000

/** Of one caller. */
class Call {
  /** Of its records those that are still to come to an end. */
  #left: number
  #taken = 0
  #error: unknown
  readonly #places: (Position | null)[]
  /** Where its places begin. */
  readonly #first: number
  readonly #resolve: () => void
  readonly #reject: (fault: Fault) => void

  constructor(count: number, places: (Position | null)[], resolve: () => void, reject: (fault: Fault) => void) {
    this.#left = count
    this.#places = places
    this.#first = places.length
    this.#resolve = resolve
    this.#reject = reject
    for (let n = 0; n < count; n++) places.push(null)
  }

  settle(index: number, position: Position): void {
    this.#places[this.#first + index] = position
    this.#taken++
    if (--this.#left === 0) this.#finish()
  }

  refuse(error: unknown): void {
    this.#error = error
    if (--this.#left === 0) this.#finish()
  }

  #finish(): void {
    if (this.#taken > 0) this.#resolve()
    else this.#reject(this.#error === undefined ? refused() : unavailable(this.#error))
  }
}

interface Item extends Numbered {
  readonly call: Call
  readonly index: number
  /** Since when it waits, ms of `performance.now()`. */
  readonly since: number
}

/** What is to go to one partition, in its order. */
interface Line {
  readonly partition: number
  waiting: Item[]
  /** Sent, and neither in the log nor refused, as far as anybody knows: nothing else is sent before it is. */
  sent: Item[]
  /** It was sent more than once. */
  again: boolean
  /** In a request, or in a pause before the next. */
  state: 'ready' | 'under way' | 'pausing'
  giveUpAt: number
  pauseMs: number
  error: unknown
}

/** The way to one leader. */
interface Lane {
  readonly leader: string
  readonly request: ReturnType<typeof requester>
  /** Of these something is to be sent. */
  readonly lines: Set<Line>
  /** A request is in flight, or about to be. */
  busy: boolean
  /** Records since the last request, and how many there were lately. */
  came: number
  expected: number
  timer: ReturnType<typeof setTimeout> | undefined
}

/** Whether it may succeed later. kafkajs wraps what it has tried often enough in an error that may not. */
function isPassing(error: unknown): boolean {
  let cause = error as { name?: string; retriable?: boolean; cause?: unknown }
  while (cause.name === 'KafkaJSNumberOfRetriesExceeded' && cause.cause) cause = cause.cause as typeof cause
  return cause.retriable === true
}

interface Writer {
  readonly put: Put
  /** What is not in the log by then is refused. */
  close(): void
}

/** A writer to the log's topic, which is there. */
export async function openWriter(
  kafka: Kafka,
  namespace: string,
  partitions: number,
): Promise<{ put: Put; close(): Promise<void> }> {
  const connections = await openConnections(kafka, namespace)
  const topic = topicOf(namespace)
  try {
    await connections.cluster.addTargetTopic(topic)
  } catch (error) {
    await connections.close()
    throw error
  }
  const writer = groupWriter(connections.cluster, topic, partitions)
  return {
    put: writer.put,
    close() {
      writer.close()
      return connections.close()
    },
  }
}

/** Partition → the broker that leads it, as far as anybody does. */
function leadersOf(cluster: Cluster, topic: string): ReadonlyMap<number, string> {
  const led = cluster.findTopicPartitionMetadata(topic).filter(({ leader }) => leader >= 0)
  return new Map(led.map(({ partitionId, leader }) => [partitionId, String(leader)]))
}

const noLeader = () => Object.assign(new Error('a partition has no leader'), { retriable: true })

/**
 * Group commit over brokers: of each leader one request is in flight, and all that waits meanwhile goes into the next, whatever its partition.
 * What the leader says it says of each partition, and what failed is sent again by itself: the producer of kafkajs 2.2.4 resolves a request
 * over several leaders although one that died did not take its part.
 */
function groupWriter(cluster: Cluster, topic: string, partitions: number): Writer {
  const producer = crypto.randomUUID()
  let sequence = 0
  const lines = Array.from({ length: partitions }, (_, partition): Line => ({
    partition,
    waiting: [],
    sent: [],
    again: false,
    state: 'ready',
    giveUpAt: 0,
    pauseMs: 0,
    error: undefined,
  }))
  const lanes = new Map<string, Lane>()
  let leaders = leadersOf(cluster, topic)
  let sweeping: ReturnType<typeof setInterval> | undefined
  let recovery: Promise<void> | undefined
  let closed = false

  /** What is left of the same calls must not overtake what failed. Of an error nobody knows whether the broker has them, or will have. */
  const refuseSent = (line: Line, error: unknown) => {
    const calls = new Set(line.sent.map(({ call }) => call))
    const lost = [...line.sent, ...line.waiting.filter(({ call }) => calls.has(call))]
    line.waiting = line.waiting.filter(({ call }) => !calls.has(call))
    line.sent = []
    for (const { call } of lost) call.refuse(error)
  }

  /** While a request waits for a broker that is away, what waits behind it does not: it was never sent. */
  const sweep = () => {
    const now = performance.now()
    let idle = true
    for (const line of lines) {
      if (line.state === 'pausing' && now > line.giveUpAt) refuseSent(line, line.error)
      const kept = line.waiting.findIndex(({ since }) => since >= now - PATIENCE_MS)
      const late = line.waiting.splice(0, kept < 0 ? line.waiting.length : kept)
      for (const { call } of late) call.refuse(new Error('it takes nothing'))
      if (line.state !== 'ready' || line.waiting.length > 0) idle = false
    }
    if (!idle) return
    clearInterval(sweeping)
    sweeping = undefined
  }

  const offer = (line: Line): void => {
    line.state = 'ready'
    if (closed || (line.sent.length === 0 && line.waiting.length === 0)) return
    sweeping ??= setInterval(sweep, SWEEP_MS)
    const lane = laneOf(line)
    if (!lane) {
      take(line)
      return failed(line, noLeader())
    }
    lane.lines.add(line)
    gather(lane)
  }
  const laneOf = ({ partition }: Line): Lane | undefined => {
    const leader = leaders.get(partition)
    if (leader === undefined) return undefined
    let lane = lanes.get(leader)
    if (!lane) {
      const request = requester({ topic, producer, timeoutMs: BROKER_WAITS_MS })
      lanes.set(
        leader,
        (lane = { leader, request, lines: new Set(), busy: false, came: 0, expected: 1, timer: undefined }),
      )
    }
    return lane
  }

  /** A request costs as much as hundreds of records: it waits for as many as came lately. One writer alone never waits. */
  const gather = (lane: Lane) => {
    if (lane.busy || lane.lines.size === 0) return
    if (lane.came < Math.floor(lane.expected)) {
      lane.timer ??= setTimeout(depart, GATHER_MS, lane)
    } else {
      clearTimeout(lane.timer)
      lane.timer = undefined
      lane.busy = true
      setImmediate(depart, lane)
    }
  }
  const depart = (lane: Lane) => {
    lane.timer = undefined
    lane.busy = true
    lane.expected = Math.max(lane.came, lane.expected * DECAY)
    lane.came = 0
    const leaving: Line[] = []
    let length = 0
    for (const line of lane.lines) {
      if (length >= REQUEST_LENGTH) break
      lane.lines.delete(line)
      // What waited may have been refused.
      if (line.sent.length === 0 && line.waiting.length === 0) continue
      length += take(line)
      leaving.push(line)
    }
    if (leaving.length > 0) void send(lane, leaving)
    else lane.busy = false
  }

  /** What its next request has: the same as the last, as long as nobody knows what became of that. Answers how long it is. */
  const take = (line: Line): number => {
    const { sent, waiting } = line
    line.state = 'under way'
    if (sent.length > 0) {
      line.again = true
      return sent.reduce((sum, { record }) => sum + lengthOf(record), 0)
    }
    let length = 0
    let count = 0
    for (; count < waiting.length; count++) {
      const more = lengthOf(waiting[count]!.record)
      if (count > 0 && length + more > BATCH_LENGTH) break
      length += more
    }
    if (count === waiting.length) {
      line.sent = waiting
      line.waiting = []
    } else line.sent = waiting.splice(0, count)
    line.again = false
    line.giveUpAt = performance.now() + GIVE_UP_MS
    line.pauseMs = FIRST_PAUSE_MS
    return length
  }

  const send = async (lane: Lane, lines: readonly Line[]) => {
    let broker: BrokerConnection | undefined
    try {
      broker = await brokerOf(cluster, lane.leader)
      const answers = new Map((await lane.request(broker, lines)).map((each) => [each.partition, each]))
      for (const line of lines) answered(line, answers.get(line.partition))
    } catch (error) {
      const { name, host, port } = error as { name?: string; host?: string; port?: number }
      if (name === 'KafkaJSConnectionClosedError') {
        cluster.removeBroker({ host: host!, port: port! })
        await broker?.disconnect().catch(() => {})
      }
      for (const line of lines) failed(line, error)
    }
    lane.busy = false
    for (const line of lines) if (line.state === 'under way') offer(line)
    gather(lane)
  }

  const answered = (line: Line, produced: Produced | undefined) => {
    if (!produced) return failed(line, noLeader())
    if (produced.errorCode !== 0) return failed(line, createErrorFromCode(produced.errorCode))
    const { partition, sent } = line
    line.sent = []
    for (let i = 0; i < sent.length; i++) {
      const { call, index } = sent[i]!
      call.settle(index, { partition, offset: produced.baseOffset + i })
    }
  }

  const failed = (line: Line, error: unknown): void => {
    line.error = error
    if (closed || performance.now() > line.giveUpAt || !isPassing(error)) {
      refuseSent(line, error)
      return offer(line)
    }
    line.state = 'pausing'
    const pause = Bun.sleep(line.pauseMs)
    line.pauseMs = Math.min(2 * line.pauseMs, LONGEST_PAUSE_MS)
    const recovered = Promise.race([recover(), Bun.sleep(LONGEST_RECOVERY_MS)])
    void Promise.all([pause, recovered]).then(() => offer(line))
  }

  /** Asks who leads now. It does not reject: the lines go on asking until they give up. */
  const recover = (): Promise<void> => {
    recovery ??= whoLeads()
      .catch(() => {})
      .finally(() => (recovery = undefined))
    return recovery
  }
  const whoLeads = async () => {
    if (!cluster.isConnected()) await cluster.connect()
    await cluster.refreshMetadata()
    leaders = leadersOf(cluster, topic)
  }

  const enqueue = (record: NewRecord, partition: number, call: Call, index: number, since: number) => {
    const line = lines[partition]!
    line.waiting.push({ record, sequence: sequence++, call, index, since })
    const lane = laneOf(line)
    if (lane) lane.came++
    if (line.state === 'ready') offer(line)
  }

  const put: Put = (records, places) =>
    new Promise((resolve, reject) => {
      if (records.length === 0) return resolve()
      if (closed) return reject(isClosed())
      const call = new Call(records.length, places, resolve, reject)
      const now = performance.now()
      for (let index = 0; index < records.length; index++) {
        const record = records[index]!
        const partition = placeOf(record, partitions)
        if (partition < 0) call.refuse(undefined)
        else enqueue(record, partition, call, index, now)
      }
    })

  return {
    put,
    close() {
      closed = true
      for (const line of lines) {
        if (line.state === 'pausing') refuseSent(line, line.error)
        for (const { call } of line.waiting.splice(0)) call.refuse(isClosed())
      }
      clearInterval(sweeping)
      for (const { timer } of lanes.values()) clearTimeout(timer)
    },
  }
}

const lengthOf = ({ key, type, value }: NewRecord): number => HEAD_LENGTH + key.length + type.length + value.length

const isClosed = () => unavailable('it is closed')
