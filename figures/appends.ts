import { Histogram } from './histogram.ts'

/** A call takes a fortieth of a durable POST; to look at the clock twice for each would take a good part of that. */
const TIMED_EVERY = 16

/** What went into the log, and how long that took: of one call in sixteen. */
export class Appends {
  calls = 0
  records = 0
  refused = 0
  /** The last call was refused, because the log is away. */
  isAway = false
  readonly times = new Histogram()

  /** A call begins. Whether it is one to be timed. */
  begin(records: number): boolean {
    this.records += records
    return this.calls++ % TIMED_EVERY === 0
  }
}
