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

/** Segments of one place follow each other in time: the longer one counts. */
interface Kept<Value> {
  readonly last: number
  readonly value: Value
}

/** The rows of a segment that have a name, or may. */
export interface Column {
  readonly times: Float64Array
  /** Seldom asked for. */
  offsets(): Float64Array
  /** NaN: no value; undefined: no row has the name. */
  readonly values: Float64Array | undefined
}

/** Decoded summaries: of two names of 10 M readings. */
const SUMMARY_BYTES = 128 * 1024 * 1024
const COLUMN_BYTES = 32 * 1024 * 1024
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
  readonly #parts = new Memory<Kept<Part>>(SUMMARY_BYTES)
  readonly #columns = new Memory<Kept<Column>>(COLUMN_BYTES)

  constructor(store: Pick<StateStore, 'readSummaries' | 'readSegment'>) {
    this.#store = store
  }

  totals(keys: readonly SegmentKey[], name: string): Promise<(Totals | null)[]> {
    return this.#read('totals', keys, name, totalsOf, ({ sketch }) => 8 * sketch.keys.length)
  }

  buckets(keys: readonly SegmentKey[], name: string): Promise<(Buckets | null)[]> {
    return this.#read('buckets', keys, name, bucketsOf, ({ size }) => size)
  }

  /** Hands them over one by one, so that not all of them are in memory at once. Throws {@link Moved}. */
  async eachColumn(
    keys: readonly SegmentKey[],
    name: string,
    take: (column: Column, i: number) => void,
  ): Promise<void> {
    let decoded = 0
    for (const [i, key] of keys.entries()) {
      const group = `${name}\t${key.address}`
      const kept = this.#columns.inGroup(group)(key.first)
      let column = kept?.last === key.last ? kept.value : undefined
      if (column === undefined) {
        if (++decoded % DECODED_AT_ONCE === 0) await new Promise(setImmediate)
        const segment = await this.#store.readSegment(key.address, key.first, key.last)
        if (segment === undefined) throw new Moved()
        const open = openSegment(segment.data)
        // What it is decoded from stays with it, for the offsets.
        column = { times: open.times(), offsets: open.offsets, values: open.column(name) }
        const size = 16 * open.rows + segment.data.byteLength + ENTRY_BYTES
        this.#columns.set(group, key.first, { last: key.last, value: column }, size)
      }
      take(column, i)
    }
  }

  async #read<One extends Part>(
    part: keyof SegmentSummary,
    keys: readonly SegmentKey[],
    name: string,
    decode: (bytes: Uint8Array, name: string) => One | undefined,
    sizeOf: (one: NonNullable<One>) => number,
  ): Promise<(One | null)[]> {
    const found: (One | null | undefined)[] = Array(keys.length)
    const missing: number[] = []
    let of = ''
    let inGroup = this.#parts.inGroup('')
    for (let i = 0; i < keys.length; i++) {
      const { address, first, last } = keys[i]!
      if (address !== of) inGroup = this.#parts.inGroup(groupOf(part, name, (of = address)))
      const kept = inGroup(first)
      if (kept?.last === last) found[i] = kept.value as One | null
      else missing.push(i)
    }
    if (missing.length === 0) return found as (One | null)[]
    const stored = await this.#store.readSummaries(
      part,
      missing.map((i) => keys[i]!),
    )
    for (const [n, i] of missing.entries()) {
      const { address, first, last } = keys[i]!
      const bytes = stored[n] ?? (await this.#summarized(keys[i]!))[part]
      const one = decode(bytes, name) ?? null
      found[i] = one
      const size = ENTRY_BYTES + (one === null ? 0 : sizeOf(one))
      this.#parts.set(groupOf(part, name, address), first, { last, value: one }, size)
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

const groupOf = (part: string, name: string, address: string): string => `${part}\t${name}\t${address}`
