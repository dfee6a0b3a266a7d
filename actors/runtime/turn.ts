import type { Actor, Timer } from './actor.ts'
import { RowBuffer } from './history/row-buffer.ts'
import type { EmitOptions, Turn } from './kind.ts'
import type { Effect } from './ports.ts'
import type { LogRecord, NewRecord } from './record.ts'

/** The one turn of a partition, filled anew for each record. What a reducer asks for waits here until it has returned. */
export class CurrentTurn implements Turn {
  readonly partition: number
  readonly #maxMessage: number
  #actor!: Actor
  #record!: LogRecord
  /** Whether anything but the state was touched: most turns have nothing to settle. */
  touched = false
  hasChanged = false
  /** Whether an effect cannot wait for the next flush. */
  isUrgent = false
  readonly effects: Effect[] = []
  readonly messages: NewRecord[] = []
  /** null: cleared. */
  readonly timers: [name: string, timer: Timer | null][] = []
  /** Rows that the actor had before this turn, -1 when it added none, and what they weighed. */
  rowsBefore = -1
  weightBefore = 0
  takenAt = 0

  constructor(partition: number, maxMessage: number) {
    this.partition = partition
    this.#maxMessage = maxMessage
  }

  begin(actor: Actor, record: LogRecord): void {
    this.#actor = actor
    this.#record = record
  }

  get address(): string {
    return this.#actor.address
  }

  get offset(): number {
    return this.#record.offset
  }

  get at(): number {
    return this.#record.at
  }

  get id(): string {
    return this.#record.id
  }

  get text(): string {
    return this.#record.value
  }

  /** Forgets everything; after a throw also the rows. To empty an array costs a third of a turn, so empty ones are left alone. */
  reset(threw: boolean): void {
    if (threw && this.rowsBefore >= 0) this.#actor.rows!.truncate(this.rowsBefore)
    this.touched = false
    this.hasChanged = false
    this.isUrgent = false
    if (this.effects.length > 0) this.effects.length = 0
    if (this.messages.length > 0) this.messages.length = 0
    if (this.timers.length > 0) this.timers.length = 0
    this.rowsBefore = -1
  }

  get actorId(): string {
    return this.#actor.id
  }

  /** The next output's id: effects and messages of a turn count together. */
  get #outputId(): string {
    return `${this.partition}-${this.offset}-${this.effects.length + this.messages.length}`
  }

  emit(collection: string, at: number, body: object, options?: EmitOptions): string {
    this.touched = true
    if (options?.urgent === true) this.isUrgent = true
    const id = this.#outputId
    this.effects.push({ collection, id, address: this.address, at, body: JSON.stringify(body) })
    return id
  }

  send(record: NewRecord): void {
    this.touched = true
    if (!/^[^/\t\r\n]+\/[^\t\r\n]+$/.test(record.key)) throw new TypeError(`${record.key} is no address`)
    if (record.value.length > this.#maxMessage) throw new RangeError(`a message of ${record.value.length} characters`)
    this.messages.push({ ...record, source: this.#outputId })
  }

  setTimer(name: string, dueMs: number, type: string, value?: unknown): void {
    this.touched = true
    if (!Number.isFinite(dueMs)) throw new RangeError(`timer ${name} is due at ${dueMs}`)
    this.timers.push([name, { due: dueMs, type, value: JSON.stringify(value ?? null) }])
  }

  clearTimer(name: string): void {
    this.touched = true
    this.timers.push([name, null])
  }

  row(time: number, values: ArrayLike<number>, text = ''): void {
    const names = this.#columns()
    if (!Number.isFinite(time)) throw new RangeError(`a row at ${time}`)
    const { definition } = this.#actor.kind
    if (text !== '' && (!definition.historyText || text.includes('\n'))) {
      throw new TypeError(`${definition.kind} keeps no such text in its history`)
    }
    this.#buffer()?.add(names, time, this.offset, values, text)
  }

  rows(times: Float64Array, columns: readonly Float64Array[]): void {
    const names = this.#columns()
    if (columns.length > names.length || columns.some(({ length }) => length !== times.length)) {
      throw new RangeError(`columns that are not those of ${this.address}`)
    }
    for (let i = 0; i < times.length; i++) {
      if (!Number.isFinite(times[i]!)) throw new RangeError(`a row at ${times[i]}`)
    }
    this.#buffer()?.addAll(names, this.offset, times, columns)
  }

  #columns(): readonly string[] {
    const { kind, state } = this.#actor
    const names = kind.definition.history?.(state)
    if (names === undefined) throw new TypeError(`${kind.definition.kind} keeps no history`)
    return names
  }

  /** Where rows of this turn go. Undefined: the store is ahead of this owner, another one wrote these rows already. */
  #buffer(): RowBuffer | undefined {
    const actor = this.#actor
    if (this.offset <= actor.rowsTo) return undefined
    this.touched = true
    actor.rows ??= new RowBuffer()
    if (this.rowsBefore < 0) {
      this.rowsBefore = actor.rows.length
      this.weightBefore = actor.rows.weight
    }
    return actor.rows
  }

  changed(): void {
    this.touched = true
    this.hasChanged = true
  }
}
