import { Fault, type LogRecord } from '../../runtime/index.ts'
import { duplicateFilter, LOOK_BACK } from './duplicates.ts'
import type { Fetched } from './fetch.ts'

/** Characters of values that wait in memory for one partition; beyond, it is not fetched. */
const QUEUE_LENGTH = 2 * 1024 * 1024
const BATCH_RECORDS = 1_024
/** What was read in vain, so often more. */
const FURTHER = 4

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
  /** Offset that is fetched next. */
  #next = 0
  #at = 0
  /** What was read last is a repetition, and nobody was told that it is passed. */
  #passed = false
  /** Where this reading began, before that offset. */
  #begun = 0
  #judge = duplicateFilter(true)

  constructor(partition: number) {
    this.partition = partition
  }

  get deliverable(): boolean {
    return !this.paused && !this.busy && (this.#queue.length > 0 || this.#passed)
  }

  /** Where to fetch; undefined: nothing is wanted now. */
  get next(): number | undefined {
    return this.#from === undefined || this.#length >= QUEUE_LENGTH ? undefined : this.#next
  }

  /** A new assignment: nothing is delivered until the next seek and resume. */
  assign() {
    this.paused = true
    this.#from = undefined
    this.#passed = false
    this.#queue = []
    this.#length = 0
  }

  /** Fetches begin a little before, to know what is a repetition; after the end there is nothing to fetch. Fault LOG_OFFSET_OUT_OF_RANGE. */
  seek(offset: number): void {
    if (offset < this.earliest) throw outOfRange(this.partition, offset)
    this.#queue = []
    this.#length = 0
    this.#passed = false
    this.#from = offset
    this.#begin(Math.min(offset, this.end) - LOOK_BACK)
  }

  #begin(offset: number): void {
    this.#next = this.#begun = Math.max(this.earliest, offset)
    this.#at = 0
    this.#judge = duplicateFilter(this.#begun === this.earliest)
  }

  /** What was fetched for another place than the next is not taken. Fault LOG_OFFSET_OUT_OF_RANGE, when records are left out that were there. */
  put({ offset: asked, records, highWatermark }: Fetched): void {
    this.end = Math.max(this.end, highWatermark)
    if (this.#from === undefined || asked !== this.#next) return
    for (const { record, origin } of records) {
      const { offset } = record
      // What lies before the place that was sought the retention may take at any time.
      if (offset > Math.max(this.#next, this.#from)) throw outOfRange(this.partition, this.#next)
      this.#next = offset + 1
      // A broker's clock may step back when the leader changes; time in a partition does not.
      this.#at = Math.max(this.#at, record.at)
      const verdict = this.#judge(origin, this.#at)
      // Before the place that was sought only what comes after counts, and that is read again with all the rest.
      if (verdict === 'unsure' && offset >= this.#from) {
        this.#from = offset
        return this.#begin(this.#begun - FURTHER * (this.end - this.#begun))
      }
      this.#passed = verdict === 'repeated' && offset >= this.#from
      if (verdict === 'repeated' || offset < this.#from) continue
      this.#queue.push(record.at === this.#at ? record : { ...record, at: this.#at })
      this.#length += record.value.length
    }
    // The broker reads its high watermark before the records: a fetch may bring one that it does not count yet.
    this.end = Math.max(this.end, this.#next)
  }

  /** The broker does not have the offset that was asked for. Fault LOG_OFFSET_OUT_OF_RANGE, when it was there: the first is `earliest` now. */
  miss(asked: number, earliest: number): void {
    if (this.#from === undefined || asked !== this.#next || asked >= earliest) return
    if (this.#from < earliest) throw outOfRange(this.partition, this.#from)
    this.earliest = Math.max(this.earliest, earliest)
    this.#begin(earliest)
  }

  /** The next records; with `next` nothing that was read is left. */
  take(): { records: LogRecord[]; next: number | undefined } {
    const records = this.#queue.splice(0, BATCH_RECORDS)
    for (const { value } of records) this.#length -= value.length
    if (this.#queue.length > 0 || !this.#passed) return { records, next: undefined }
    this.#passed = false
    return { records, next: this.#next }
  }
}

const outOfRange = (partition: number, offset: number) =>
  new Fault('LOG_OFFSET_OUT_OF_RANGE', `Partition ${partition} of the log no longer holds offset ${offset}.`)
