import { MOST_NAMES } from '../../actors/device/schema.ts'
import { flawOf } from '../edge/flaw.ts'
import { PLAIN_LENGTH, plainInstant } from './instant.ts'
import { AHEAD_MS, type Reading, readingOf, XYZ } from './reading.ts'

/** What differs from line to line: the device, the time, or the value with this index. */
const DEVICE = -1
const TIME = -2

/**
 * How the lines of one sender look: `texts[0] slot[0] texts[1] slot[1] … texts[n]`, where the texts are the same in each line. What a line
 * of this shape says is in its slots alone.
 */
interface Shape {
  readonly texts: readonly Uint8Array[]
  readonly slots: readonly number[]
  readonly names: readonly string[]
}

/** Shapes seen lately, by all senders; the latest first. */
const MOST_SHAPES = 8
/** A batch whose lines have no shape is not asked for one at each line. */
const MOST_TRIES = 16

/** Reads lines that look like one before it, and makes no objects of them: `JSON.parse` and the check of its result cost four times as much. */
export class ShapeReader {
  static readonly #seen: Shape[] = []
  #latest = 0
  #triesLeft = 0
  /** The reading of the line that was read last. `at` NaN: it says none. */
  device = 0
  at = NaN
  names: Reading['names'] = XYZ
  readonly values = new Float64Array(MOST_NAMES)

  constructor(nowMs: number) {
    this.begin(nowMs, MOST_TRIES)
  }

  /** The lines after this came now; of those that fit no shape so many are looked at for a new one. */
  begin(nowMs: number, tries: number): void {
    this.#latest = nowMs + AHEAD_MS
    this.#triesLeft = tries
  }

  /** False for a line that has no shape, or says what is not valid: it is to be read as JSON. */
  read(text: Uint8Array, begin: number, end: number): boolean {
    const seen = ShapeReader.#seen
    for (let i = 0; i < seen.length; i++) {
      const shape = seen[i]!
      if (!this.#fits(shape, text, begin, end)) continue
      if (i > 0) seen.splice(0, 0, ...seen.splice(i, 1))
      return true
    }
    if (this.#triesLeft-- <= 0) return false
    const shape = shapeOf(decoder.decode(text.subarray(begin, end)))
    if (!shape || !this.#fits(shape, text, begin, end)) return false
    seen.unshift(shape)
    if (seen.length > MOST_SHAPES) seen.pop()
    return true
  }

  #fits({ texts, slots, names }: Shape, text: Uint8Array, begin: number, end: number): boolean {
    let at = begin
    this.at = NaN
    for (let i = 0; i <= slots.length; i++) {
      const same = texts[i]!
      for (let k = 0; k < same.length; k++) if (text[at++] !== same[k]) return false
      if (i === slots.length) break
      const slot = slots[i]!
      if (slot === TIME) {
        const time = plainInstant(text, at)
        if (!(time <= this.#latest)) return false
        this.at = time
        at += PLAIN_LENGTH
        continue
      }
      const number = numberAt(text, at)
      if (Number.isNaN(number)) return false
      at = numberEnd
      if (slot !== DEVICE) this.values[slot] = number
      else if (Number.isSafeInteger(number) && number >= 1) this.device = number
      else return false
    }
    this.names = names
    return at === end
  }
}

const [QUOTE, MINUS, POINT, ZERO, NINE] = [0x22, 0x2d, 0x2e, 0x30, 0x39]
/** Of so many digits each whole number is a double, and so is each power of ten: their quotient is the double nearest to the decimal. */
const MOST_DIGITS = 15
const POWERS = Array.from({ length: MOST_DIGITS + 1 }, (_, n) => 10 ** n)
/** Where the number ends that {@link numberAt} has read. */
let numberEnd = 0

/** The JSON number at this place, if it has few digits and no exponent; else NaN. */
function numberAt(text: Uint8Array, at: number): number {
  const isNegative = text[at] === MINUS
  if (isNegative) at++
  const begin = at
  let digits = 0
  let code = text[at]!
  for (; code >= ZERO && code <= NINE; code = text[++at]!) digits = digits * 10 + code - ZERO
  const whole = at - begin
  if (whole === 0 || (whole > 1 && text[begin] === ZERO)) return NaN
  let fraction = 0
  if (code === POINT) {
    const point = at
    code = text[++at]!
    for (; code >= ZERO && code <= NINE; code = text[++at]!) digits = digits * 10 + code - ZERO
    fraction = at - point - 1
    if (fraction === 0) return NaN
  }
  // An exponent is left to JSON.parse; anything else fails at the text that follows.
  if (whole + fraction > MOST_DIGITS || (code | 0x20) === 0x65) return NaN
  numberEnd = at
  const number = fraction === 0 ? digits : digits / POWERS[fraction]!
  return isNegative ? -number : number
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Of names without escapes: what stands between the quotes is what they say. */
const NAME = /"([^"\\\u0000-\u001f]*)"/y
const NUMBER = /-?\d+(?:\.\d+)?/y
const SPACE = /[ \t\r]*/y

/** The shape of a line that says a valid reading in the usual way; undefined for any other. */
function shapeOf(line: string): Shape | undefined {
  if (!isReading(line)) return undefined
  const slots: number[] = []
  const texts: string[] = []
  const names: string[] = []
  let from = 0
  let at = 0
  let depth = 0
  let hasValues = false
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(line)
    if (found) at = pattern.lastIndex
    return found
  }
  const slot = (kind: number, begin: number, end: number) => {
    texts.push(line.slice(from, begin))
    slots.push(kind)
    from = at = end
  }
  for (;;) {
    match(SPACE)
    const sign = line[at]
    if (sign === undefined) break
    if (sign !== '"') {
      // The line is valid JSON: what is no name here is a bracket or a comma.
      if (sign === '{') depth++
      else if (sign === '}') depth--
      else if (sign !== ',') return undefined
      at++
      continue
    }
    const name = match(NAME)?.[1]
    if (name === undefined) return undefined
    match(SPACE)
    at++
    match(SPACE)
    const begin = at
    if (line.charCodeAt(at) === QUOTE) {
      if (name !== 'at' || depth !== 1) return undefined
      slot(TIME, begin + 1, begin + 1 + PLAIN_LENGTH)
      at++
      if (line.charCodeAt(at - 1) !== QUOTE) return undefined
    } else if (match(NUMBER)) {
      const kind = depth === 1 && name === 'device_id' ? DEVICE : depth === 1 ? XYZ.indexOf(name as 'x') : names.length
      if (kind === names.length && depth === 2) names.push(name)
      slot(kind, begin, at)
    } else if (line[at] !== '{' || hasValues) return undefined
    else hasValues = true
  }
  texts.push(line.slice(from))
  // Of a name that stands twice the last one counts: such a line has no shape.
  if (new Set(slots).size < slots.length || new Set(names).size < names.length) return undefined
  return { texts: texts.map((text) => encoder.encode(text)), slots, names: names.length > 0 ? names : XYZ }
}

/** As the general way finds it: nothing that it refuses gets a shape. */
function isReading(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line)
    return flawOf(value) === undefined && readingOf(value, Infinity) !== undefined
  } catch {
    return false
  }
}
