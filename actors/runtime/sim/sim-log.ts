import type { Append, ConsumerHandler, LogConsumer } from '../ports.ts'
import { partitionOf } from '../partitioner.ts'
import type { LogRecord, NewRecord, Position } from '../record.ts'
import type { Caller, Network } from './network.ts'
import type { Random } from './random.ts'

/** Where one member is in one partition. A new one with each assignment: a batch that is still under way knows the old one. */
interface Cursor {
  offset: number
  paused: boolean
  delivering: boolean
}

/** A member of the group as the broker and its client library see it. */
export interface SimMember extends Caller {
  handler: ConsumerHandler | undefined
  /** The generation that it believes in. */
  generation: number
  /** The broker has given it up, and it does not know. */
  zombie: boolean
  cursors: Map<number, Cursor>
}

/** Partitions, and a consumer group with generations. Fetching is not fenced, committing is: as with a real broker. */
export class SimLog {
  readonly partitions: LogRecord[][]
  readonly committed: (number | null)[]
  readonly #network: Network
  readonly #random: Random
  readonly #now: () => number
  #generation = 0
  #owners: (SimMember | undefined)[] = []

  constructor(partitions: number, network: Network, random: Random, now: () => number) {
    this.partitions = Array.from({ length: partitions }, () => [])
    this.committed = this.partitions.map(() => null)
    this.#network = network
    this.#random = random
    this.#now = now
  }

  put({ key, type, value, id = '', source = '' }: NewRecord): Position {
    const partition = partitionOf(key, this.partitions.length)
    const records = this.partitions[partition]!
    records.push({ key, type, value, id, source, offset: records.length, at: this.#now() })
    return { partition, offset: records.length - 1 }
  }

  /** Appends over the network. Sometimes one partition takes only a leading part. */
  appendOf(caller: Caller): Append {
    return (records) =>
      this.#network.request(caller, `append of ${records.length}`, () => {
        const full = this.#random.chance(2 * this.#network.faults.fails)
          ? this.#random.below(this.partitions.length)
          : -1
        let taken = this.#random.below(3)
        return records.map((record) => {
          if (partitionOf(record.key, this.partitions.length) === full && taken-- <= 0) return null
          return this.put(record)
        })
      })
  }

  consumerOf(member: SimMember): LogConsumer {
    const cursor = (partition: number) => member.cursors.get(partition)!
    return {
      start: async (handler) => {
        member.handler = handler
      },
      seek: (partition, offset) => {
        cursor(partition).offset = offset
      },
      pause: (partition) => {
        cursor(partition).paused = true
      },
      resume: (partition) => {
        cursor(partition).paused = false
      },
      commit: (offsets) =>
        this.#network.request(member, `commit ${[...offsets].join(' ')}`, () => {
          if (member.generation !== this.#generation) throw new Error('another generation')
          for (const [partition, offset] of offsets) this.committed[partition] = offset
        }),
      leaseMs: () => Infinity,
      stop: async () => this.#network.abandon(member),
    }
  }

  /** The member has not heard of the group for long. */
  suspend(member: SimMember): void {
    for (const cursor of member.cursors.values()) cursor.paused = true
    member.handler?.suspended([...member.cursors.keys()])
  }

  /** A new generation: every partition goes to one of the members, most of them to the one that had it. */
  rebalance(members: readonly SimMember[]): void {
    this.#generation++
    this.#owners = this.partitions.map((_, partition) => {
      const before = this.#owners[partition]
      const stays = before !== undefined && members.includes(before) && this.#random.chance(0.7)
      return stays ? before : members.length > 0 ? this.#random.pick(members) : undefined
    })
    for (const member of members) {
      member.generation = this.#generation
      const owned = this.partitions.flatMap((_, partition) => (this.#owners[partition] === member ? partition : []))
      const lost = [...member.cursors.keys()].filter((partition) => !owned.includes(partition))
      member.cursors = new Map(owned.map((partition) => [partition, { offset: 0, paused: true, delivering: false }]))
      if (lost.length > 0) member.handler?.revoked(lost)
      member.handler?.assigned(
        owned.map((partition) => {
          const end = this.partitions[partition]!.length
          return { partition, committed: this.committed[partition]!, earliest: 0, end }
        }),
      )
    }
  }

  /** Gives a member its next records, if it wants any. */
  deliver(member: SimMember, most: number): void {
    for (const [partition, cursor] of member.cursors) {
      const { length } = this.partitions[partition]!
      if (cursor.paused || cursor.delivering || cursor.offset >= length) continue
      const records = this.partitions[partition]!.slice(cursor.offset, cursor.offset + this.#random.between(1, most))
      cursor.delivering = true
      cursor.offset += records.length
      const done = member.handler!.batch(partition, records, length)
      done.then(
        () => (cursor.delivering = false),
        (error) => member.handler!.failed(error),
      )
    }
  }
}
