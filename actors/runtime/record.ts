/** A place in the log: `offset` counts the records of one partition from 0 upwards; gaps may occur. */
export interface Position {
  readonly partition: number
  readonly offset: number
}

/** Ends the family of an id, where it has one: ids of one family can be found together. No other text of ours holds this sign. */
export const ID_PARTS = '\u001f'

/** A record to append. The log chooses the partition from `key` ({@link partitionOf}) and sets offset and time. */
export interface NewRecord {
  /** Address of the actor, `kind/id`. No tab, no line end. */
  readonly key: string
  /** Which entry of the kind's `on` table applies it. Types that begin with `$` belong to the runtime. */
  readonly type: string
  /** JSON text on one line, as `JSON.stringify` gives it. */
  readonly value: string
  /**
   * Identity for de-duplication within the address: the same id is applied once, as long as the history lives that it brought, or, for a kind
   * without history, for a week at least. Empty or absent: none.
   */
  readonly id?: string
  /** Who sent it, when a turn did: `partition-offset-n`, its n-th output, the same on every replay. Empty or absent: nobody inside. */
  readonly source?: string
  /** `traceparent` of the request behind it, for the few that are followed. It changes nothing. Empty or absent: none. */
  readonly trace?: string
  /** Its maker knows that none of its fields holds a line end, or a tab where none may be: the log need not look again. */
  readonly isClean?: boolean
}

/** A record as the log gives it back. `value` stays text until the turn loop knows that the record is new to its actor. */
export interface LogRecord {
  readonly offset: number
  /** Epoch milliseconds, set at the append, never going back within a partition. Timers and retention live on it. */
  readonly at: number
  readonly key: string
  readonly type: string
  readonly value: string
  readonly id: string
  readonly source: string
  /** As in {@link NewRecord}; absent: none. */
  readonly trace?: string
}

/** `<partition>-<offset>`, as the HTTP answers write it. */
export const formatPosition = ({ partition, offset }: Position): string => `${partition}-${offset}`
