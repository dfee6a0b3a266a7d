import type { LogConsumer } from '../../runtime/index.ts'
import type { EventLog } from '../port.ts'

/** A fresh log of {@link PARTITIONS} partitions that lives for one test. */
export interface LogUnderTest {
  readonly log: EventLog
  /** The only member of the group, for all partitions; the test stops it before it makes another. */
  member(): Promise<LogConsumer>
  /** Closes the log, opens it again, and answers it. */
  reopen(): Promise<EventLog>
  /** Lets go of some of the first records of partition 0, of which there are at least 400, all committed. Answers the earliest left. */
  trim(): Promise<number>
  drop(): Promise<void>
}

export type MakeLog = () => Promise<LogUnderTest>

export const PARTITIONS = 4

/** Runs a test on a fresh log, and drops it. */
export const withLog = (make: MakeLog, run: (fresh: LogUnderTest) => Promise<void>) => async () => {
  const fresh = await make()
  try {
    await run(fresh)
  } finally {
    await fresh.drop()
  }
}
