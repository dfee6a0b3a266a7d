/** How the values of a column lie in a segment: the smallest form that gives back every one exactly. */
export const CONSTANT = 0
const BYTE = 1
const SHORT = 2
const WORD = 3
const SINGLE = 4
const DOUBLE = 5

const BYTES_EACH = [0, 1, 2, 4, 4, 8] as const

/** A column ready to be written. Integer forms hold `value - base`; their highest code stands for NaN. */
export interface EncodedColumn {
  readonly form: number
  readonly base: number
  readonly bytes: Uint8Array
}

/** Count, sum, minimum, maximum and sum of squares of the values that are there (not NaN). Nothing there: 0, 0, ∞, −∞, 0. */
export interface Summary {
  readonly count: number
  readonly sum: number
  readonly min: number
  readonly max: number
  readonly squares: number
}

const EMPTY: Summary = { count: 0, sum: 0, min: Infinity, max: -Infinity, squares: 0 }

export function summarize(values: Float64Array): Summary {
  let [count, sum, min, max, squares] = [0, 0, Infinity, -Infinity, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (Number.isNaN(value)) continue
    count++
    sum += value
    squares += value * value
    if (value < min) min = value
    if (value > max) max = value
  }
  return { count, sum, min, max, squares }
}

/** Summary of `count` times the same value, as {@link summarize} of the column would give it up to rounding. */
export const summaryOfConstant = (value: number, count: number): Summary =>
  Number.isNaN(value) || count === 0
    ? EMPTY
    : { count, sum: value * count, min: value, max: value, squares: value * value * count }

export const columnBytes = (form: number, rows: number): number => BYTES_EACH[form]! * rows

export function encodeColumn(values: Float64Array): EncodedColumn {
  const first = values[0] ?? NaN
  let [constant, whole, single, holes] = [true, true, true, false]
  let [min, max] = [Infinity, -Infinity]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Object.is(value, first)) constant = false
    if (Number.isNaN(value)) {
      holes = true
      continue
    }
    // −0 is no integer here: subtracting a base would lose its sign.
    if (whole && !(Number.isSafeInteger(value) && !Object.is(value, -0))) whole = false
    if (single && Math.fround(value) !== value) single = false
    if (value < min) min = value
    if (value > max) max = value
  }
  if (constant) return { form: CONSTANT, base: first, bytes: new Uint8Array(0) }
  const range = whole ? max - min + (holes ? 1 : 0) : Infinity
  if (range <= 0xff) return integers(BYTE, Uint8Array, values, min, holes)
  if (range <= 0xffff) return integers(SHORT, Uint16Array, values, min, holes)
  if (single) return { form: SINGLE, base: 0, bytes: bytesOf(new Float32Array(values)) }
  if (range <= 0xffffffff) return integers(WORD, Uint32Array, values, min, holes)
  return { form: DOUBLE, base: 0, bytes: bytesOf(new Float64Array(values)) }
}

type Codes = Uint8Array | Uint16Array | Uint32Array

const highestCode = (codes: Codes): number => 2 ** (8 * codes.BYTES_PER_ELEMENT) - 1

/** The differences are taken in doubles and narrowed by the array itself: one loop over three types of array costs six times that. */
function integers(
  form: number,
  Codes: new (values: Float64Array) => Codes,
  values: Float64Array,
  base: number,
  holes: boolean,
): EncodedColumn {
  const differences = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) differences[i] = values[i]! - base
  const codes = new Codes(differences)
  if (holes) {
    const hole = highestCode(codes)
    for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i]!)) codes[i] = hole
  }
  return { form, base, bytes: bytesOf(codes) }
}

/** Undoes {@link encodeColumn}. `holes`: whether the highest code stands for NaN. */
export function decodeColumn(
  { form, base, bytes }: EncodedColumn,
  rows: number,
  holes: boolean,
): Float64Array<ArrayBuffer> {
  if (form === CONSTANT) return new Float64Array(rows).fill(base)
  const { buffer } = bytes.slice()
  if (form === DOUBLE) return new Float64Array(buffer)
  if (form === SINGLE) return new Float64Array(new Float32Array(buffer))
  const codes: Codes =
    form === BYTE ? new Uint8Array(buffer) : form === SHORT ? new Uint16Array(buffer) : new Uint32Array(buffer)
  const hole = holes ? highestCode(codes) : -1
  const values = new Float64Array(rows)
  for (let i = 0; i < rows; i++) values[i] = codes[i] === hole ? NaN : base + codes[i]!
  return values
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Codes | Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
