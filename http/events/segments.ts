import type { Cluster } from '../../actors/cluster/port.ts'
import { COLUMNS, LAG, REPEATED, TRACK } from '../../actors/event/row.ts'
import type { SegmentHead } from '../../actors/store/port.ts'
import type { Digest } from '../../actors/event/digest.ts'
import { clipSegments, decodeTexts, openSegment, type Segment } from '../../actors/runtime/index.ts'

/** Rows of a segment of events, column by column. */
export interface EventRows {
  readonly times: Float64Array
  readonly offsets: Float64Array
  readonly texts: readonly string[]
  readonly lag: (row: number) => number
  readonly repeated: (row: number) => boolean
  readonly track: (row: number) => boolean
}

/** One segment of a partition's events, read as far as it is needed. */
export interface Piece {
  readonly address: string
  readonly from: number
  readonly to: number
  /** Rows at or before this offset stand in another piece. */
  readonly covered: number
  readonly clipped: boolean
  /** Absent for what is not flushed yet. */
  readonly digest: Digest | undefined
  /** Throws {@link Moved} when the segment was replaced meanwhile. */
  rows(): Promise<EventRows>
}

/** Compaction or a flush replaced a segment between its listing and its reading: the whole question is asked again. */
class Moved extends Error {}

const ATTEMPTS = 8
/** Digests that are kept parsed: a sealed segment's never changes. */
const MOST_DIGESTS = 20_000

/** Reads the events of all partitions, as segments. */
export function createPieces(cluster: Pick<Cluster, 'tail' | 'store'>) {
  const digests = new Map<string, Digest>()

  function digestOf(key: string, text: string): Digest {
    const known = digests.get(key)
    if (known !== undefined) return known
    const digest = JSON.parse(text) as Digest
    if (digests.size >= MOST_DIGESTS) digests.clear()
    digests.set(key, digest)
    return digest
  }

  /** What one partition has from `from` to `to` (ms, exclusive): first what only memory has, so that a flush in between loses nothing. */
  async function piecesOf(address: string, from: number, to: number): Promise<Piece[]> {
    const tail = await cluster.tail(address)
    const heads = await cluster.store.listSegments(address, from, to)
    return clipSegments<SegmentHead | Segment>(tail ? [...heads, tail] : heads).flatMap(({ segment, covered }) => {
      const { first, last } = segment
      if (segment.to < from || segment.from >= to) return []
      const read = async () => {
        const stored = segment === tail ? tail : await cluster.store.readSegment(address, first, last)
        if (stored === undefined) throw new Moved()
        return rowsOf(stored)
      }
      const { digest } = segment
      return {
        address,
        from: segment.from,
        to: segment.to,
        covered,
        clipped: first <= covered,
        digest: digest === undefined || segment === tail ? undefined : digestOf(`${address} ${first} ${last}`, digest),
        rows: read,
      }
    })
  }

  return {
    piecesOf,
    /** Asks again what met a segment that was gone. */
    async steady<T>(question: () => Promise<T>): Promise<T> {
      for (let attempt = 1; ; attempt++) {
        try {
          return await question()
        } catch (error) {
          if (!(error instanceof Moved) || attempt === ATTEMPTS) throw error
        }
      }
    },
  }
}
export type Pieces = ReturnType<typeof createPieces>

export function rowsOf(segment: Pick<Segment, 'data' | 'texts'>): EventRows {
  const open = openSegment(segment.data)
  const [lag, repeated, track] = [LAG, REPEATED, TRACK].map((index) => open.column(COLUMNS[index]!))
  return {
    times: open.times(),
    offsets: open.offsets(),
    texts: segment.texts ? decodeTexts(segment.texts) : [],
    lag: (row) => lag?.[row] ?? 0,
    repeated: (row) => repeated?.[row] === 1,
    track: (row) => track?.[row] === 1,
  }
}
