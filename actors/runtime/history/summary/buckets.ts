import { ByteWriter, type ByteReader } from './bytes.ts'
import type { MomentsSum } from './moments.ts'
import type { SketchSum } from './sketch.ts'
import type { ColumnSums } from './summarize.ts'
import { openPart } from './totals.ts'

/**
 * The rows of a segment by the time they tell of, in buckets of equal width that begin at whole multiples of it: each width divides the
 * next one, so ranges that people and pages ask for cut few buckets. Bytes: format u8, names; then each name, the length of its part,
 * the part. Integers little-endian. A format that was written is never changed.
 */
const FORMAT = 1
/** Milliseconds. */
const WIDTHS = [
  1, 10, 50, 250, 1000, 5000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000,
] as const
/** What a bucket holds at least, where the rows lie as dense as in their middle half. */
const ROWS_EACH = 32
/** Figures of a bucket of two values or more: sum, rest, min, max, spread. */
const FIGURES = 5

type Codes = Uint8Array | Uint16Array | Uint32Array

/** The buckets of one name. */
export interface Buckets {
  readonly width: number
  /** Time of the earliest row of each, epoch ms, ascending: a range that begins or ends between the rows of two cuts neither. */
  readonly firsts: Float64Array
  /** From there to its latest row, ms, rounded up. */
  readonly lengths: Uint32Array
  /** Values in each, perhaps 0. */
  readonly counts: Uint32Array
  /** {@link FIGURES} of each. */
  readonly figures: Float64Array
  /** Sketch classes of all values, bucket by bucket, as they count from `base`. */
  readonly codes: Codes
  readonly base: number
  /** The greatest class. */
  readonly top: number
  /** Bytes in memory. */
  readonly size: number
}

function widthFor(times: Float64Array): number {
  const sorted = isAscending(times) ? times : times.slice().sort()
  const n = sorted.length
  const middle = sorted[Math.floor((n * 3) / 4)]! - sorted[Math.floor(n / 4)]!
  const wanted = (middle / Math.max(1, n / 2)) * ROWS_EACH
  return WIDTHS.find((width) => width >= wanted) ?? WIDTHS.at(-1)!
}

/** Which rows stand in which bucket. */
export interface BucketOrder {
  readonly width: number
  /** As {@link Buckets} has them. */
  readonly firsts: Float64Array
  readonly lengths: Uint32Array
  /** Behind which row each bucket ends. */
  readonly ends: Uint32Array
  /** A column's values bucket by bucket, in each as they came; the column itself if they are so already. */
  sort(values: Float64Array): Float64Array
}

/** Of rows of these times; at least one. */
export function bucketOrder(times: Float64Array): BucketOrder {
  const width = widthFor(times)
  const numbers = new Float64Array(times.length)
  for (let i = 0; i < times.length; i++) numbers[i] = Math.floor(times[i]! / width)
  const order = orderOf(numbers)
  return {
    width,
    ...(order === undefined ? runsOf(numbers, times) : runsOf(pick(numbers, order), pick(times, order))),
    sort: (values) => (order === undefined ? values : pick(values, order)),
  }
}

function pick(values: Float64Array, order: Uint32Array): Float64Array {
  const picked = new Float64Array(order.length)
  for (let i = 0; i < order.length; i++) picked[i] = values[order[i]!]!
  return picked
}

/** Sums up columns by time. */
export function encodeBuckets(order: BucketOrder, columns: readonly ColumnSums[]): Uint8Array {
  const all = new ByteWriter()
  all.u8(FORMAT)
  all.varint(columns.length)
  for (const column of columns) {
    const part = partOf(order, column)
    all.text(column.name)
    all.varint(part.length)
    all.raw(part)
  }
  return all.bytes()
}

function isAscending(numbers: Float64Array): boolean {
  for (let i = 1; i < numbers.length; i++) if (numbers[i - 1]! > numbers[i]!) return false
  return true
}

/**
 * Places of the rows by bucket, equal ones as they came; undefined when they stand so already. Bucket and place go into one number, for a
 * sort without a comparator.
 */
function orderOf(numbers: Float64Array): Uint32Array | undefined {
  if (isAscending(numbers)) return undefined
  const places = Uint32Array.from(numbers, (_, i) => i)
  const least = numbers.reduce((a, b) => Math.min(a, b))
  const greatest = numbers.reduce((a, b) => Math.max(a, b))
  const rows = numbers.length
  if ((greatest - least + 1) * rows > Number.MAX_SAFE_INTEGER) {
    return places.sort((a, b) => numbers[a]! - numbers[b]! || a - b)
  }
  const packed = numbers.map((number, i) => (number - least) * rows + i).sort()
  return places.map((_, i) => packed[i]! % rows)
}

function runsOf(numbers: Float64Array, times: Float64Array): Pick<BucketOrder, 'firsts' | 'lengths' | 'ends'> {
  const firsts: number[] = []
  const lengths: number[] = []
  const ends: number[] = []
  for (let from = 0, to = 0; from < numbers.length; from = to) {
    let [first, last] = [times[from]!, times[from]!]
    for (to = from + 1; to < numbers.length && numbers[to] === numbers[from]; to++) {
      const time = times[to]!
      if (time < first) first = time
      else if (time > last) last = time
    }
    firsts.push(first)
    lengths.push(Math.ceil(last - first))
    ends.push(to)
  }
  return { firsts: Float64Array.from(firsts), lengths: Uint32Array.from(lengths), ends: Uint32Array.from(ends) }
}

function partOf({ width, firsts, lengths }: BucketOrder, { moments, classes }: ColumnSums): Uint8Array {
  const counts = new Uint32Array(firsts.length)
  const figures = new Float64Array(FIGURES * firsts.length)
  let written = 0
  for (let b = 0; b < firsts.length; b++) {
    const { count, sum, rest, min, max, spread } = moments[b]!
    counts[b] = count
    // Of one value alone: the sum would not know −0.
    if (count > 0) figures[written++] = count === 1 ? min : sum
    if (count > 1) {
      figures[written++] = rest
      figures[written++] = min
      figures[written++] = max
      figures[written++] = spread
    }
  }
  let [base, top] = [0, 0]
  for (let i = 0; i < classes.length; i++) {
    if (i === 0 || classes[i]! < base) base = classes[i]!
    if (i === 0 || classes[i]! > top) top = classes[i]!
  }
  const bytesEach = top - base <= 0xff ? 1 : top - base <= 0xffff ? 2 : 4
  const codes = codesOn(bytesEach, new ArrayBuffer(bytesEach * classes.length))
  for (let i = 0; i < codes.length; i++) codes[i] = classes[i]! - base
  const part = new ByteWriter()
  part.f64(width)
  part.u32(firsts.length)
  part.u32(8 * written)
  part.u32(codes.length)
  part.u8(bytesEach)
  part.u32(base >>> 0)
  part.u32(top >>> 0)
  for (const array of [firsts, lengths, counts, codes, figures.subarray(0, written)]) {
    part.raw(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
  }
  return part.bytes()
}

/** The buckets of one name; undefined when no row has it. Throws RangeError on bytes of another format. */
export function bucketsOf(bytes: Uint8Array, name: string): Buckets | undefined {
  const reader = openPart(bytes, FORMAT, name)
  if (reader === undefined) return undefined
  const width = reader.f64()
  const [length, figureBytes, values] = [reader.u32(), reader.u32(), reader.u32()]
  const bytesEach = reader.u8()
  const base = reader.u32() | 0
  const top = reader.u32() | 0
  const firsts = new Float64Array(taken(reader, bytes, 8 * length))
  const lengths = new Uint32Array(taken(reader, bytes, 4 * length))
  const counts = new Uint32Array(taken(reader, bytes, 4 * length))
  const codes = codesOn(bytesEach, taken(reader, bytes, bytesEach * values))
  const packed = new Float64Array(taken(reader, bytes, figureBytes))
  const figures = new Float64Array(FIGURES * length)
  for (let b = 0, at = 0; b < length; b++) {
    const to = FIGURES * b
    const count = counts[b]!
    if (count === 1) {
      figures[to] = figures[to + 2] = figures[to + 3] = packed[at++]!
    } else if (count > 1) {
      for (let f = 0; f < FIGURES; f++) figures[to + f] = packed[at++]!
    }
  }
  const size = 56 * length + codes.byteLength
  return { width, firsts, lengths, counts, figures, codes, base, top, size }
}

function codesOn(bytesEach: number, buffer: ArrayBuffer): Codes {
  return bytesEach === 1 ? new Uint8Array(buffer) : bytesEach === 2 ? new Uint16Array(buffer) : new Uint32Array(buffer)
}

/** A copy, so that an array of wider numbers can lie on it. */
function taken(reader: ByteReader, bytes: Uint8Array, length: number): ArrayBuffer {
  const from = reader.at
  reader.at += length
  if (reader.at > bytes.length) throw new RangeError('a summary is cut short')
  return bytes.slice(from, reader.at).buffer as ArrayBuffer
}

export function addBucket(to: MomentsSum, { counts, figures }: Buckets, b: number): void {
  const at = FIGURES * b
  to.addFigures(counts[b]!, figures[at]!, figures[at + 1]!, figures[at + 2]!, figures[at + 3]!, figures[at + 4]!)
}

/** Adds the classes of the buckets for which `wanted` is not 0. */
export function addClasses(to: SketchSum, { counts, codes, base, top }: Buckets, wanted: Uint8Array): void {
  // Neighbours go together: mostly all that are wanted are.
  for (let b = 0, at = 0; b < counts.length;) {
    if (wanted[b] === 0) {
      at += counts[b++]!
      continue
    }
    const from = at
    while (b < counts.length && wanted[b] !== 0) at += counts[b++]!
    to.addCodes(codes, base, top, from, at)
  }
}
