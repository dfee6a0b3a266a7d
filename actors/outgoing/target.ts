import type { FaultCode } from '../runtime/index.ts'

/** What is to be sent to one target. */
export interface Message {
  /** The same at every attempt: a receiver that remembers ids takes it once. */
  readonly id: string
  /** Which target of its kind. */
  readonly key: string
  readonly payload: unknown
}

/**
 * How an attempt went. `code`: trying again is of no use, it goes to the dead letters at once. `expired`: it is not worth sending any more;
 * `tried`: whether it was sent.
 */
export type Attempt =
  | { readonly taken: true; readonly answer: string | null }
  | { readonly taken: false; readonly error: string; readonly code?: FaultCode }
  | { readonly taken: false; readonly error: string; readonly expired: true; readonly tried: boolean }

/** A way out of the system. Registered under the `kind` that outgoing effects name; the loop knows no kind. */
export interface TargetKind {
  /** Deliveries under way at one moment, for one target. */
  readonly atOnce: number
  /** Tried on however often it has failed: what comes next is new, and worth nothing later. Else such a target rests for a while. */
  readonly restless?: boolean
  /** Whether somebody wants nothing to be sent to this target at present: what is for it waits, and nothing counts as tried. */
  readonly isPaused?: (key: string) => Promise<boolean>
  /** Sends once, with its own time-out. A rejection counts as a failed attempt. */
  send(message: Message, signal: AbortSignal): Promise<Attempt>
}
