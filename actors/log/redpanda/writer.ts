import { type Kafka, type Message, Partitioners, type Producer } from 'kafkajs'
import type { Append, NewRecord, Position } from '../../runtime/index.ts'
import { placeOf, refused } from '../placing.ts'
import { unavailable } from './unavailable.ts'
import { sentAgain, toMessage } from './wire.ts'

/** A request for one partition; the broker takes it as a whole or not at all. */
const REQUEST_BYTES = 900_000

/** As long as it takes to find a new leader, and longer. */
const GIVE_UP_MS = 12_000
/** What is not under way by then is refused: nobody has it, and who sends it may be told so. A new leader is mostly there before. */
const PATIENCE_MS = 6_000
const SWEEP_MS = 500
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 1_000
/** How long a leader waits for its followers: it is to say that it failed before we give up on its answer. */
const BROKER_WAITS_MS = 10_000

interface Call {
  readonly positions: (Position | null)[]
  left: number
  error: unknown
  readonly finish: () => void
}

interface Item {
  readonly message: Message
  readonly bytes: number
  readonly call: Call
  readonly index: number
  /** Since when it waits, ms of `performance.now()`. */
  readonly since: number
}

/** For {@link groupWriter}, which tries again by itself: a message that is sent again has to say so. */
export const openProducer = (kafka: Kafka): Producer =>
  kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    retry: { retries: 0 },
  })

/** Whether it may succeed later. kafkajs wraps what it has tried often enough in an error that may not. */
function isPassing(error: unknown): boolean {
  let cause = error as { name?: string; retriable?: boolean; cause?: unknown }
  while (cause.name === 'KafkaJSNumberOfRetriesExceeded' && cause.cause) cause = cause.cause as typeof cause
  return cause.retriable === true
}

/**
 * Group commit over a broker: of each partition one request is in flight, and all that waits meanwhile goes into the next. One
 * partition a request, because kafkajs 2.2.4 resolves a request over several although a leader that died did not take its part.
 */
export function groupWriter(producer: Producer, topic: string, partitions: number): Append {
  const name = crypto.randomUUID()
  let sequence = 0
  const queues = Array.from({ length: partitions }, (): Item[] => [])
  const busy = new Set<number>()
  let sweeping: ReturnType<typeof setInterval> | undefined

  const settle = ({ call, index }: Item, position: Position | null) => {
    call.positions[index] = position
    if (--call.left === 0) call.finish()
  }
  const request = (queue: Item[]): Item[] => {
    let bytes = 0
    let count = 0
    while (count < queue.length && (count === 0 || bytes + queue[count]!.bytes <= REQUEST_BYTES))
      bytes += queue[count++]!.bytes
    return queue.splice(0, count)
  }
  const refuse = (item: Item, error: unknown) => {
    item.call.error = error
    settle(item, null)
  }
  /** While a request waits for a broker that is away, what waits behind it does not: it was never sent. */
  const sweep = () => {
    const before = performance.now() - PATIENCE_MS
    for (const queue of queues) {
      const kept = queue.findIndex(({ since }) => since >= before)
      const late = queue.splice(0, kept < 0 ? queue.length : kept)
      for (const item of late) refuse(item, new Error('it takes nothing'))
    }
    if (busy.size > 0) return
    clearInterval(sweeping)
    sweeping = undefined
  }
  const drain = async (partition: number) => {
    if (busy.has(partition)) return
    sweeping ??= setInterval(sweep, SWEEP_MS)
    busy.add(partition)
    for (let items = request(queues[partition]!); items.length > 0; items = request(queues[partition]!)) {
      try {
        const base = await send(items.map(({ message }) => message))
        items.forEach((item, i) => settle(item, { partition, offset: base + i }))
      } catch (error) {
        // What is left of the same calls must not overtake what failed.
        const calls = new Set(items.map(({ call }) => call))
        const rest = queues[partition]!
        queues[partition] = rest.filter(({ call }) => !calls.has(call))
        for (const item of [...items, ...rest.filter(({ call }) => calls.has(call))]) refuse(item, error)
      }
    }
    busy.delete(partition)
  }
  /** Answers the offset of the first. Of an error nobody knows whether the broker has them, or will have. */
  const send = async (messages: Message[]): Promise<number> => {
    const until = performance.now() + GIVE_UP_MS
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        const [answer] = await producer.send({ topic, acks: -1, timeout: BROKER_WAITS_MS, messages })
        if (answer !== undefined) return Number(answer.baseOffset)
        // The partition has no leader, and nobody was asked.
        if (performance.now() > until) throw new Error('a partition has no leader')
      } catch (error) {
        if (performance.now() > until || !isPassing(error)) throw error
      }
      messages = messages.map(sentAgain)
      await Bun.sleep(pause)
    }
  }
  const enqueue = (record: NewRecord, partition: number, call: Call, index: number, since: number) => {
    const message = toMessage(record, partition, { producer: name, sequence: sequence++ })
    const bytes = Buffer.byteLength(record.value) + 200 + record.key.length + record.type.length
    queues[partition]!.push({ message, bytes, call, index, since })
  }

  return (records) =>
    new Promise((resolve, reject) => {
      if (records.length === 0) return resolve([])
      const places = records.map((record) => placeOf(record, partitions))
      const call: Call = {
        positions: records.map(() => null),
        left: places.filter((partition) => partition >= 0).length,
        error: undefined,
        finish() {
          if (this.positions.some((position) => position !== null)) resolve(this.positions)
          else reject(unavailable(this.error))
        },
      }
      if (call.left === 0) return reject(refused())
      const now = performance.now()
      places.forEach((partition, index) => {
        if (partition >= 0) enqueue(records[index]!, partition, call, index, now)
      })
      for (const partition of new Set(places)) if (partition >= 0) void drain(partition)
    })
}
