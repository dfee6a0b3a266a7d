import type { Batch } from 'kafkajs'
import { Fault, type LogRecord } from '../../runtime/index.ts'
import { duplicateFilter, LOOK_BACK } from './duplicates.ts'
import { originOf, toRecord } from './wire.ts'

/** Characters of values that wait in memory for one partition; beyond, it is not fetched. */
const QUEUE_LENGTH = 2 * 1024 * 1024
const BATCH_RECORDS = 1_024

/** What waits for the turn loop of one partition. */
export class Intake {
  readonly partition: number
  earliest = 0
  end = 0
  paused = true
  /** A batch is with the handler. */
  busy = false
  #queue: LogRecord[] = []
  #length = 0
  /** Offset from which on records are delivered; undefined until the first seek of an assignment. */
  #from: number | undefined
  /** Offset that the broker sends next. */
  #next = 0
  #at = 0
  #repeated = duplicateFilter()

  constructor(partition: number) {
    this.partition = partition
  }

  get deliverable(): boolean {
    return !this.paused && !this.busy && this.#queue.length > 0
  }

  get full(): boolean {
    return this.#length >= QUEUE_LENGTH
  }

  /** A new assignment: nothing is delivered until the next seek and resume. */
  assign() {
    this.paused = true
    this.#from = undefined
    this.#queue = []
    this.#length = 0
  }

  /** Answers where the broker is to begin: a little before, to know what is a repetition; after the end there is nothing to seek. */
  seek(offset: number): number {
    if (offset < this.earliest) throw outOfRange(this.partition, offset)
    this.#queue = []
    this.#length = 0
    this.#from = offset
    this.#next = Math.max(this.earliest, Math.min(offset, this.end) - LOOK_BACK)
    this.#at = 0
    this.#repeated = duplicateFilter()
    return this.#next
  }

  /** Faults: LOG_OFFSET_OUT_OF_RANGE, when the broker went on somewhere else because the records are gone. */
  put({ messages, highWatermark }: Batch) {
    this.end = Math.max(this.end, Number(highWatermark))
    if (this.#from === undefined) return
    for (const message of messages) {
      const offset = Number(message.offset)
      if (offset < this.#next) continue
      if (offset > this.#next) throw outOfRange(this.partition, this.#next)
      this.#next++
      // A broker's clock may step back when the leader changes; time in a partition does not.
      this.#at = Math.max(this.#at, Number(message.timestamp))
      if (this.#repeated(originOf(message)) || offset < this.#from) continue
      const record = toRecord(message, offset, this.#at)
      this.#queue.push(record)
      this.#length += record.value.length
    }
    // The broker reads its high watermark before the records: a fetch may bring one that it does not count yet.
    this.end = Math.max(this.end, this.#next)
  }

  take(): LogRecord[] {
    const records = this.#queue.splice(0, BATCH_RECORDS)
    for (const { value } of records) this.#length -= value.length
    return records
  }
}

const outOfRange = (partition: number, offset: number) =>
  new Fault('LOG_OFFSET_OUT_OF_RANGE', `Partition ${partition} of the log no longer holds offset ${offset}.`)
