import type { AssignedPartition, LogConsumer, LogRecord, NewRecord } from '../../runtime/index.ts'

/** An address whose records go to the partition: it names it itself. */
const inPartition = (partition: number): string => `part/#${partition}`

export const record = (partition: number, value: unknown, more: Partial<NewRecord> = {}): NewRecord => ({
  key: inPartition(partition),
  type: 'tested',
  value: JSON.stringify(value),
  ...more,
})

/** Waits for a named condition; fails with what was there instead. */
export async function until(what: string, condition: () => boolean, present: () => unknown = () => '') {
  const deadline = performance.now() + 15_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Not so after 15 s: ${what}. There: ${JSON.stringify(present())}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** A member of the group that keeps what it gets, and says when the order of a partition is broken. */
export class Member {
  readonly consumer: LogConsumer
  readonly records = new Map<number, LogRecord[]>()
  /** Offset after all that was delivered, repetitions too. */
  readonly passed = new Map<number, number>()
  readonly assignments: (readonly AssignedPartition[])[] = []
  readonly suspensions: (readonly number[])[] = []
  readonly revocations: (readonly number[])[] = []
  readonly failures: unknown[] = []
  readonly broken: string[] = []
  /** Called within each batch, which lasts as long as its promise. */
  during: (partition: number, records: readonly LogRecord[]) => Promise<void> | void = () => {}
  /** Called when the group is about to divide the partitions anew. */
  handOver: () => Promise<void> = async () => {}
  readonly #busy = new Set<number>()

  constructor(consumer: LogConsumer) {
    this.consumer = consumer
  }

  /** Joins; `from` says where each partition is begun, undefined which one is left alone. */
  async start(from: (partition: AssignedPartition) => number | undefined = ({ committed }) => committed ?? 0) {
    await this.consumer.start({
      assigned: (partitions) => {
        this.assignments.push(partitions)
        for (const partition of partitions) {
          const offset = from(partition)
          if (offset === undefined) continue
          this.consumer.seek(partition.partition, offset)
          this.consumer.resume(partition.partition)
        }
      },
      suspended: (partitions) => this.suspensions.push(partitions),
      revoked: (partitions) => this.revocations.push(partitions),
      batch: async (partition, records, end, next) => {
        if (this.#busy.has(partition)) this.broken.push(`two batches of partition ${partition} at once`)
        this.#busy.add(partition)
        const kept = this.of(partition)
        const last = records.at(-1)?.offset
        if (last === undefined && next === undefined) this.broken.push('an empty batch')
        if (last !== undefined && last >= (next ?? end))
          this.broken.push(`offset ${last} is not before the end ${next ?? end}`)
        this.passed.set(partition, next ?? last! + 1)
        kept.push(...records)
        await this.during(partition, records)
        this.#busy.delete(partition)
      },
      failed: (error) => this.failures.push(error),
      rebalancing: () => this.handOver(),
    })
    return this
  }

  of(partition: number): LogRecord[] {
    const kept = this.records.get(partition) ?? []
    this.records.set(partition, kept)
    return kept
  }

  values(partition: number): unknown[] {
    return this.of(partition).map(({ value }) => JSON.parse(value))
  }

  offsets(partition: number): number[] {
    return this.of(partition).map(({ offset }) => offset)
  }

  async has(partition: number, count: number) {
    await until(
      `${count} records of partition ${partition} are delivered`,
      () => this.of(partition).length >= count || this.failures.length > 0,
      () => ({ delivered: this.of(partition).length, failures: this.failures.map(String) }),
    )
  }
}
