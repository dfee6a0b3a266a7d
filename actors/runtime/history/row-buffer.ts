import type { ActorKind } from '../kind.ts'
import type { Segment } from '../ports.ts'
import { encodeSegment, type Rows } from './segment.ts'
import { summaryOf } from './summary/summarize.ts'
import { encodeTexts } from './texts.ts'

/** Columns before the values: time and offset. */
const FIXED = 2
/** UTF-16 units of text that weigh as much as a row. */
const TEXT_PER_ROW = 1024

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
  #data = new Float64Array(0)
  /** By row; a row without a text has none here. */
  #texts: string[] = []
  #textUnits = 0

  get #width(): number {
    return FIXED + this.#names.length
  }

  /** How much memory this holds, in rows: text counts by its length. */
  get weight(): number {
    return this.length + this.#textUnits / TEXT_PER_ROW
  }

  /** `values[i]` goes with `names[i]`; missing ones are NaN. Copies. */
  add(names: readonly string[], time: number, offset: number, values: ArrayLike<number>, text = ''): void {
    if (names !== this.#given && !sameNames(names, this.#given)) this.#place(names)
    this.#given = names
    const width = this.#width
    const at = this.length * width
    if (at + width > this.#data.length) this.#data = grown(this.#data, Math.max(4 * width, 2 * at))
    const data = this.#data
    const places = this.#places
    if (places.length < width - FIXED || values.length < places.length) data.fill(NaN, at, at + width)
    data[at] = time
    data[at + 1] = offset
    const given = Math.min(values.length, places.length)
    for (let i = 0; i < given; i++) data[at + places[i]!] = values[i]!
    if (text !== '') {
      this.#texts[this.length] = text
      this.#textUnits += text.length
    }
    this.length++
  }

  /** Forgets what a turn added that threw. */
  truncate(length: number): void {
    this.length = length
    if (this.#texts.length > length) this.#keepTexts(this.#texts.slice(0, length))
  }

  /** Forgets the rows up to this offset: they are durable. */
  drop(offset: number): void {
    const width = this.#width
    const kept = this.#firstAfter(offset)
    this.#data.copyWithin(0, kept * width, this.length * width)
    this.length -= kept
    if (this.#texts.length > 0) this.#keepTexts(this.#texts.slice(kept))
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
    return this.#slice(0, this.length)
  }

  #fitting(start: number, { segmentRows, segmentText }: SegmentLimits): number {
    const most = Math.min(start + segmentRows, this.length)
    if (this.#textUnits <= segmentText) return most
    let [end, units] = [start + 1, this.#texts[start]?.length ?? 0]
    while (end < most && (units += this.#texts[end]?.length ?? 0) <= segmentText) end++
    return end
  }

  #offset(row: number): number {
    return this.#data[row * this.#width + 1]!
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

  #slice(start: number, end: number): Rows {
    const width = this.#width
    const column = (at: number): Float64Array => {
      const values = new Float64Array(end - start)
      for (let i = 0; i < values.length; i++) values[i] = this.#data[(start + i) * width + at]!
      return values
    }
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

  /** Finds the places of other names than before, and makes room for new ones. */
  #place(names: readonly string[]): void {
    const fresh = names.filter((name) => !this.#names.includes(name))
    if (fresh.length > 0) {
      const [old, width] = [this.#data, this.#width]
      const wider = new Float64Array(Math.max(4, this.length + 1) * (width + fresh.length)).fill(NaN)
      for (let row = 0; row < this.length; row++) {
        wider.set(old.subarray(row * width, (row + 1) * width), row * (width + fresh.length))
      }
      this.#names = [...this.#names, ...fresh]
      this.#data = wider
    }
    this.#places = names.map((name) => FIXED + this.#names.indexOf(name))
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

function grown(data: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(length)
  longer.set(data)
  return longer
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
