import type { Rows } from '../runtime/index.ts'
import { Bloom } from './bloom.ts'
import { addLag, type Lags } from './lags.ts'
import { COLUMNS, LAG, labelsOf, REPEATED, TRACK } from './row.ts'

/** More values of a label than this are not counted one by one in a digest: who needs them decodes the rows. */
const MOST_COUNTED = 64

/** Events and repeated ids, of one value of a label. */
export type Counts = [count: number, duplicates: number]

/** What a segment of events comes to. */
export interface Digest {
  count: number
  duplicates: number
  /** Events that name a track. */
  tracks: number
  lags: [bucket: number, count: number][]
  /** Lags of each type; absent when there are too many types. */
  types?: Record<string, { counts: Counts; lags: [bucket: number, count: number][] }>
  /** By value; absent when there are too many. */
  users?: Record<string, Counts>
  subjects?: Record<string, Counts>
  /** Which types and users there are at all, where they are not counted: {@link Bloom}, in base64. */
  anyType?: string
  anyUser?: string
}

interface Sum {
  counts: Counts
  lags: Lags
}

/** Sums up rows, one after the other. */
export class Tally {
  readonly counts: Counts = [0, 0]
  readonly lags: Lags = new Map()
  readonly types = new Map<string, Sum>()
  readonly users = new Map<string, Counts>()
  readonly subjects = new Map<string, Counts>()

  add(text: string, lag: number, repeated: boolean): void {
    const { type, user_id, subject } = labelsOf(text)
    const place = repeated ? 1 : 0
    this.counts[place]++
    let sum = this.types.get(type)
    if (sum === undefined) this.types.set(type, (sum = { counts: [0, 0], lags: new Map() }))
    sum.counts[place]++
    countOf(this.users, user_id)[place]++
    countOf(this.subjects, subject)[place]++
    if (repeated) return
    addLag(this.lags, lag)
    addLag(sum.lags, lag)
  }
}

function countOf(counts: Map<string, Counts>, value: string): Counts {
  const found = counts.get(value)
  if (found !== undefined) return found
  const fresh: Counts = [0, 0]
  counts.set(value, fresh)
  return fresh
}

/** The kind's `digest`. */
export function digestOf(rows: Rows): string {
  const tally = new Tally()
  const column = (index: number) => rows.columns[rows.names.indexOf(COLUMNS[index]!)]
  const [lags, repeated, track] = [column(LAG), column(REPEATED), column(TRACK)]
  let tracks = 0
  rows.texts?.forEach((text, i) => {
    const again = repeated?.[i] === 1
    tally.add(text, lags?.[i] ?? 0, again)
    if (track?.[i] === 1 && !again) tracks++
  })
  const { counts, types, users, subjects } = tally
  const digest: Digest = { count: counts[0], duplicates: counts[1], tracks, lags: [...tally.lags] }
  if (types.size > MOST_COUNTED) digest.anyType = Bloom.of(types.keys(), types.size).toText()
  else
    digest.types = Object.fromEntries(
      [...types].map(([type, sum]) => [type, { counts: sum.counts, lags: [...sum.lags] }]),
    )
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
