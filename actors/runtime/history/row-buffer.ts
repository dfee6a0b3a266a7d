import type { ActorKind } from '../kind.ts'
import type { Segment } from '../ports.ts'
import { encodeSegment, type Rows } from './segment.ts'
import { summaryOf } from './summary/summarize.ts'
import { encodeTexts } from './texts.ts'

/** Columns before the values: time and offset. */
const FIXED = 2
/** Room for so many is made at first. */
const FIRST_ROWS = 8
/** Up to so many, the room grows by steps of four. */
const MANY_ROWS = 256
/** UTF-16 units of text that weigh as much as a row, and columns: rows of ever new names are wide. */
const TEXT_PER_ROW = 1024
const COLUMNS_PER_ROW = 16

/** Where a flush cuts: a segment has no more rows than this, and no more text, but at least the rows of one offset. */
export interface SegmentLimits {
  readonly segmentRows: number
  readonly segmentText: number
}

/** What is kept beside the rows of a segment: the kind says it. */
export type Sums = Pick<ActorKind, 'digest' | 'summaries'>

/** Rows of one actor that are not in a segment yet, ascending by offset. */
export class RowBuffer {
  length = 0
  #names: string[] = []
  /** What the kind named at the last row, and where each of these values goes. */
  #given: readonly string[] = []
  #places: number[] = []
  /** One column after the other, each with room for `#room` rows: a flush takes the columns as they lie. */
  #data = new Float64Array(0)
  #room = 0
  /** By row; a row without a text has none here. */
  #texts: string[] = []
  #textUnits = 0

  /** How much memory this holds, in rows of few columns: text counts by its length. */
  get weight(): number {
    return this.length * Math.max(1, this.#names.length / COLUMNS_PER_ROW) + this.#textUnits / TEXT_PER_ROW
  }

  /** `values[i]` goes with `names[i]`; missing ones are NaN. Copies. */
  add(names: readonly string[], time: number, offset: number, values: ArrayLike<number>, text = ''): void {
    if (names !== this.#given && !sameNames(names, this.#given)) this.#place(names)
    this.#given = names
    const row = this.length
    if (row === this.#room) this.#grow(Math.max(FIRST_ROWS, (row < MANY_ROWS ? 4 : 2) * row))
    const data = this.#data
    const room = this.#room
    const places = this.#places
    const given = Math.min(values.length, places.length)
    if (given < this.#names.length) this.#empty(row, row + 1)
    data[row] = time
    data[room + row] = offset
    for (let i = 0; i < given; i++) data[places[i]! * room + row] = values[i]!
    if (text !== '') {
      this.#texts[this.length] = text
      this.#textUnits += text.length
    }
    this.length++
  }

  /** Many rows of one offset; missing columns are NaN. Copies. */
  addAll(names: readonly string[], offset: number, times: Float64Array, columns: readonly Float64Array[]): void {
    if (names !== this.#given && !sameNames(names, this.#given)) this.#place(names)
    this.#given = names
    const from = this.length
    const to = from + times.length
    if (to > this.#room) this.#grow(Math.max(to, 2 * from))
    const data = this.#data
    const room = this.#room
    if (columns.length < this.#names.length) this.#empty(from, to)
    data.set(times, from)
    data.fill(offset, room + from, room + to)
    for (let i = 0; i < columns.length; i++) data.set(columns[i]!, this.#places[i]! * room + from)
    this.length = to
  }

  /** No values in the rows from..to. */
  #empty(from: number, to: number): void {
    for (let i = FIXED; i < FIXED + this.#names.length; i++) {
      this.#data.fill(NaN, i * this.#room + from, i * this.#room + to)
    }
  }

  /** Forgets what a turn added that threw. */
  truncate(length: number): void {
    this.length = length
    if (this.#texts.length > length) this.#keepTexts(this.#texts.slice(0, length))
  }

  /** Forgets the rows up to this offset: they are durable. */
  drop(offset: number): void {
    const dropped = this.#firstAfter(offset)
    if (dropped < this.length) {
      const [data, room] = [this.#data, this.#room]
      for (let at = 0; at < data.length; at += room) data.copyWithin(at, at + dropped, at + this.length)
    }
    this.length -= dropped
    if (this.#texts.length > 0) this.#keepTexts(this.#texts.slice(dropped))
  }

  #keepTexts(texts: string[]): void {
    this.#texts = texts
    this.#textUnits = texts.reduce((sum, text) => sum + text.length, 0)
  }

  /**
   * All rows as segments that follow each other, the first one beginning at `first`, the last one reaching to `last`, none
   * over the limits (but rows of one offset stay together). Empty when there are none.
   */
  segments(address: string, first: number, last: number, limits: SegmentLimits, sums?: Sums): Segment[] {
    const segments: Segment[] = []
    for (let start = 0; start < this.length;) {
      let end = this.#fitting(start, limits)
      while (end < this.length && this.#offset(end) === this.#offset(end - 1)) end++
      const until = end === this.length ? last : this.#offset(end - 1)
      segments.push(toSegment(address, first, until, this.#slice(start, end), sums))
      first = until + 1
      start = end
    }
    return segments
  }

  /** All rows; the arrays are copies. */
  rows(): Rows {
    const { times, offsets, columns, ...rest } = this.#slice(0, this.length)
    return { times: times.slice(), offsets: offsets.slice(), columns: columns.map((values) => values.slice()), ...rest }
  }

  /** The rows whose text has this in it; copies. */
  rowsWith(text: string): Rows {
    const found = this.#texts.flatMap((one, row) => (one.includes(text) ? [row] : []))
    const { names, times, offsets, columns } = this.#slice(0, this.length)
    const pick = (values: Float64Array) => Float64Array.from(found, (row) => values[row]!)
    return {
      names,
      times: pick(times),
      offsets: pick(offsets),
      columns: columns.map(pick),
      texts: found.map((row) => this.#texts[row]!),
    }
  }

  #fitting(start: number, { segmentRows, segmentText }: SegmentLimits): number {
    const most = Math.min(start + segmentRows, this.length)
    if (this.#textUnits <= segmentText) return most
    let [end, units] = [start + 1, this.#texts[start]?.length ?? 0]
    while (end < most && (units += this.#texts[end]?.length ?? 0) <= segmentText) end++
    return end
  }

  #offset(row: number): number {
    return this.#data[this.#room + row]!
  }

  #firstAfter(offset: number): number {
    let [low, high] = [0, this.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#offset(middle) <= offset) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Its columns are views of what is here. */
  #slice(start: number, end: number): Rows {
    const column = (i: number) => this.#data.subarray(i * this.#room + start, i * this.#room + end)
    return {
      names: this.#names,
      times: column(0),
      offsets: column(1),
      columns: this.#names.map((_, i) => column(FIXED + i)),
      ...(this.#texts.length > 0
        ? { texts: Array.from({ length: end - start }, (_, i) => this.#texts[start + i] ?? '') }
        : {}),
    }
  }

  /** Finds the columns of other names than before, and makes room for new ones. */
  #place(names: readonly string[]): void {
    const fresh = names.filter((name) => !this.#names.includes(name))
    if (fresh.length > 0) {
      const before = FIXED + this.#names.length
      this.#names = [...this.#names, ...fresh]
      this.#grow(this.#room)
      this.#data.fill(NaN, before * this.#room)
    }
    this.#places = names.map((name) => FIXED + this.#names.indexOf(name))
  }

  #grow(room: number): void {
    const [old, oldRoom] = [this.#data, this.#room]
    this.#data = new Float64Array((FIXED + this.#names.length) * room)
    this.#room = room
    for (let from = 0, to = 0; from < old.length; from += oldRoom, to += room) {
      this.#data.set(old.subarray(from, from + this.length), to)
    }
  }
}

/** Rows that are complete for the offsets `first`..`last`, as the store keeps them. At least one row. */
export function toSegment(address: string, first: number, last: number, rows: Rows, sums: Sums = {}): Segment {
  let [from, to] = [Infinity, -Infinity]
  for (const time of rows.times) {
    if (time < from) from = time
    if (time > to) to = time
  }
  const summary = sums.summaries ? summaryOf(rows) : undefined
  return {
    address,
    first,
    last,
    from,
    to,
    rows: rows.times.length,
    data: encodeSegment(rows),
    ...(rows.texts ? { texts: encodeTexts(rows.texts) } : {}),
    ...(sums.digest ? { digest: sums.digest(rows) } : {}),
    ...(summary ? { summary } : {}),
  }
}

/** Whether they are the same columns in the same order. */
export function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
