const OPENED = 0
const REACHED = 1
const TARGET = 2
const CELLS = 3

/** No position reaches it: the target of a partition that is not open. */
const NEVER = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * What the node's threads see of one Worker's partitions without a message: memory that they share, and that this Worker alone writes to
 * while it lives. It makes "is this record applied?" a read of memory.
 */
export class Board {
  readonly buffer: SharedArrayBuffer
  /** Per partition: where it was opened, the offset after the last applied record, and the end of the log when it was opened. */
  readonly #cells: BigInt64Array
  readonly #lease: Float64Array
  readonly #beats: Int32Array

  constructor(partitions: number, buffer?: SharedArrayBuffer) {
    const words = partitions * CELLS * 8
    this.buffer = buffer ?? new SharedArrayBuffer(words + 12)
    this.#cells = new BigInt64Array(this.buffer, 0, partitions * CELLS)
    this.#lease = new Float64Array(this.buffer, words, 1)
    this.#beats = new Int32Array(this.buffer, words + 8, 1)
    if (!buffer) for (let partition = 0; partition < partitions; partition++) this.close(partition)
  }

  /** Nobody serves this partition here until `open`. What its last owner had applied, its successor has not. */
  close(partition: number): void {
    this.#store(partition, TARGET, NEVER)
    this.#store(partition, REACHED, 0n)
  }

  /** Replay begins at `start` and ends at `target`. */
  open(partition: number, start: number, target: number): void {
    this.#store(partition, OPENED, BigInt(start))
    this.#store(partition, REACHED, BigInt(start))
    this.#store(partition, TARGET, BigInt(target))
  }

  /** Everything before `position` is applied. */
  applied(partition: number, position: number): void {
    this.#store(partition, REACHED, BigInt(position))
  }

  position(partition: number): number {
    return Number(this.#load(partition, REACHED))
  }

  /** How the replay of a partition gets on; one that is not open yet is restoring with nothing to replay. */
  progress(partition: number): { restoring: boolean; replayed: number; toReplay: number } {
    const opened = this.#load(partition, OPENED)
    const reached = this.#load(partition, REACHED)
    const target = this.#load(partition, TARGET)
    if (target === NEVER) return { restoring: true, replayed: 0, toReplay: 0 }
    const replayed = Number((reached < target ? reached : target) - opened)
    return { restoring: reached < target, replayed, toReplay: Number(target - opened) }
  }

  /** Until when the group leaves the partitions to this Worker for certain: ms of the main thread's `performance.now()`. */
  get leaseMs(): number {
    return this.#lease[0]!
  }

  set leaseMs(until: number) {
    this.#lease[0] = until
  }

  beat(): void {
    Atomics.add(this.#beats, 0, 1)
  }

  get beats(): number {
    return Atomics.load(this.#beats, 0)
  }

  #load(partition: number, cell: number): bigint {
    return Atomics.load(this.#cells, partition * CELLS + cell)
  }

  #store(partition: number, cell: number, value: bigint): void {
    Atomics.store(this.#cells, partition * CELLS + cell, value)
  }
}
