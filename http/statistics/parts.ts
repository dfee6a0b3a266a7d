import {
  bucketsOf,
  openSegment,
  summaryOf,
  totalsOf,
  type Buckets,
  type SegmentSummary,
  type Totals,
} from '../../actors/runtime/index.ts'
import type { SegmentKey, StateStore } from '../../actors/store/port.ts'
import { Memory } from './memory.ts'
import { Moved } from './moved.ts'

/** What a segment says of a name; null: no row of it has this name. */
type Part = Totals | Buckets | null

/** The rows of a segment that have a name, or may. */
export interface Column {
  readonly times: Float64Array
  readonly offsets: Float64Array
  /** NaN: no value; undefined: no row has the name. */
  readonly values: Float64Array | undefined
}

/** Decoded summaries, of about 10 M readings of one name. */
const SUMMARY_BYTES = 64 * 1024 * 1024
const COLUMN_BYTES = 16 * 1024 * 1024
/** Segments that are decoded before others get the thread. */
const DECODED_AT_ONCE = 32
/** Bytes of an entry besides its arrays. */
const ENTRY_BYTES = 256

/**
 * The parts of stored segments, decoded for one name at a time and kept in memory: what a segment holds follows from its address, first and last
 * offset, so nothing that is kept here ever becomes wrong.
 */
export class SegmentParts {
  readonly #store: Pick<StateStore, 'readSummaries' | 'readSegment'>
  readonly #parts = new Memory<Part>(SUMMARY_BYTES)
  readonly #columns = new Memory<Column>(COLUMN_BYTES)

  constructor(store: Pick<StateStore, 'readSummaries' | 'readSegment'>) {
    this.#store = store
  }

  totals(keys: readonly SegmentKey[], name: string): Promise<(Totals | null)[]> {
    return this.#read('totals', keys, name, totalsOf, ({ sketch }) => 6 * sketch.keys.length)
  }

  buckets(keys: readonly SegmentKey[], name: string): Promise<(Buckets | null)[]> {
    return this.#read('buckets', keys, name, bucketsOf, ({ size }) => size)
  }

  /** Throws {@link Moved}. */
  async columns(keys: readonly SegmentKey[], name: string): Promise<Column[]> {
    const found: Column[] = []
    for (const [i, key] of keys.entries()) {
      const id = `${key.address} ${key.first} ${key.last} ${name}`
      let column = this.#columns.get(id)
      if (column === undefined) {
        if (i % DECODED_AT_ONCE === DECODED_AT_ONCE - 1) await new Promise(setImmediate)
        const segment = await this.#store.readSegment(key.address, key.first, key.last)
        if (segment === undefined) throw new Moved()
        const open = openSegment(segment.data)
        column = { times: open.times(), offsets: open.offsets(), values: open.column(name) }
        this.#columns.set(id, column, 24 * open.rows + ENTRY_BYTES)
      }
      found.push(column)
    }
    return found
  }

  async #read<One extends Part>(
    part: keyof SegmentSummary,
    keys: readonly SegmentKey[],
    name: string,
    decode: (bytes: Uint8Array, name: string) => One | undefined,
    sizeOf: (one: NonNullable<One>) => number,
  ): Promise<(One | null)[]> {
    const ids = keys.map(({ address, first, last }) => `${part} ${address} ${first} ${last} ${name}`)
    const found = ids.map((id) => this.#parts.get(id) as One | null | undefined)
    const missing = keys.flatMap((_, i) => (found[i] === undefined ? [i] : []))
    if (missing.length === 0) return found as (One | null)[]
    const stored = await this.#store.readSummaries(
      part,
      missing.map((i) => keys[i]!),
    )
    for (const [n, i] of missing.entries()) {
      const bytes = stored[n] ?? (await this.#summarized(keys[i]!))[part]
      const one = decode(bytes, name) ?? null
      found[i] = one
      this.#parts.set(ids[i]!, one, ENTRY_BYTES + (one === null ? 0 : sizeOf(one)))
    }
    return found as (One | null)[]
  }

  /** The summary of a segment that was stored without one, by an older version. Throws {@link Moved}. */
  async #summarized({ address, first, last }: SegmentKey): Promise<SegmentSummary> {
    const segment = await this.#store.readSegment(address, first, last)
    if (segment === undefined) throw new Moved()
    await new Promise(setImmediate)
    const open = openSegment(segment.data)
    const { names } = open
    const columns = names.map((name) => open.column(name)!)
    return summaryOf({ names, times: open.times(), offsets: open.offsets(), columns })!
  }
}
