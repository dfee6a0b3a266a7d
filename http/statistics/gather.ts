import type { Cluster } from '../../actors/cluster/port.ts'
import {
  addBucket,
  addClasses,
  momentsOf,
  MomentsSum,
  SketchSum,
  type Buckets,
  type Rows,
  type Totals,
} from '../../actors/runtime/index.ts'
import type { Column, SegmentParts } from './parts.ts'
import { planOf, stepOf, type Place, type Plan, type Wanted } from './plan.ts'

/** Some values and their times. */
interface Picked {
  readonly times: Float64Array
  readonly values: Float64Array
}

/**
 * Looks up what answers for a range of many histories. First what is in memory only: what is flushed in between stands in both, and the
 * offsets tell; the other order would lose it. Faults: those of `Cluster.tails`.
 */
export async function lookUp(cluster: Pick<Cluster, 'tails' | 'store'>, wanted: Wanted): Promise<Plan> {
  const tails = await cluster.tails(wanted.addresses)
  return planOf(wanted, await cluster.store.spansOf(wanted.addresses, wanted.from, wanted.to), tails)
}

/** The values of one name in a range of many histories, added up by step from the largest parts that lie in it whole. */
export class Gathered {
  /** By the number of the step; one that nothing is in is not there. */
  readonly sums = new Map<number, MomentsSum>()
  readonly #plan: Plan
  readonly #parts: SegmentParts
  readonly #wanted: Wanted
  #whole: readonly (Totals | null)[] = []
  readonly #inside: { readonly buckets: Buckets; readonly inside: Uint8Array }[] = []
  /** Of small and overlapping segments and tails. */
  readonly #loose: Picked[] = []
  /** Of buckets that the range or a step cuts. */
  readonly #edges: Picked[] = []

  private constructor(plan: Plan, parts: SegmentParts, wanted: Wanted) {
    this.#plan = plan
    this.#parts = parts
    this.#wanted = wanted
  }

  /** Throws {@link Moved}. */
  static async of(plan: Plan, parts: SegmentParts, wanted: Wanted): Promise<Gathered> {
    const gathered = new Gathered(plan, parts, wanted)
    await gathered.#addWhole()
    await gathered.#addPlain()
    await gathered.#addCut()
    return gathered
  }

  /** Rows that {@link values} decodes. */
  get rowsToDecode(): number {
    const { whole, cut } = this.#plan
    return [whole, cut].flat().reduce((sum, { rows }) => sum + rows, 0)
  }

  /** All values of the range, in no order. Throws {@link Moved}. */
  async values(): Promise<Float64Array> {
    const places = [...this.#plan.whole, ...this.#plan.cut]
    const picked = [...this.#loose]
    await this.#parts.eachColumn(places, this.#wanted.name, (column) => void picked.push(this.#pick(column, -1)))
    const all = new Float64Array(picked.reduce((sum, { values }) => sum + values.length, 0))
    let at = 0
    for (const { values } of picked) {
      all.set(values, at)
      at += values.length
    }
    return all
  }

  addTo(sketch: SketchSum): void {
    for (const totals of this.#whole) if (totals !== null) sketch.add(totals.sketch)
    for (const { buckets, inside } of this.#inside) addClasses(sketch, buckets, inside)
    for (const { values } of [...this.#loose, ...this.#edges]) for (const value of values) sketch.addValue(value)
  }

  async #addWhole(): Promise<void> {
    const { whole } = this.#plan
    this.#whole = await this.#parts.totals(whole, this.#wanted.name)
    for (let i = 0; i < whole.length; i++) {
      const totals = this.#whole[i]
      if (totals) this.#sumOf(whole[i]!.step).add(totals)
    }
  }

  async #addPlain(): Promise<void> {
    const { plain, tails } = this.#plan
    await this.#parts.eachColumn(plain, this.#wanted.name, (column, i) =>
      this.#take(this.#pick(column, plain[i]!.covered), this.#loose),
    )
    for (const { rows, covered } of tails)
      this.#take(this.#pick(columnOf(rows, this.#wanted.name), covered), this.#loose)
  }

  async #addCut(): Promise<void> {
    const { cut } = this.#plan
    const { name, from, to, step } = this.#wanted
    const all = await this.#parts.buckets(cut, name)
    const places: Place[] = []
    const numbers: Set<number>[] = []
    const widths: number[] = []
    for (const [i, buckets] of all.entries()) {
      if (buckets === null) continue
      const { firsts, lengths, counts, width } = buckets
      const inside = new Uint8Array(firsts.length)
      const edges = new Set<number>()
      for (let b = 0; b < inside.length; b++) {
        const first = firsts[b]!
        const last = first + lengths[b]!
        if (counts[b] === 0 || last < from || first >= to) continue
        const at = stepOf(first, step)
        if (first >= from && last < to && at === stepOf(last, step)) {
          addBucket(this.#sumOf(at), buckets, b)
          inside[b] = 1
        } else edges.add(Math.floor(first / width))
      }
      this.#inside.push({ buckets, inside })
      if (edges.size === 0) continue
      places.push(cut[i]!)
      numbers.push(edges)
      widths.push(width)
    }
    await this.#parts.eachColumn(places, name, (column, i) =>
      this.#take(this.#pick(column, -1, numbers[i], widths[i]), this.#edges),
    )
  }

  /** Rows of the range past an offset; with `numbers` only those in these buckets, which count from 1970. */
  #pick({ times, offsets, values }: Column, covered: number, numbers?: ReadonlySet<number>, width = 1): Picked {
    if (values === undefined) return { times: NOTHING, values: NOTHING }
    const { from, to } = this.#wanted
    const offset = covered >= 0 ? offsets() : undefined
    // Where a row that counts stands, one after the other: of an edge few do.
    let count = 0
    for (let i = 0; i < times.length; i++) {
      const time = times[i]!
      if (time < from || time >= to || (offset !== undefined && offset[i]! <= covered)) continue
      if (numbers !== undefined && !numbers.has(Math.floor(time / width))) continue
      if (count === rowsThatCount.length) rowsThatCount = grown(rowsThatCount)
      if (values[i] === values[i]) rowsThatCount[count++] = i
    }
    const picked = { times: new Float64Array(count), values: new Float64Array(count) }
    for (let n = 0; n < count; n++) {
      const i = rowsThatCount[n]!
      picked.times[n] = times[i]!
      picked.values[n] = values[i]!
    }
    return picked
  }

  #take(picked: Picked, to: Picked[]): void {
    const { times, values } = picked
    if (values.length === 0) return
    to.push(picked)
    const { step } = this.#wanted
    if (step === Infinity) return this.#sumOf(0).add(momentsOf(values))
    for (let i = 0; i < values.length; i++) this.#sumOf(stepOf(times[i]!, step)).addValue(values[i]!)
  }

  #sumOf(step: number): MomentsSum {
    let sum = this.sums.get(step)
    if (sum === undefined) this.sums.set(step, (sum = new MomentsSum()))
    return sum
  }
}

const NOTHING = new Float64Array(0)

let rowsThatCount = new Uint32Array(4096)

function grown(rows: Uint32Array): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(2 * rows.length)
  longer.set(rows)
  return longer
}

const columnOf = ({ names, times, offsets, columns }: Rows, name: string): Column => ({
  times,
  offsets: () => offsets,
  values: columns[names.indexOf(name)],
})
