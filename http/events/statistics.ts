import { setImmediate } from 'node:timers/promises'
import { eventAddresses } from '../../actors/event/address.ts'
import { MINUTE_MS, type Counts, type Digest, type Share } from '../../actors/event/digest.ts'
import { addLag, addLags, lagQuantile, type Lags } from '../../actors/event/lags.ts'
import { labelOf, type Label } from '../../actors/event/row.ts'
import { Fault } from '../../actors/runtime/index.ts'
import type { Piece, Pieces } from './segments.ts'

export interface StatisticsQuery {
  readonly type?: string
  /** Epoch ms, inclusive. */
  readonly from?: number
  /** Epoch ms, exclusive. */
  readonly to?: number
  /** Milliseconds. */
  readonly step?: number
  readonly by?: Label
}

export interface Statistics {
  readonly count: number
  readonly duplicates: number
  readonly lags: Lags
  /** By start of the step. */
  readonly points: Map<number, Counts>
  readonly groups: Map<string, Counts>
}

/** Steps of one answer. */
const MOST_POINTS = 50_000
/** Segments whose rows one question may read: some two million events. */
const MOST_READ = 1_000
/** Segments read before others get the thread. */
const READ_STEP = 8

interface Sums {
  count: number
  duplicates: number
  readonly lags: Lags
  readonly points: Map<number, Counts>
  readonly groups: Map<string, Counts>
}

/**
 * Exact counts. A segment that lies in the range whole, and in one step, answers by its digest; the rows of the others, at the edges, are
 * read one by one.
 */
export async function eventStatistics(
  pieces: Pick<Pieces, 'piecesOf' | 'digestsOf'>,
  partitions: number,
  query: StatisticsQuery,
): Promise<Statistics> {
  const { from = -Infinity, to = Infinity } = query
  const sums: Sums = { count: 0, duplicates: 0, lags: new Map(), points: new Map(), groups: new Map() }
  let read = 0
  const found = await pieces.piecesOf(eventAddresses(partitions), from, to)
  const digests = await pieces.digestsOf(found)
  for (const [i, piece] of found.entries()) {
    const digest = digests[i]
    if (digest === undefined || !addDigest(sums, piece, digest, query)) {
      if (read === MOST_READ) throw tooLong()
      await addRows(sums, piece, query)
      if (++read % READ_STEP === 0) await setImmediate()
    }
    if (sums.points.size > MOST_POINTS) throw tooMany()
  }
  return sums
}

const tooLong = () =>
  new Fault(
    'TOO_MANY_POINTS',
    `More than ${MOST_READ} segments would have to be read row by row: make the range shorter.`,
  )
const tooMany = () =>
  new Fault('TOO_MANY_POINTS', `More than ${MOST_POINTS} steps: make step longer or the range shorter.`)

const stepOf = (at: number, step: number): number => Math.floor(at / step) * step

function add<Key>(counts: Map<Key, Counts>, key: Key, [count, duplicates]: Readonly<Counts>): void {
  const found = counts.get(key)
  if (found === undefined) counts.set(key, [count, duplicates])
  else {
    found[0] += count
    found[1] += duplicates
  }
}

/** False when the digest does not say enough; then it has added nothing. */
function addDigest(
  sums: Sums,
  piece: Piece,
  digest: Digest,
  { type, from = -Infinity, to = Infinity, step, by }: StatisticsQuery,
): boolean {
  if (piece.from < from || piece.to >= to) return false
  const groups = by === undefined ? undefined : groupsOf(digest, by)
  if (by !== undefined && groups === undefined) return false
  if (type !== undefined && (digest.types === undefined || (by !== undefined && by !== 'type'))) return false
  if (type !== undefined && !Object.hasOwn(digest.types!, type)) return true
  const own = type === undefined ? digest : digest.types![type]!
  const points = step === undefined ? [] : pointsOf(piece, own, step)
  if (points === undefined) return false
  sums.count += own.counts[0]
  sums.duplicates += own.counts[1]
  addLags(sums.lags, own.lags)
  for (const [at, counts] of points) add(sums.points, at, counts)
  for (const [value, each] of groups ?? []) if (type === undefined || value === type) add(sums.groups, value, each)
  return true
}

/** What a segment adds to which steps; undefined when only its rows can tell. */
function pointsOf(piece: Piece, { counts, minutes }: Share, step: number): [at: number, counts: Counts][] | undefined {
  if (stepOf(piece.from, step) === stepOf(piece.to, step)) return [[stepOf(piece.from, step), counts]]
  if (step % MINUTE_MS !== 0 || minutes === undefined) return undefined
  return minutes.map(([minute, count, duplicates]) => [stepOf(minute * MINUTE_MS, step), [count, duplicates]])
}

function groupsOf(digest: Digest, by: Label): [string, Counts][] | undefined {
  if (by === 'type') return digest.types && Object.entries(digest.types).map(([type, { counts }]) => [type, counts])
  const counted = by === 'user_id' ? digest.users : digest.subjects
  return counted && Object.entries(counted)
}

async function addRows(sums: Sums, piece: Piece, query: StatisticsQuery): Promise<void> {
  const { type, from = -Infinity, to = Infinity, step, by } = query
  const rows = await piece.rows()
  for (let row = 0; row < rows.times.length; row++) {
    const at = rows.times[row]!
    if (at < from || at >= to || rows.offsets[row]! <= piece.covered) continue
    const text = rows.texts[row]!
    if (type !== undefined && labelOf(text, 'type') !== type) continue
    const repeated = rows.repeated(row)
    const counts: Counts = repeated ? [0, 1] : [1, 0]
    sums.count += counts[0]
    sums.duplicates += counts[1]
    if (!repeated) addLag(sums.lags, rows.lag(row))
    if (step !== undefined) add(sums.points, stepOf(at, step), counts)
    if (by !== undefined) add(sums.groups, labelOf(text, by), counts)
  }
}

export const lagOf = ({ lags }: Pick<Statistics, 'lags'>) => ({
  p50: lagQuantile(lags, 0.5),
  p95: lagQuantile(lags, 0.95),
  p99: lagQuantile(lags, 0.99),
})
