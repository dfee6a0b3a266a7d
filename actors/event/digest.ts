import type { Rows } from '../runtime/index.ts'
import { Bloom } from './bloom.ts'
import { addLag, addLags, type Lags } from './lags.ts'
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
  packed = 0
  readonly lags: Lags = new Map()
  readonly minutes = new Map<number, number>()

  add(minute: number, lag: number, unit: number): void {
    this.packed += unit
    count(this.minutes, minute, unit)
    if (unit === 1) addLag(this.lags, lag)
  }

  addAll({ packed, lags, minutes }: Sum): void {
    this.packed += packed
    addLags(this.lags, lags)
    for (const [minute, unit] of minutes) count(this.minutes, minute, unit)
  }

  share(withMinutes: boolean): Share {
    const minutes = [...this.minutes].map(([minute, packed]): [number, number, number] => [minute, ...pairOf(packed)])
    return { counts: pairOf(this.packed), lags: [...this.lags], ...(withMinutes ? { minutes } : {}) }
  }
}

/** Events and repeated ids in one number: a segment has far fewer rows than this, and a pair for each value costs a third of the digest. */
const REPEATED_UNIT = 2 ** 26

const count = <Key>(counts: Map<Key, number>, value: Key, unit: number): void =>
  void counts.set(value, (counts.get(value) ?? 0) + unit)

const pairOf = (packed: number): Counts => [packed % REPEATED_UNIT, Math.floor(packed / REPEATED_UNIT)]

const pairsOf = (counts: ReadonlyMap<string, number>): Record<string, Counts> =>
  Object.fromEntries([...counts].map(([value, packed]) => [value, pairOf(packed)]))

/** The kind's `digest`. */
export function digestOf(rows: Rows): string {
  const column = (index: number) => rows.columns[rows.names.indexOf(COLUMNS[index]!)]
  const [lags, repeated, track] = [column(LAG), column(REPEATED), column(TRACK)]
  const types = new Map<string, Sum>()
  const users = new Map<string, number>()
  const subjects = new Map<string, number>()
  let tracks = 0
  rows.texts?.forEach((text, i) => {
    const { type, user_id, subject } = labelsOf(text)
    const unit = repeated?.[i] === 1 ? REPEATED_UNIT : 1
    const minute = Math.floor(rows.times[i]! / MINUTE_MS)
    const lag = lags?.[i] ?? 0
    let own = types.get(type)
    if (own === undefined) types.set(type, (own = new Sum()))
    own.add(minute, lag, unit)
    count(users, user_id, unit)
    count(subjects, subject, unit)
    if (track?.[i] === 1 && unit === 1) tracks++
  })
  const all = new Sum()
  for (const own of types.values()) all.addAll(own)
  const minutes = [...types.values()].reduce((sum, own) => sum + own.minutes.size, 0)
  const withMinutes = types.size <= MOST_COUNTED && minutes <= MOST_MINUTES
  const digest: Digest = { ...all.share(withMinutes || all.minutes.size <= MOST_MINUTES), tracks }
  if (types.size > MOST_COUNTED) digest.anyType = Bloom.of(types.keys(), types.size).toText()
  else digest.types = Object.fromEntries([...types].map(([type, own]) => [type, own.share(withMinutes)]))
  if (users.size > MOST_COUNTED) digest.anyUser = Bloom.of(users.keys(), users.size).toText()
  else digest.users = pairsOf(users)
  if (subjects.size <= MOST_COUNTED) digest.subjects = pairsOf(subjects)
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
