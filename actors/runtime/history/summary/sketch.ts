/**
 * A quantile sketch of real numbers, signed, mergeable by adding counts. Each power of two is cut into 64 equal classes, so the middle of a
 * class is within 1/128 (0.8 %) of every value in it; the class is read off the bits of the double, without a logarithm (DDSketch with the
 * linear mapping, Masson et al., VLDB 2019). Zero, and what is closer to it than 2^-1022, is class 0; classes ascend with the values.
 */
const CLASS_SHIFT = 14
const MAGNITUDE = 0x7fffffff
/** Classes of one sign. */
const CLASSES = 1 << 17

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0

/** The class of a finite number. */
export function classOf(value: number): number {
  double[0] = value
  const high = words[HIGH]!
  const magnitude = (high & MAGNITUDE) >>> CLASS_SHIFT
  return high > MAGNITUDE ? -magnitude : magnitude
}

/** The middle of a class. */
export function middleOf(key: number): number {
  if (key === 0) return 0
  words[HIGH] = (Math.abs(key) << CLASS_SHIFT) | (1 << (CLASS_SHIFT - 1))
  words[1 - HIGH] = 0
  return key < 0 ? -double[0]! : double[0]!
}

/** How many values each class has: ascending classes, and their counts. */
export interface Sketch {
  readonly keys: Int32Array
  readonly counts: Uint32Array
}

/** The sketch of values by their classes ({@link classesOf}). Counted, not sorted: values are many, the classes among them few. */
export function sketchOf(classes: Int32Array): Sketch {
  tally ??= new Uint32Array(2 * CLASSES)
  const found: number[] = []
  for (let i = 0; i < classes.length; i++) if (tally[classes[i]! + CLASSES]!++ === 0) found.push(classes[i]!)
  const keys = Int32Array.from(found).sort()
  const counts = new Uint32Array(keys.length)
  for (let i = 0; i < keys.length; i++) {
    counts[i] = tally[keys[i]! + CLASSES]!
    tally[keys[i]! + CLASSES] = 0
  }
  return { keys, counts }
}

/** Counts of all classes, all 0 between two calls. */
let tally: Uint32Array | undefined

/** The class of each value, in their order; NaN is no value. */
export function classesOf(values: Float64Array): Int32Array {
  const classes = new Int32Array(values.length)
  let length = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (value === value) classes[length++] = classOf(value)
  }
  return classes.subarray(0, length)
}

/** Counts of all classes at once: 2 MB, for one merge of many sketches after the other. */
export class SketchSum {
  readonly #counts = new Float64Array(2 * CLASSES)
  #least = 2 * CLASSES
  #greatest = -1

  add({ keys, counts }: Sketch): void {
    if (keys.length === 0) return
    const sum = this.#counts
    for (let i = 0; i < keys.length; i++) sum[keys[i]! + CLASSES]! += counts[i]!
    this.#cover(keys[0]! + CLASSES)
    this.#cover(keys.at(-1)! + CLASSES)
  }

  /** Adds one value for each of the codes `from` to `to` (exclusive), which count from the class `base`; none is beyond `top`. */
  addCodes(codes: Uint8Array | Uint16Array | Uint32Array, base: number, top: number, from: number, to: number): void {
    const sum = this.#counts
    const origin = base + CLASSES
    for (let i = from; i < to; i++) sum[codes[i]! + origin]!++
    this.#cover(origin)
    this.#cover(top + CLASSES)
  }

  addValue(value: number): void {
    const place = classOf(value) + CLASSES
    this.#counts[place]!++
    this.#cover(place)
  }

  #cover(place: number): void {
    if (place < this.#least) this.#least = place
    if (place > this.#greatest) this.#greatest = place
  }

  /** Estimates of the values at these places in the order of all, ascending from 0; NaN past the last one. */
  at(ranks: readonly number[]): number[] {
    const found: number[] = []
    let before = 0
    for (let place = this.#least; place <= this.#greatest && found.length < ranks.length; place++) {
      before += this.#counts[place]!
      while (found.length < ranks.length && ranks[found.length]! < before) found.push(middleOf(place - CLASSES))
    }
    while (found.length < ranks.length) found.push(NaN)
    return found
  }

  clear(): void {
    if (this.#greatest >= this.#least) this.#counts.fill(0, this.#least, this.#greatest + 1)
    this.#least = 2 * CLASSES
    this.#greatest = -1
  }
}
