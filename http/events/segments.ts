import type { Cluster } from '../../actors/cluster/port.ts'
import type { Digest } from '../../actors/event/digest.ts'
import { COLUMNS, LAG, REPEATED, TRACK } from '../../actors/event/row.ts'
import { clipSegments, decodeTexts, openSegment, type Segment } from '../../actors/runtime/index.ts'
import type { SegmentSpan } from '../../actors/store/port.ts'
import { inTurn } from '../edge/in-turn.ts'

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
  readonly first: number
  readonly last: number
  /** Earliest and latest time of its rows, epoch ms. */
  readonly from: number
  readonly to: number
  /** Rows at or before this offset stand in another piece. */
  readonly covered: number
  /** Whether this is what is not flushed yet: it has no digest. */
  readonly pending: boolean
  /** Throws {@link Moved} when the segment was replaced meanwhile. */
  rows(): Promise<EventRows>
}

/** Compaction or a flush replaced a segment between its listing and its reading: the whole question is asked again. */
class Moved extends Error {}

const ATTEMPTS = 8
/** Each holds segments in memory, and the thread while it reads them: forty at once took 3 GB, and all others waited for 3 s. */
const AT_ONCE = 2
const MOST_WAITING = 100
/** Of the texts of digests that are kept parsed, the newest: a segment that is whole never changes its own. Usual ones have a few thousand. */
const MOST_DIGEST_CHARACTERS = 64 * 1024 * 1024
/** Digests read before others get the thread. */
const DIGEST_STEP = 256

/** Reads the events of all partitions, as segments. */
export function createPieces(cluster: Pick<Cluster, 'tail' | 'store'>) {
  const digests = new Map<string, { readonly digest: Digest; readonly characters: number }>()
  let kept = 0
  const run = inTurn({ atOnce: AT_ONCE, mostWaiting: MOST_WAITING, refusal: 'Too many questions about events wait.' })

  const keyOf = ({ address, first, last }: Piece): string => `${address} ${first} ${last}`

  function pieceOf(
    address: string,
    { segment, covered }: { segment: SegmentSpan | Segment; covered: number },
    tail: Segment | undefined,
  ): Piece {
    const { first, last, from, to } = segment
    const rows = async () => {
      const stored = segment === tail ? tail : await cluster.store.readSegment(address, first, last)
      if (stored === undefined) throw new Moved()
      return rowsOf(stored)
    }
    return { address, first, last, from, to, covered, pending: segment === tail, rows }
  }

  return {
    /**
     * What partitions have from `from` to `to` (ms, exclusive): first what only memory has, so that a flush in between loses nothing. By
     * address, then first offset.
     */
    async piecesOf(addresses: readonly string[], from: number, to: number): Promise<Piece[]> {
      const tails = await Promise.all(addresses.map((address) => cluster.tail(address)))
      const spans = await cluster.store.spansOf(addresses, from, to)
      return addresses.flatMap((address, i) => {
        const tail = tails[i]
        return clipSegments<SegmentSpan | Segment>(tail ? [...spans[i]!, tail] : spans[i]!)
          .filter(({ segment }) => segment.to >= from && segment.from < to)
          .map((clipped) => pieceOf(address, clipped, tail))
      })
    },

    /** What segments come to; undefined for one that has no digest, or is clipped: then its rows have to be read. */
    async digestsOf(pieces: readonly Piece[]): Promise<(Digest | undefined)[]> {
      const isWhole = ({ pending, first, covered }: Piece) => !pending && first > covered
      const unknown = pieces.filter((piece) => isWhole(piece) && !digests.has(keyOf(piece)))
      for (let begin = 0; begin < unknown.length; begin += DIGEST_STEP) {
        const some = unknown.slice(begin, begin + DIGEST_STEP)
        const texts = await cluster.store.readDigests(some)
        for (const [i, text] of texts.entries()) {
          // Another question may have put it there meanwhile.
          if (text === undefined || digests.has(keyOf(some[i]!))) continue
          digests.set(keyOf(some[i]!), { digest: JSON.parse(text) as Digest, characters: text.length })
          kept += text.length
        }
        await new Promise(setImmediate)
      }
      const found = pieces.map((piece) => (isWhole(piece) ? digests.get(keyOf(piece))?.digest : undefined))
      for (const [key, { characters }] of digests) {
        if (kept <= MOST_DIGEST_CHARACTERS) break
        digests.delete(key)
        kept -= characters
      }
      return found
    },

    /** Asks a question in its turn, and again when it met a segment that was gone. Not within another. Fault OVERLOADED. */
    steady<T>(question: () => Promise<T>): Promise<T> {
      return run(async () => {
        for (let attempt = 1; ; attempt++) {
          try {
            return await question()
          } catch (error) {
            if (!(error instanceof Moved) || attempt === ATTEMPTS) throw error
          }
        }
      })
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
