import { CLEAN, type Actor, type LastMessage } from './actor.ts'
import { TIMER, type AlarmClock, type TimerRecord } from './alarm-clock.ts'
import type { FaultCode } from './faults.ts'
import type { Guards } from './guards.ts'
import type { Reduce } from './kind.ts'
import type { Limits } from './limits.ts'
import type { Outputs } from './outputs.ts'
import type { AppliedId, Clock, TurnStore } from './ports.ts'
import type { LogRecord } from './record.ts'
import type { Snapshotter } from './snapshotter.ts'
import { countFailure, deadLetter, release, RELEASE } from './supervision.ts'
import type { Table } from './table.ts'
import { CurrentTurn } from './turn.ts'

const DOLLAR = 36
/** The clock is asked once in so many records: asking costs a tenth of a turn. */
const CLOCK_EVERY = 64
/** Records kept for inspection. */
const RECENT = 256

/** What the loop works on: all of one partition. */
export interface TurnLoopParts {
  readonly partition: number
  readonly table: Table
  readonly outputs: Outputs
  readonly snapshotter: Snapshotter
  readonly alarmClock: AlarmClock
  readonly store: TurnStore
  readonly clock: Clock
  readonly limits: Limits
  readonly guards: Guards
  /** Bumped at the actor's slot with each record that it deals with. */
  readonly versions: Int32Array
}

/**
 * Applies records in chunks of two passes. The first finds the actors, and what is known of the records' ids, with at most one
 * query each. The second is synchronous: one turn after the other, nothing else in between, no promise and no closure a record.
 */
export class TurnLoop {
  readonly #parts: TurnLoopParts
  readonly #turn: CurrentTurn
  /** Actor of each record of the prepared chunk. Undefined: nobody knows its kind. */
  readonly #actors: (Actor | undefined)[] = []
  /** Id of each record of the prepared chunk, and the offset that first applied it, -1 for none. Empty when no record has one. */
  readonly #ids: (AppliedId | undefined)[] = []
  readonly #firstOffsets: number[] = []
  // The last reducer found: neighbours in the log mostly share kind and type.
  #lastType = ''
  #lastKind: Actor['kind'] | undefined
  #lastReduce: Reduce<unknown> | undefined

  /** Offset behind the last record dealt with. */
  position = 0
  /** First record that waits for an actor which this node may not touch. */
  refusedFrom = Infinity
  /** Actors that said so, with their offset. */
  changed = new Map<string, number>()
  readonly counts = { applied: 0, skipped: 0, duplicates: 0, deadLetters: 0, quarantines: 0 }
  /** The latest records, whatever became of them: a ring that is written over. */
  readonly #recent: LogRecord[] = []
  #recentNext = 0

  constructor(parts: TurnLoopParts) {
    this.#parts = parts
    this.#turn = new CurrentTurn(parts.partition, parts.limits.maxMessage)
  }

  /** First pass. Undefined when nothing has to be asked for; rejects when the store does not answer. */
  prepare(records: readonly LogRecord[], from: number, to: number): Promise<void> | undefined {
    const { table } = this.#parts
    let missing = false
    let withId = false
    for (let i = from; i < to; i++) {
      const record = records[i]!
      const actor = table.get(record.key)
      this.#actors[i - from] = actor
      if (actor === undefined) missing = true
      if (record.id !== '') withId = true
    }
    this.#ids.length = 0
    this.#firstOffsets.length = 0
    if (missing) return this.#load(records, from, to).then(() => (withId ? this.#ask(records, from, to) : undefined))
    return withId ? this.#ask(records, from, to) : undefined
  }

  async #load(records: readonly LogRecord[], from: number, to: number): Promise<void> {
    const { table, alarmClock } = this.#parts
    const missing = new Set<string>()
    for (let i = from; i < to; i++) {
      const { key } = records[i]!
      if (this.#actors[i - from] === undefined && table.kindOf(key) !== undefined) missing.add(key)
    }
    if (missing.size === 0) return
    // A snapshot may be newer than what was due at the opening: another owner wrote it.
    for (const actor of await table.load([...missing])) alarmClock.scheduleAll(actor)
    for (let i = from; i < to; i++) this.#actors[i - from] ??= table.get(records[i]!.key)
  }

  async #ask(records: readonly LogRecord[], from: number, to: number): Promise<void> {
    const { store, outputs } = this.#parts
    const asked: AppliedId[] = []
    const places: number[] = []
    for (let i = from; i < to; i++) {
      const record = records[i]!
      const place = i - from
      this.#firstOffsets[place] = -1
      if (record.id === '' || record.offset <= (this.#actors[place]?.offset ?? Infinity)) continue
      const id = this.#idOf(record, place)
      // Taken now: by the time the store answers, a flush may have made it durable and forgotten it here.
      const known = outputs.firstOffset(id)
      if (known === undefined) {
        asked.push(id)
        places.push(place)
      } else this.#firstOffsets[place] = known
    }
    if (asked.length === 0) return
    const found = await store.findIds(asked)
    for (let n = 0; n < found.length; n++) this.#firstOffsets[places[n]!] = found[n]!
  }

  /** The id of a record of the prepared chunk: made once, for it has to be hashed. */
  #idOf({ key, id, offset }: LogRecord, place: number): AppliedId {
    const { partition, store } = this.#parts
    return (this.#ids[place] ??= { address: key, id, partition, offset, hash: store.hashOf(id) })
  }

  /** When the records at hand were taken from the log, epoch ms. */
  set takenAt(now: number) {
    this.#turn.takenAt = now
  }

  /** Second pass over a prepared chunk. Returns where it stopped: at its end, or when its time was over. */
  run(records: readonly LogRecord[], from: number, to: number): number {
    const { clock, limits, guards } = this.#parts
    const started = clock.now()
    let next = from
    while (next < to) {
      const record = records[next]!
      const actor = this.#actors[next - from]
      if (actor === undefined) this.#unknownKind(record)
      else if (record.offset > actor.offset || !guards.duplicateSkip) this.#apply(actor, record, next - from)
      else this.counts.skipped++
      next++
      if (next % CLOCK_EVERY === 0 && clock.now() - started >= limits.chunkMs) break
    }
    for (let i = Math.max(from, next - RECENT); i < next; i++) this.#recent[this.#recentNext++ % RECENT] = records[i]!
    this.position = Math.max(this.position, records[next - 1]!.offset + 1)
    return next
  }

  #apply(actor: Actor, record: LogRecord, place: number): void {
    if (actor.refusal !== undefined) {
      this.refusedFrom = Math.min(this.refusedFrom, record.offset)
      return
    }
    if (record.source !== '' && this.#isRepeatedMessage(actor, record)) this.counts.duplicates++
    else if (record.id !== '' && this.#isDuplicate(record, place)) this.#repeated(actor, record)
    else if (this.#run(actor, record)) {
      this.counts.applied++
      if (record.id !== '') this.#parts.outputs.applied(this.#idOf(record, place))
    }

    const { offset } = record
    actor.offset = offset
    actor.at = record.at
    actor.used = true
    // A record that the store's snapshot includes already leaves nothing to write.
    if (actor.dirtyFrom === CLEAN && offset > actor.stored) this.#parts.snapshotter.mark(actor, offset)
    Atomics.add(this.#parts.versions, actor.slot, 1)
  }

  /** Whether there was a turn. */
  #run(actor: Actor, record: LogRecord): boolean {
    if (record.type.charCodeAt(0) === DOLLAR) return this.#runtimeRecord(actor, record)
    if (actor.quarantine !== undefined) return this.#quarantined(actor, record)
    return this.#reduce(actor, record, this.#reducerOf(actor, record.type), record.type, record.value)
  }

  #reducerOf({ kind }: Actor, type: string): Reduce<unknown> | undefined {
    if (type !== this.#lastType || kind !== this.#lastKind) {
      this.#lastReduce = kind.on.get(type)
      this.#lastKind = kind
      this.#lastType = type
    }
    return this.#lastReduce
  }

  /** An id that was applied before: the kind may count it, and that is all. */
  #repeated(actor: Actor, record: LogRecord): void {
    this.counts.duplicates++
    const { repeated } = actor.kind.definition
    if (repeated === undefined || actor.quarantine !== undefined || !Object.hasOwn(repeated, record.type)) return
    this.#reduce(actor, record, repeated[record.type], record.type, record.value)
  }

  /** One turn, which counts only if it did not throw. */
  #reduce(actor: Actor, record: LogRecord, reduce: Reduce<unknown> | undefined, type: string, value: string): boolean {
    const turn = this.#turn
    if (reduce === undefined) {
      return this.#bury('UNKNOWN_TYPE', `${actor.kind.definition.kind} has no ${type}`, record)
    }
    turn.begin(actor, record)
    let code: FaultCode = 'UNREADABLE_RECORD'
    try {
      const { read } = actor.kind
      const parsed = read.size === 0 ? JSON.parse(value) : (read.get(type) ?? JSON.parse)(value)
      code = 'POISON'
      reduce(actor.state, parsed as never, turn)
    } catch (error) {
      this.#threw(actor, record, code, error)
      return false
    }
    if (turn.touched) this.#settle(actor, record)
    return true
  }

  /** Hands over what a turn has asked for. */
  #settle(actor: Actor, { offset }: LogRecord): void {
    const { outputs, alarmClock, snapshotter } = this.#parts
    const turn = this.#turn
    for (const effect of turn.effects) outputs.emit(offset, effect)
    if (turn.isUrgent) outputs.urgent = true
    for (const message of turn.messages) outputs.outbox.add(offset, message)
    for (const [name, timer] of turn.timers) {
      if (timer === null) actor.timers?.delete(name)
      else {
        actor.timers ??= new Map()
        actor.timers.set(name, timer)
        alarmClock.schedule(actor.address, timer.due)
      }
    }
    if (turn.rowsBefore >= 0) snapshotter.pendingRows += actor.rows!.weight - turn.weightBefore
    if (turn.hasChanged) this.changed.set(actor.address, offset)
    turn.reset(false)
  }

  /** A poison record: undone, buried, and the actor goes on until there are too many of them. */
  #threw(actor: Actor, record: LogRecord, code: FaultCode, error: unknown): void {
    if (this.#parts.guards.undoOnThrow) this.#turn.reset(true)
    else this.#settle(actor, record)
    this.#bury(code, error, record)
    countFailure(actor, record, error, this.#parts.limits)
    if (actor.quarantine !== undefined) this.counts.quarantines++
  }

  #quarantined(actor: Actor, record: LogRecord): false {
    const { since, offset, error } = actor.quarantine!
    return this.#bury('QUARANTINED', `since record ${offset} of ${new Date(since).toISOString()}: ${error}`, record)
  }

  #unknownKind(record: LogRecord): void {
    this.#bury('UNKNOWN_KIND', `no kind has the address ${record.key}`, record)
  }

  /** The record was no turn. */
  #bury(code: FaultCode, error: unknown, record: LogRecord): false {
    this.counts.deadLetters++
    const { outputs, partition } = this.#parts
    outputs.emit(record.offset, deadLetter(code, error, record, partition))
    // Somebody may have sent it a moment ago, and waits to see what became of it.
    outputs.urgent = true
    return false
  }

  #runtimeRecord(actor: Actor, record: LogRecord): boolean {
    if (record.type === TIMER) return this.#timer(actor, record)
    if (record.type !== RELEASE) return this.#bury('UNKNOWN_TYPE', `the runtime has no ${record.type}`, record)
    release(actor)
    this.#parts.alarmClock.scheduleAll(actor)
    return false
  }

  /** Disarms first: the reducer may arm the same timer again, and one that throws must not fire for ever. */
  #timer(actor: Actor, record: LogRecord): boolean {
    let timerRecord: TimerRecord
    try {
      timerRecord = JSON.parse(record.value)
    } catch (error) {
      return this.#bury('UNREADABLE_RECORD', error, record)
    }
    const timer = actor.timers?.get(timerRecord.name)
    // A quarantined actor's timers wait for its release.
    if (timer === undefined || actor.quarantine !== undefined) return false
    if (timer.due !== timerRecord.due && this.#parts.guards.timerStillArmed) return false
    actor.timers!.delete(timerRecord.name)
    return this.#reduce(actor, record, this.#reducerOf(actor, timer.type), timer.type, timer.value)
  }

  /** Whether this message was dealt with before. If not, it counts as dealt with from now on, whatever its turn does. */
  #isRepeatedMessage(actor: Actor, { source }: LogRecord): boolean {
    const [partition, offset, n] = source.split('-').map(Number)
    const message: LastMessage = { offset: offset!, n: n! }
    const last = actor.senders?.get(partition!)
    const repeated =
      last !== undefined && (message.offset < last.offset || (message.offset === last.offset && message.n <= last.n))
    if (repeated && this.#parts.guards.receiverDeduplication) return true
    actor.senders ??= new Map()
    actor.senders.set(partition!, message)
    return false
  }

  /** An id that was first applied before this record. Its own position means that this is a replay. */
  #isDuplicate(record: LogRecord, place: number): boolean {
    let first = this.#firstOffsets[place] ?? -1
    if (first < 0) first = this.#parts.outputs.firstOffset(this.#idOf(record, place)) ?? -1
    return first >= 0 && (first < record.offset || !this.#parts.guards.lowerPositionIsDuplicate)
  }

  /** The actor's records among the partition's latest, newest first. */
  recent(address: string): { offset: number; type: string; at: number }[] {
    return this.#recent
      .filter(({ key }) => key === address)
      .map(({ offset, type, at }) => ({ offset, type, at }))
      .sort((a, b) => b.offset - a.offset)
  }
}
