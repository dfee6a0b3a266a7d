import { ByteReader, ByteWriter } from './bytes.ts'
import { type Moments, MomentsSum } from './moments.ts'
import { sketchOf, type Sketch } from './sketch.ts'
import type { ColumnSums } from './summarize.ts'

/** What all values of a name in a segment come to. */
export interface Totals extends Moments {
  readonly sketch: Sketch
}

/** Bytes: format u8, names; then each name, the length of its part, the part. A format that was written is never changed. */
const FORMAT = 1

/** Sums up columns as a whole. */
export function encodeTotals(columns: readonly ColumnSums[]): Uint8Array {
  const all = new ByteWriter()
  all.u8(FORMAT)
  all.varint(columns.length)
  for (const { name, moments, classes } of columns) {
    const whole = new MomentsSum()
    for (const one of moments) whole.add(one)
    const part = new ByteWriter()
    writeMoments(part, whole)
    writeSketch(part, sketchOf(classes))
    all.text(name)
    all.varint(part.length)
    all.raw(part.bytes())
  }
  return all.bytes()
}

/** The totals of one name; undefined when no row has it. Throws RangeError on bytes of another format. */
export function totalsOf(bytes: Uint8Array, name: string): Totals | undefined {
  const reader = openPart(bytes, FORMAT, name)
  return reader && { ...readMoments(reader), sketch: readSketch(reader) }
}

/** Skips to the part of a name. */
export function openPart(bytes: Uint8Array, format: number, name: string): ByteReader | undefined {
  const reader = new ByteReader(bytes)
  const found = reader.u8()
  if (found !== format) throw new RangeError(`summary format ${found} is not known`)
  for (let left = reader.varint(); left > 0; left--) {
    const isIt = reader.text() === name
    const length = reader.varint()
    if (isIt) return reader
    reader.at += length
  }
  return undefined
}

function writeMoments(to: ByteWriter, { count, sum, rest, min, max, spread }: Moments): void {
  to.varint(count)
  for (const figure of [sum, rest, min, max, spread]) to.f64(figure)
}

function readMoments(from: ByteReader): Moments {
  const count = from.varint()
  return { count, sum: from.f64(), rest: from.f64(), min: from.f64(), max: from.f64(), spread: from.f64() }
}

/** Classes as steps from one to the next; the first from the least class there is. */
const BEFORE_ALL = -(1 << 17)

function writeSketch(to: ByteWriter, { keys, counts }: Sketch): void {
  to.varint(keys.length)
  let before = BEFORE_ALL
  for (let i = 0; i < keys.length; i++) {
    to.varint(keys[i]! - before)
    to.varint(counts[i]!)
    before = keys[i]!
  }
}

function readSketch(from: ByteReader): Sketch {
  const length = from.varint()
  const keys = new Int32Array(length)
  const counts = new Uint32Array(length)
  let before = BEFORE_ALL
  for (let i = 0; i < length; i++) {
    before += from.varint()
    keys[i] = before
    counts[i] = from.varint()
  }
  return { keys, counts }
}
