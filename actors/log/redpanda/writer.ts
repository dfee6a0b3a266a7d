import type { Message, Producer } from 'kafkajs'
import type { Append, NewRecord, Position } from '../../runtime/index.ts'
import { placeOf, refused } from '../placing.ts'
import { unavailable } from './unavailable.ts'
import { toMessage } from './wire.ts'

/** A request for one partition; the broker takes it as a whole or not at all. */
const REQUEST_BYTES = 900_000

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
  const drain = async (partition: number) => {
    if (busy.has(partition)) return
    busy.add(partition)
    for (let items = request(queues[partition]!); items.length > 0; items = request(queues[partition]!)) {
      try {
        const messages = items.map(({ message }) => message)
        const [answer] = await producer.send({ topic, acks: -1, messages })
        const base = Number(answer!.baseOffset)
        items.forEach((item, i) => settle(item, { partition, offset: base + i }))
      } catch (error) {
        // What is left of the same calls must not overtake what failed.
        const calls = new Set(items.map(({ call }) => call))
        const rest = queues[partition]!
        queues[partition] = rest.filter(({ call }) => !calls.has(call))
        for (const item of [...items, ...rest.filter(({ call }) => calls.has(call))]) {
          item.call.error = error
          settle(item, null)
        }
      }
    }
    busy.delete(partition)
  }
  const enqueue = (record: NewRecord, partition: number, call: Call, index: number) => {
    const message = toMessage(record, partition, { producer: name, sequence: sequence++ })
    const bytes = Buffer.byteLength(record.value) + 200 + record.key.length + record.type.length
    queues[partition]!.push({ message, bytes, call, index })
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
      places.forEach((partition, index) => {
        if (partition >= 0) enqueue(records[index]!, partition, call, index)
      })
      for (const partition of new Set(places)) if (partition >= 0) void drain(partition)
    })
}
