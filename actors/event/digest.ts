import type { Rows } from '../runtime/index.ts'
import { Bloom } from './bloom.ts'
import { addLag, type Lags } from './lags.ts'
import { COLUMNS, LAG, labelsOf, REPEATED, TRACK } from './row.ts'

/** More values of a label than this are not counted one by one in a digest: who needs them decodes the rows. */
const MOST_COUNTED = 64

/** Minutes in a digest, of all types together. */
const MOST_MINUTES = 256
export const MINUTE_MS = 60_000

/** Events and repeated ids, of one value of a label. */
export type Counts = [count: number, duplicates: number]

/** What some events of a segment come to. */
export interface Share {
  counts: Counts
  lags: [bucket: number, count: number][]
  /** By minute since the epoch; absent when that would be many. */
  minutes?: [minute: number, count: number, duplicates: number][]
}

/** What a segment of events comes to. */
export interface Digest extends Share {
  /** Events that name a track. */
  tracks: number
  /** By type; absent when there are too many. */
  types?: Record<string, Share>
  /** By value; absent when there are too many. */
  users?: Record<string, Counts>
  subjects?: Record<string, Counts>
  /** Which types and users there are at all, where they are not counted: {@link Bloom}, in base64. */
  anyType?: string
  anyUser?: string
}

/** Sums up events, one after the other. */
class Sum {
  readonly counts: Counts = [0, 0]
  readonly lags: Lags = new Map()
  readonly minutes = new Map<number, Counts>()

  add(at: number, lag: number, place: 0 | 1): void {
    this.counts[place]++
    countOf(this.minutes, Math.floor(at / MINUTE_MS))[place]++
    if (place === 0) addLag(this.lags, lag)
  }

  share(withMinutes: boolean): Share {
    const minutes = [...this.minutes].map(([minute, [count, repeated]]): [number, number, number] => [
      minute,
      count,
      repeated,
    ])
    return { counts: this.counts, lags: [...this.lags], ...(withMinutes ? { minutes } : {}) }
  }
}

function countOf<Key>(counts: Map<Key, Counts>, value: Key): Counts {
  const found = counts.get(value)
  if (found !== undefined) return found
  const fresh: Counts = [0, 0]
  counts.set(value, fresh)
  return fresh
}

/** The kind's `digest`. */
export function digestOf(rows: Rows): string {
  const column = (index: number) => rows.columns[rows.names.indexOf(COLUMNS[index]!)]
  const [lags, repeated, track] = [column(LAG), column(REPEATED), column(TRACK)]
  const all = new Sum()
  const types = new Map<string, Sum>()
  const users = new Map<string, Counts>()
  const subjects = new Map<string, Counts>()
  let tracks = 0
  rows.texts?.forEach((text, i) => {
    const { type, user_id, subject } = labelsOf(text)
    const place = repeated?.[i] === 1 ? 1 : 0
    const [at, lag] = [rows.times[i]!, lags?.[i] ?? 0]
    all.add(at, lag, place)
    let own = types.get(type)
    if (own === undefined) types.set(type, (own = new Sum()))
    own.add(at, lag, place)
    countOf(users, user_id)[place]++
    countOf(subjects, subject)[place]++
    if (track?.[i] === 1 && place === 0) tracks++
  })
  const minutes = [...types.values()].reduce((sum, own) => sum + own.minutes.size, 0)
  const withMinutes = types.size <= MOST_COUNTED && minutes <= MOST_MINUTES
  const digest: Digest = { ...all.share(withMinutes || all.minutes.size <= MOST_MINUTES), tracks }
  if (types.size > MOST_COUNTED) digest.anyType = Bloom.of(types.keys(), types.size).toText()
  else digest.types = Object.fromEntries([...types].map(([type, own]) => [type, own.share(withMinutes)]))
  if (users.size > MOST_COUNTED) digest.anyUser = Bloom.of(users.keys(), users.size).toText()
  else digest.users = Object.fromEntries(users)
  if (subjects.size <= MOST_COUNTED) digest.subjects = Object.fromEntries(subjects)
  return JSON.stringify(digest)
}

/** What is looked for. */
export interface Wanted {
  readonly type?: string
  readonly user?: string
  /** Only events that name a track. */
  readonly track?: boolean
}

/** Whether a segment may hold such events. False is certain. */
export function mayHold(digest: Digest, { type, user, track }: Wanted): boolean {
  return (
    (type === undefined || has(digest.types, digest.anyType, type)) &&
    (user === undefined || has(digest.users, digest.anyUser, user)) &&
    (!track || digest.tracks > 0)
  )
}

function has(counted: object | undefined, any: string | undefined, value: string): boolean {
  if (counted !== undefined) return Object.hasOwn(counted, value)
  return any === undefined || Bloom.from(any).has(value)
}
