import type { Append, LogConsumer } from '../../runtime/index.ts'
import type { StateStore } from '../../store/port.ts'

/** What a Worker stands on: its own connections to log and store. */
export interface WorkerParts {
  readonly consumer: LogConsumer
  readonly store: StateStore
  readonly append: Append
  /** As whom it claims partitions: `<node>#<worker>`. */
  readonly owner: string
  /** After the consumer has stopped. */
  close(): Promise<void>
}
