import { versionSlot } from '../runtime/index.ts'

/** Version counters; a power of two. Two actors that share one only make a kept answer look old too early. */
const VERSIONS = 1 << 14

/**
 * What every thread sees of the partitions without a message: shared memory. A partition's cells are written by its owner only.
 * It makes "may I give the kept answer?" and "is this record applied?" a read of memory.
 */
export class Board {
  readonly buffer: SharedArrayBuffer
  readonly #partitions: number
  /** Offset after the last applied record, per partition. */
  readonly #positions: BigInt64Array
  /** Records that were still to be applied when the partition was opened: its end then. */
  readonly #targets: BigInt64Array
  /** Where it was opened. */
  readonly #starts: BigInt64Array
  readonly #beats: Int32Array
  /** For the turn loops to bump. */
  readonly versions: Int32Array

  constructor(partitions: number, workers: number, buffer?: SharedArrayBuffer) {
    const words = partitions * 8
    this.buffer = buffer ?? new SharedArrayBuffer(3 * words + workers * 4 + VERSIONS * 4)
    this.#partitions = partitions
    this.#positions = new BigInt64Array(this.buffer, 0, partitions)
    this.#targets = new BigInt64Array(this.buffer, words, partitions)
    this.#starts = new BigInt64Array(this.buffer, 2 * words, partitions)
    this.#beats = new Int32Array(this.buffer, 3 * words, workers)
    this.versions = new Int32Array(this.buffer, 3 * words + workers * 4, VERSIONS)
    // A partition that nobody has opened yet is restoring: its target is beyond every position.
    if (!buffer) this.#targets.fill(BigInt(Number.MAX_SAFE_INTEGER))
  }

  /**
   * Nobody serves this partition until `open`. What its last owner had applied, its successor has not; and an answer kept from before
   * may be older than the log, though no turn loop says so: every version changes.
   */
  close(partition: number): void {
    Atomics.store(this.#targets, partition, BigInt(Number.MAX_SAFE_INTEGER))
    Atomics.store(this.#positions, partition, 0n)
    for (let slot = 0; slot < VERSIONS; slot++) Atomics.add(this.versions, slot, 1)
  }

  /** Owner: replay begins at `start` and ends at `target`. */
  open(partition: number, start: number, target: number): void {
    Atomics.store(this.#starts, partition, BigInt(start))
    Atomics.store(this.#positions, partition, BigInt(start))
    Atomics.store(this.#targets, partition, BigInt(target))
  }

  /** Owner: everything before `position` is applied. */
  applied(partition: number, position: number): void {
    Atomics.store(this.#positions, partition, BigInt(position))
  }

  position(partition: number): number {
    return Number(Atomics.load(this.#positions, partition))
  }

  restoring(partition: number): boolean {
    return Atomics.load(this.#positions, partition) < Atomics.load(this.#targets, partition)
  }

  /** Progress of the replay over all partitions. Those that are not open yet count as restoring with nothing to replay. */
  progress(): { restoring: number; replayed: number; toReplay: number } {
    let restoring = 0
    let replayed = 0
    let toReplay = 0
    for (let partition = 0; partition < this.#partitions; partition++) {
      const target = Number(Atomics.load(this.#targets, partition))
      const position = this.position(partition)
      if (position < target) restoring++
      if (target === Number.MAX_SAFE_INTEGER) continue
      const start = Number(Atomics.load(this.#starts, partition))
      replayed += Math.min(position, target) - start
      toReplay += target - start
    }
    return { restoring, replayed, toReplay }
  }

  version(address: string): number {
    return Atomics.load(this.versions, versionSlot(address, VERSIONS))
  }

  beat(worker: number): void {
    Atomics.add(this.#beats, worker, 1)
  }

  beats(worker: number): number {
    return Atomics.load(this.#beats, worker)
  }
}
