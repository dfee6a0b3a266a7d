import { murmur2, type Rows } from '../runtime/index.ts'
import { Bloom } from './bloom.ts'
import { bucketOf } from './lags.ts'
import { COLUMNS, LAG, labelEnds, REPEATED, TRACK } from './row.ts'

/** More values of a label than this are not counted one by one in a digest: who needs them decodes the rows. */
const MOST_COUNTED = 64

/** So many types are looked for one after the other. */
const MOST_FEW = 8

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

/** Counts by number. Neighbours are often equal: they come to one entry of the map, which costs more than all else here. */
class Tally {
  readonly #counts = new Map<number, number>()
  #last = NaN
  #ofLast = 0

  add(key: number, unit: number): void {
    if (key !== this.#last) {
      this.#settle()
      this.#last = key
    }
    this.#ofLast += unit
  }

  addAll(others: ReadonlyMap<number, number>): void {
    for (const [key, unit] of others) count(this.#counts, key, unit)
  }

  get counts(): ReadonlyMap<number, number> {
    this.#settle()
    return this.#counts
  }

  #settle(): void {
    if (this.#ofLast > 0) count(this.#counts, this.#last, this.#ofLast)
    this.#ofLast = 0
  }
}

/** Sums up events, one after the other. */
class Sum {
  packed = 0
  readonly lags = new Tally()
  readonly minutes = new Tally()

  add(minute: number, lag: number, unit: number): void {
    this.packed += unit
    this.minutes.add(minute, unit)
    if (unit === 1) this.lags.add(bucketOf(lag), 1)
  }

  addAll({ packed, lags, minutes }: Sum): void {
    this.packed += packed
    this.lags.addAll(lags.counts)
    this.minutes.addAll(minutes.counts)
  }

  share(withMinutes: boolean): Share {
    const minutes = () =>
      [...this.minutes.counts].map(([minute, packed]): [number, number, number] => [minute, ...pairOf(packed)])
    return { counts: pairOf(this.packed), lags: [...this.lags.counts], ...(withMinutes ? { minutes: minutes() } : {}) }
  }
}

/** The sums of types. Most events are of one of a few: which, is seen in the row's text, and nothing is cut out of it. */
class Types {
  readonly all = new Map<string, Sum>()
  readonly #few: { readonly type: string; readonly sum: Sum }[] = []

  /** Of the row with this text, in which the type ends there. */
  of(text: string, end: number): Sum {
    for (let i = 0; i < this.#few.length; i++) {
      const { type, sum } = this.#few[i]!
      if (type.length === end && text.startsWith(type)) return sum
    }
    const type = text.slice(0, end)
    let sum = this.all.get(type)
    if (sum === undefined) {
      this.all.set(type, (sum = new Sum()))
      if (this.#few.length < MOST_FEW) this.#few.push({ type, sum })
    }
    return sum
  }
}

/** Events and repeated ids in one number: a segment has far fewer rows than this, and a pair for each value costs a third of the digest. */
const REPEATED_UNIT = 2 ** 26

const count = <Key>(counts: Map<Key, number>, value: Key, unit: number): void =>
  void counts.set(value, (counts.get(value) ?? 0) + unit)

const pairOf = (packed: number): Counts => [packed % REPEATED_UNIT, Math.floor(packed / REPEATED_UNIT)]

/** How often the values of a label occur, as long as there are not too many; of more than that, which there are, by their {@link murmur2}. */
class Values {
  #counts: Map<string, number> | undefined = new Map()
  readonly #hashes = new Set<number>()

  /** The value is this part of the text. */
  add(text: string, from: number, to: number, unit: number): void {
    if (this.#counts === undefined) return void this.#hashes.add(murmur2(text, from, to))
    count(this.#counts, text.slice(from, to), unit)
    if (this.#counts.size <= MOST_COUNTED) return
    for (const value of this.#counts.keys()) this.#hashes.add(murmur2(value))
    this.#counts = undefined
  }

  get counted(): Record<string, Counts> | undefined {
    return this.#counts && Object.fromEntries([...this.#counts].map(([value, packed]) => [value, pairOf(packed)]))
  }

  get any(): string {
    return Bloom.of(this.#hashes).toText()
  }
}

/** The kind's `digest`. */
export function digestOf(rows: Rows): string {
  const column = (index: number) => rows.columns[rows.names.indexOf(COLUMNS[index]!)]
  const [lags, repeated, track] = [column(LAG), column(REPEATED), column(TRACK)]
  const texts = rows.texts ?? []
  const found = new Types()
  const users = new Values()
  const subjects = new Values()
  let tracks = 0
  for (let i = 0; i < texts.length; i++) {
    const text = texts[i]!
    const [typeEnd, userEnd, subjectEnd] = labelEnds(text)
    const unit = repeated?.[i] === 1 ? REPEATED_UNIT : 1
    found.of(text, typeEnd).add(Math.floor(rows.times[i]! / MINUTE_MS), lags?.[i] ?? 0, unit)
    users.add(text, typeEnd + 1, userEnd, unit)
    subjects.add(text, userEnd + 1, subjectEnd, unit)
    if (track?.[i] === 1 && unit === 1) tracks++
  }
  const types = found.all
  const all = new Sum()
  for (const own of types.values()) all.addAll(own)
  const minutes = [...types.values()].reduce((sum, own) => sum + own.minutes.counts.size, 0)
  const withMinutes = types.size <= MOST_COUNTED && minutes <= MOST_MINUTES
  const digest: Digest = { ...all.share(withMinutes || all.minutes.counts.size <= MOST_MINUTES), tracks }
  if (types.size > MOST_COUNTED)
    digest.anyType = Bloom.of(new Set([...types.keys()].map((type) => murmur2(type)))).toText()
  else digest.types = Object.fromEntries([...types].map(([type, own]) => [type, own.share(withMinutes)]))
  const { counted } = users
  if (counted === undefined) digest.anyUser = users.any
  else digest.users = counted
  if (subjects.counted !== undefined) digest.subjects = subjects.counted
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
