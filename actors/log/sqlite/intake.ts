import type { LogRecord } from '../../runtime/index.ts'
import { type Block, splitBlock } from './journal.ts'

/** Characters of lines that wait in memory for one partition; beyond, they are read again from the file when wanted. */
const QUEUE_LENGTH = 1024 * 1024
/** Blocks are put together until a batch has this many records. */
const BATCH_RECORDS = 1024

/**
 * What waits for the turn loop of one partition. Blocks come from the live feed and from the file, in any order and more than once;
 * the offsets alone decide which continues the queue, so that there is no seam between the two.
 */
export class Intake {
  readonly partition: number
  /** Offset after the last record known to be in the log. */
  end: number
  paused = true
  /** A batch is with the handler. */
  busy = false
  /** A journal row at or before the one with `#next`; undefined: to be found by the marks. */
  row: number | undefined
  #queue: Block[] = []
  #queued = 0
  /** Offset of the next record to deliver, and of the next to queue. Undefined until the first seek. */
  #from: number | undefined
  #next: number | undefined

  constructor(partition: number, end: number) {
    this.partition = partition
    this.end = end
  }

  get next(): number | undefined {
    return this.#next
  }

  /** Records that are in the log are missing here, and there is room for them. */
  get wants(): boolean {
    return !this.paused && this.#next !== undefined && this.#next < this.end && this.#queued < QUEUE_LENGTH
  }

  get deliverable(): boolean {
    return !this.paused && !this.busy && this.#queue.length > 0
  }

  seek(offset: number) {
    this.#queue = []
    this.#queued = 0
    this.#from = offset
    this.#next = offset
    this.row = undefined
  }

  /** Queues the block if it continues what is there. A gap before it is told, and nothing queued. */
  offer(block: Block, row: number): 'taken' | 'known' | 'gap' | 'full' {
    const blockEnd = block.first + block.count
    if (blockEnd > this.end) this.end = blockEnd
    if (this.#next === undefined || blockEnd <= this.#next) return 'known'
    if (block.first > this.#next) return 'gap'
    if (this.#queued >= QUEUE_LENGTH) return 'full'
    this.#queue.push(block)
    this.#queued += block.lines.length
    this.#next = blockEnd
    this.row = row + 1
    return 'taken'
  }

  take(): LogRecord[] {
    const records: LogRecord[] = []
    while (records.length < BATCH_RECORDS) {
      const block = this.#queue.shift()
      if (!block) break
      this.#queued -= block.lines.length
      splitBlock(block, this.#from!, records)
      this.#from = block.first + block.count
    }
    return records
  }
}
