import {
  columnBytes,
  CONSTANT,
  decodeColumn,
  encodeColumn,
  summarize,
  summaryOfConstant,
  type EncodedColumn,
  type Summary,
} from './column.ts'

/**
 * Bytes of a segment, little-endian: format u8, rows u32, columns u16, then a head per column (name length u16, name in UTF-8,
 * form u8, base f64, count u32 and, unless it is constant, sum, min, max, squares f64), then the columns themselves in the
 * same order. The first two columns have no name: times and offsets. A format that was written is never changed.
 */
const FORMAT = 1
const HEAD = 15
const SUMMARY = 32

/** History rows, column by column; all arrays of one length; offsets ascend. NaN: no value. */
export interface Rows {
  readonly names: readonly string[]
  readonly times: Float64Array
  readonly offsets: Float64Array
  readonly columns: readonly Float64Array[]
  /** One line a row, '' for none; absent when no row has one. Not among the bytes of the columns: `encodeTexts`. */
  readonly texts?: readonly string[]
}

/** Names and numbers to bytes. Columns without any value are left out. */
export function encodeSegment(rows: Rows): Uint8Array {
  const kept = rows.columns.flatMap((values, i) => {
    const summary = summarize(values)
    return summary.count > 0 ? [{ name: encoder.encode(rows.names[i]), summary, column: encodeColumn(values) }] : []
  })
  const all = [rows.times, rows.offsets]
    .map((values) => ({ name: NO_NAME, summary: summarize(values), column: encodeColumn(values) }))
    .concat(kept)
  const size = all.reduce((sum, { name, column }) => sum + headBytes(name.length, column.form) + column.bytes.length, 7)
  const data = new Uint8Array(size)
  const view = new DataView(data.buffer)
  view.setUint8(0, FORMAT)
  view.setUint32(1, rows.times.length, true)
  view.setUint16(5, all.length, true)
  let at = 7
  for (const { name, summary, column } of all) {
    view.setUint16(at, name.length, true)
    data.set(name, at + 2)
    at += 2 + name.length
    view.setUint8(at, column.form)
    view.setFloat64(at + 1, column.base, true)
    view.setUint32(at + 9, summary.count, true)
    at += HEAD - 2
    if (column.form === CONSTANT) continue
    view.setFloat64(at, summary.sum, true)
    view.setFloat64(at + 8, summary.min, true)
    view.setFloat64(at + 16, summary.max, true)
    view.setFloat64(at + 24, summary.squares, true)
    at += SUMMARY
  }
  for (const { column } of all) {
    data.set(column.bytes, at)
    at += column.bytes.length
  }
  return data
}

/** A segment whose heads are read and whose columns wait to be asked for. */
export interface OpenSegment {
  readonly rows: number
  readonly names: readonly string[]
  times(): Float64Array
  offsets(): Float64Array
  /** Undefined: no row has this value. */
  column(name: string): Float64Array | undefined
  summary(name: string): Summary | undefined
}

/** Reads the heads only. Throws RangeError on bytes that are no segment of a format known here. */
export function openSegment(data: Uint8Array): OpenSegment {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  if (view.getUint8(0) !== FORMAT) throw new RangeError(`segment format ${view.getUint8(0)} is not known`)
  const rows = view.getUint32(1, true)
  const columns = view.getUint16(5, true)
  const heads: { form: number; base: number; summary: Summary }[] = []
  const places = new Map<string, number>()
  let at = 7
  for (let i = 0; i < columns; i++) {
    const length = view.getUint16(at, true)
    if (i >= 2) places.set(decoder.decode(data.subarray(at + 2, at + 2 + length)), i)
    at += 2 + length
    const [form, base, count] = [view.getUint8(at), view.getFloat64(at + 1, true), view.getUint32(at + 9, true)]
    at += HEAD - 2
    if (form === CONSTANT) {
      heads.push({ form, base, summary: summaryOfConstant(base, count) })
      continue
    }
    const [sum, min, max, squares] = [0, 8, 16, 24].map((from) => view.getFloat64(at + from, true))
    heads.push({ form, base, summary: { count, sum: sum!, min: min!, max: max!, squares: squares! } })
    at += SUMMARY
  }
  const starts = heads.map(({ form }) => (at += columnBytes(form, rows)) - columnBytes(form, rows))
  if (at > data.length) throw new RangeError('segment is cut short')

  const decode = (i: number): Float64Array => {
    const { form, base, summary } = heads[i]!
    const column: EncodedColumn = { form, base, bytes: data.subarray(starts[i]!, starts[i]! + columnBytes(form, rows)) }
    return decodeColumn(column, rows, summary.count < rows)
  }
  return {
    rows,
    names: [...places.keys()],
    times: () => decode(0),
    offsets: () => decode(1),
    column: (name) => (places.has(name) ? decode(places.get(name)!) : undefined),
    summary: (name) => (places.has(name) ? heads[places.get(name)!]!.summary : undefined),
  }
}

const encoder = new TextEncoder()
// A name may begin with the mark that decoders pass over.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const NO_NAME = new Uint8Array(0)

const headBytes = (nameLength: number, form: number): number => HEAD + nameLength + (form === CONSTANT ? 0 : SUMMARY)
