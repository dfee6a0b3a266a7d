import type { SqliteFile } from '../../sqlite/open.ts'
import { Fault, type IdHash } from '../../runtime/index.ts'
import { idHash } from '../id-hash.ts'
import { addToFilter, emptyFilter, mayHold, offsetAt, placeAmong, WORDS, type FamilyHash } from './id-entries.ts'
import { YoungIds } from './young-ids.ts'

/** Entries of a bucket, on average: with their words it fills a page of the file. */
const BUCKET_ENTRIES = 120
/** Buckets of one run at the most; a run's place in the table is its base times this. */
const MOST_BUCKETS = 2 ** 20
/** So many runs of a level become one of the next: of the lowest many, for {@link YoungIds} answers for all of them. */
const FAN_YOUNG = 64
const FAN = 8
/** Buckets of a merged run that one transaction writes: the others' writes get in between. */
const MERGE_STEP = 128
/** How often a look begins anew because runs were merged under it. */
const ATTEMPTS = 16
/** With more runs than this an address waits for its merges before it gets another: each run is one more place to look. */
const MOST_RUNS = 2 * FAN_YOUNG
/** A merge that takes longer than this has died with its process. */
const DEAD_MS = 60 * 60 * 1000

/** SQL: whether ids of an address go by their age: it has no history, or is of one of these kinds, a JSON array. */
export const isAged = (address: string, kinds: string): string =>
  `(NOT EXISTS (SELECT 1 FROM segments WHERE segments.address = ${address})
    OR substr(${address}, 1, instr(${address}, '/') - 1) IN (SELECT value FROM json_each(${kinds})))`

/** Bits an entry of a run's filter: where it does not hold an id, a look into the file costs as much as all filters. */
const BITS_EACH = 16

/** A run as memory knows it. */
interface Run {
  readonly run: number
  readonly level: number
  readonly first: number
  readonly last: number
  readonly entries: number
  readonly buckets: number
  readonly base: number
  readonly filter: Uint32Array
}

/** What memory knows of an address. */
interface Known {
  /** Number of its newest run. */
  readonly newest: number
  readonly runs: readonly Run[]
  readonly young: YoungIds
  /** What has to be looked at for an id that is in none: a filter for the young runs, and that of each other. */
  readonly filters: readonly Pick<Run, 'filter'>[]
}

interface Range {
  readonly first: number
  readonly last: number
}

type RunRow = Omit<Run, 'filter'> & { filter: Uint8Array }
type Merged = Range & Pick<Run, 'entries' | 'buckets' | 'filter'>

/**
 * Ids of one address in runs, each written once and never changed: 24 bytes an id, in buckets by hash, with a filter in memory that says
 * which runs need not be looked into. Runs of a level are merged into one of the next, beside what else goes on. A random key a row
 * of a B-tree costs a page of the write-ahead log each; here an id costs its own bytes, and those again at each of its few merges.
 *
 * What is visible is what `id_runs` names: buckets are written before their run, and a run that a merge replaces goes in the transaction
 * that brings the merged one. Buckets of no run have their base in `id_bases`: what a kill leaves is found there. A run that comes gets a
 * number above all others, so one number tells whether memory is up to date.
 */
export function idRuns(sqlite: SqliteFile, now: () => number) {
  const newest = sqlite.prepare<{ run: number }, [string]>('SELECT run FROM newest_runs WHERE address = ?')
  const numbers = sqlite.prepare<{ run: number }, [string]>('SELECT run FROM id_runs WHERE address = ? ORDER BY run')
  const load = sqlite.prepare<RunRow, [number]>('SELECT * FROM id_runs WHERE run = ?')
  const put = sqlite.prepare<unknown, [string, number, number, number, number, number, number, Uint8Array, number]>(
    `INSERT INTO id_runs (address, level, first, last, entries, buckets, base, filter, at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  // Beside the runs, for it is asked with every id: the highest key of an index costs ten times this.
  const putNewest = sqlite.prepare<unknown, [string]>(
    `INSERT INTO newest_runs VALUES (?, last_insert_rowid())
     ON CONFLICT (address) DO UPDATE SET run = max(run, excluded.run)`,
  )
  const drop = sqlite.prepare<unknown, [number]>('DELETE FROM id_runs WHERE run = ?')
  const begin = sqlite.prepare<{ base: number }, [number]>('INSERT INTO id_bases (began) VALUES (?) RETURNING base')
  const end = sqlite.prepare<unknown, [number]>('DELETE FROM id_bases WHERE base = ?')
  // Its buckets are for nobody from now on, whoever gets to drop them: those of a run that has gone, and of a merge that is dead.
  const condemn = sqlite.prepare<unknown, [number]>(
    'INSERT INTO id_bases VALUES (?, 0) ON CONFLICT (base) DO UPDATE SET began = 0',
  )
  const endLiving = sqlite.prepare<unknown, [number]>('DELETE FROM id_bases WHERE base = ? AND began > 0')
  const dead = sqlite.prepare<{ base: number }, [number]>('SELECT base FROM id_bases WHERE began < ?')
  const bucket = sqlite.prepare<{ entries: Uint8Array }, [number]>('SELECT entries FROM id_buckets WHERE place = ?')
  const bucketsIn = sqlite.prepare<{ entries: Uint8Array }, [number, number]>(
    'SELECT entries FROM id_buckets WHERE place >= ? AND place < ?',
  )
  const putBucket = sqlite.prepare<unknown, [number, Uint8Array]>('INSERT INTO id_buckets VALUES (?, ?)')
  const dropBuckets = sqlite.prepare<unknown, [number, number, number]>(
    'DELETE FROM id_buckets WHERE place IN (SELECT place FROM id_buckets WHERE place >= ? AND place < ? LIMIT ?)',
  )
  const isForgotten = sqlite.prepare<{ first: number }, [string, number, number]>(
    'SELECT first FROM forgotten_ids WHERE address = ? AND first <= ? AND last >= ? LIMIT 1',
  )
  const forgotten = sqlite.prepare<Range, [string]>('SELECT first, last FROM forgotten_ids WHERE address = ?')
  const joined = sqlite.prepare<{ first: number | null; last: number | null }, [string, number, number]>(
    'SELECT min(first) AS first, max(last) AS last FROM forgotten_ids WHERE address = ? AND first <= ? AND last >= ?',
  )
  const dropForgotten = sqlite.prepare<unknown, [string, number, number]>(
    'DELETE FROM forgotten_ids WHERE address = ? AND first >= ? AND last <= ?',
  )
  const putForgotten = sqlite.prepare<unknown, [string, number, number]>('INSERT INTO forgotten_ids VALUES (?, ?, ?)')
  const old = sqlite.prepare<{ run: number; base: number }, [number, string]>(
    `SELECT run, base FROM id_runs WHERE at > 0 AND at < ? AND ${isAged('id_runs.address', '?')}`,
  )
  const within = sqlite.prepare<{ run: number; base: number }, [string, number, number]>(
    'SELECT run, base FROM id_runs WHERE address = ? AND first >= ? AND last <= ?',
  )

  const kept = new Map<string, Known>()
  let merging: Promise<void> = Promise.resolve()
  let isClosed = false

  /** What there is of an address. A run that went without another that came (its ids are forgotten) may still be among its runs. */
  function knownOf(address: string, now = newest.get(address)?.run ?? 0): Known {
    const known = kept.get(address)
    return known !== undefined && now === known.newest ? known : now === 0 ? NOTHING : reload(address, now)
  }

  function reload(address: string, now = newest.get(address)?.run ?? 0): Known {
    const before = kept.get(address)
    const old = new Map(before?.runs.map((run) => [run.run, run]))
    for (;;) {
      const listed = sqlite.attempt(() => numbers.all(address))
      const runs: Run[] = []
      for (const { run } of listed) {
        const row = old.has(run) ? null : load.get(run)
        const found = old.get(run) ?? (row === null ? undefined : runOf(row))
        if (found !== undefined) runs.push(found)
      }
      // One that went in between was merged, perhaps, into one that is not listed.
      if (runs.length < listed.length) continue
      const young = (before?.young ?? new YoungIds()).holding(
        runs.filter(({ level }) => level === 0),
        (run) => sqlite.attempt(() => overlapping(run, 0, 1)),
      )
      const known = { newest: now, runs, young, filters: [young, ...runs.filter(({ run }) => !young.holds(run))] }
      kept.set(address, known)
      return known
    }
  }

  /** Looks until no run goes away meanwhile. Fault DATA_CORRUPT. */
  function lookUntilWhole(address: string, look: (runs: readonly Run[]) => boolean): void {
    let { runs } = knownOf(address)
    for (let attempt = 0; !look(runs); attempt++) {
      if (attempt === ATTEMPTS) throw new Fault('DATA_CORRUPT', `The store misses ids of ${address}.`)
      runs = reload(address).runs
    }
  }

  const runOf = ({ filter, ...row }: RunRow): Run => ({ ...row, filter: wordsOf(filter) })

  /** The entries of a bucket; undefined when its run has gone since memory heard of it. */
  function entriesOf(base: number, index: number): Uint32Array | undefined {
    const row = bucket.get(base * MOST_BUCKETS + index)
    return row ? wordsOf(row.entries) : undefined
  }

  /**
   * Calls back with the place of each entry of a family, in every one of the runs. False when one of them has gone: its entries stand in a
   * newer one, or are forgotten.
   */
  function look(runs: readonly Run[], hash: FamilyHash, found: (entries: Uint32Array, at: number) => void): boolean {
    for (const { base, buckets } of mayHold(runs, hash)) {
      const entries = entriesOf(base, placeAmong(hash.a, buckets))
      if (entries === undefined) return false
      for (let at = 0; at < entries.length; at += WORDS) {
        if (entries[at] === hash.a && entries[at + 1] === hash.b) found(entries, at)
      }
    }
    return true
  }

  const isGone = (address: string, offset: number): boolean => isForgotten.get(address, offset, offset) !== null

  /** Writes entries as a run. Within a transaction. */
  function add(address: string, entries: Uint32Array): void {
    const run = layOut(entries)
    const { base } = begin.get(now())!
    run.buckets.forEach((words, index) => putBucket.run(base * MOST_BUCKETS + index, bytesOf(words)))
    put.run(
      address,
      0,
      run.first,
      run.last,
      entries.length / WORDS,
      run.buckets.length,
      base,
      bytesOf(run.filter),
      now(),
    )
    putNewest.run(address)
    end.run(base)
  }

  /** Merges where there are enough runs of a level. One merge at a time, and never in the way of who waits for an answer. */
  function tidy(address: string): Promise<void> {
    merging = merging.then(async () => {
      try {
        while (!isClosed && (await mergeLevel(address)));
      } catch {
        // The store cannot be written now. The runs are as good as before; the next ids ask again.
      }
    })
    return sqlite.attempt(() => knownOf(address)).runs.length > MOST_RUNS ? merging : Promise.resolve()
  }

  async function mergeLevel(address: string): Promise<boolean> {
    const byLevel = Map.groupBy(sqlite.read(() => knownOf(address)).runs, ({ level }) => level)
    const [level, runs] = [...byLevel].find(([level, some]) => some.length >= (level === 0 ? FAN_YOUNG : FAN)) ?? []
    if (level === undefined || runs === undefined) return false
    const { base } = sqlite.write(() => begin.get(now())!)
    let isDone = false
    try {
      const gone = sqlite.attempt(() => forgotten.all(address))
      const merged = await merge(runs, base, gone)
      if (isClosed) return false
      isDone = sqlite.write(() => replace(address, level, runs, base, merged))
    } finally {
      // What is half-written would lie there until it counts as dead, beside that of the next attempt.
      if (!isDone && !isClosed) await dropBase(base)
    }
    if (isDone) for (const run of runs) await dropBase(run.base)
    else reload(address)
    return isDone
  }

  /** A merged run in place of its sources, within a transaction. False when it may not be: nothing has changed then. */
  function replace(
    address: string,
    level: number,
    runs: readonly Run[],
    base: number,
    { first, last, entries, buckets, filter }: Merged,
  ): boolean {
    // Another connection may have merged or forgotten the same ones; or taken this merge for dead, and dropped its buckets.
    const there = new Set(numbers.all(address).map(({ run }) => run))
    if (!runs.every(({ run }) => there.has(run)) || endLiving.run(base).changes === 0) return false
    if (entries > 0) {
      put.run(address, level + 1, first, last, entries, buckets, base, bytesOf(filter), now())
      putNewest.run(address)
    }
    for (const run of runs) dropRun(run)
    return true
  }

  /** Takes a run away, within a transaction. Its buckets are to be dropped after that. */
  function dropRun({ run, base }: { readonly run: number; readonly base: number }): void {
    drop.run(run)
    condemn.run(base)
  }

  /** Writes the buckets of a merged run, and says what its row is. */
  async function merge(runs: readonly Run[], base: number, gone: readonly Range[]): Promise<Merged> {
    const most = runs.reduce((sum, { entries }) => sum + entries, 0)
    const buckets = Math.min(MOST_BUCKETS, Math.ceil(most / BUCKET_ENTRIES))
    const filter = emptyFilter(most, BITS_EACH)
    const range = { first: Infinity, last: -1 }
    let count = 0
    const isGone =
      gone.length === 0
        ? undefined
        : (offset: number) => gone.some(({ first, last }) => offset >= first && offset <= last)
    for (let index = 0; index < buckets && !isClosed; index += MERGE_STEP) {
      const to = Math.min(buckets, index + MERGE_STEP)
      const sources = sqlite.attempt(() => runs.flatMap((run) => overlapping(run, index / buckets, to / buckets)))
      const parts = distribute(sources, index, to, buckets, isGone)
      for (const part of parts) {
        for (let at = 0; at < part.length; at += WORDS) note(part, at, filter, range)
        count += part.length / WORDS
      }
      sqlite.write(() => {
        parts.forEach((part, i) => putBucket.run(base * MOST_BUCKETS + index + i, bytesOf(part)))
      })
      await new Promise(setImmediate)
    }
    return { ...range, entries: count, buckets, filter }
  }

  /** Buckets of a run whose hashes may lie in a share of all. */
  function overlapping({ base, buckets }: Run, from: number, to: number): Uint32Array[] {
    const place = base * MOST_BUCKETS
    const first = Math.floor(from * buckets)
    const end = Math.min(buckets, Math.floor(to * buckets) + 1)
    return bucketsIn.all(place + first, place + end).map(({ entries }) => wordsOf(entries))
  }

  /** Drops the buckets of a base that no run has. */
  async function dropBase(base: number): Promise<void> {
    const place = base * MOST_BUCKETS
    const step = () => {
      const { changes } = dropBuckets.run(place, place + MOST_BUCKETS, MERGE_STEP)
      if (changes < MERGE_STEP) end.run(base)
      return changes
    }
    while (!isClosed && sqlite.write(step) === MERGE_STEP) await new Promise(setImmediate)
  }

  return {
    add,
    tidy,
    /**
     * What finds the lowest offset of an id in the runs of an address, -1 for none; undefined where it has no runs, as most. Runs that come
     * after it was made are not looked into. `now`: the highest number among them, where it is known.
     */
    finder(address: string, now?: number): ((hash: IdHash) => number) | undefined {
      let { runs, filters } = knownOf(address, now)
      if (runs.length === 0) return undefined
      return (hash) => {
        // Most are in none: for them nothing is made here.
        if (mayHold(filters, hash).length === 0) return -1
        let lowest = -1
        const found = (entries: Uint32Array, at: number) => {
          if (entries[at + 2] !== hash.c || entries[at + 3] !== hash.d) return
          const offset = offsetAt(entries, at)
          if ((lowest < 0 || offset < lowest) && !isGone(address, offset)) lowest = offset
        }
        // What was found stays found: it is the lowest of all that is looked at, however often.
        if (!look(runs, hash, found)) lookUntilWhole(address, (now) => look((runs = now), hash, found))
        return lowest
      }
    },
    /** Offsets of all ids of a family, but not of one that is the family's text itself. */
    family(address: string, family: string): number[] {
      const hash = idHash(family)
      let offsets: number[] = []
      lookUntilWhole(address, (runs) => {
        offsets = []
        return look(runs, hash, (entries, at) => {
          if (entries[at + 2] === hash.c && entries[at + 3] === hash.d) return
          const offset = offsetAt(entries, at)
          if (!isGone(address, offset)) offsets.push(offset)
        })
      })
      return offsets
    },
    /** Forgets the ids of these offsets: at once for who looks, and from the file when their run goes or is merged. */
    async forget(address: string, { first, last }: Range): Promise<void> {
      const bases = sqlite.write(() => {
        if (newest.get(address) === null) return []
        const near = joined.get(address, last + 1, first - 1)!
        const [from, to] = [Math.min(first, near.first ?? first), Math.max(last, near.last ?? last)]
        dropForgotten.run(address, from, to)
        putForgotten.run(address, from, to)
        return within.all(address, from, to).map((run) => {
          dropRun(run)
          return run.base
        })
      })
      for (const base of bases) await dropBase(base)
    },
    /** Drops runs that go by their age (a merged one came when it was merged), and what dead merges left. `kinds`: as for {@link isAged}. */
    async expire(beforeMs: number, kinds: string): Promise<void> {
      const bases = sqlite.write(() =>
        old.all(beforeMs, kinds).map((run) => {
          dropRun(run)
          return run.base
        }),
      )
      for (const base of bases) await dropBase(base)
      for (const { base } of sqlite.attempt(() => dead.all(now() - DEAD_MS))) {
        sqlite.write(() => condemn.run(base))
        await dropBase(base)
      }
    },
    /** Resolves when no merge is under way. */
    close(): Promise<void> {
      isClosed = true
      return merging
    },
  }
}

/** Of an address without runs, as most. */
const NOTHING: Known = { newest: 0, runs: [], young: new YoungIds(), filters: [] }

/** Entries in buckets by hash, with the filter, and which offsets they have. */
function layOut(entries: Uint32Array) {
  const count = entries.length / WORDS
  const buckets = Math.min(MOST_BUCKETS, Math.ceil(count / BUCKET_ENTRIES))
  const filter = emptyFilter(count, BITS_EACH)
  const range = { first: Infinity, last: -1 }
  for (let at = 0; at < entries.length; at += WORDS) note(entries, at, filter, range)
  return { buckets: distribute([entries], 0, buckets, buckets), filter, ...range }
}

/** Takes an entry into a run's filter and range. */
function note(entries: Uint32Array, at: number, filter: Uint32Array, range: { first: number; last: number }): void {
  addToFilter(filter, { a: entries[at]!, b: entries[at + 1]! })
  const offset = offsetAt(entries, at)
  if (offset < range.first) range.first = offset
  if (offset > range.last) range.last = offset
}

/**
 * The entries of buckets `from` to `to` of so many, bucket by bucket: counted first and then copied, for arrays that grow cost three times
 * as much.
 */
function distribute(
  sources: readonly Uint32Array[],
  from: number,
  to: number,
  buckets: number,
  isGone?: (offset: number) => boolean,
): Uint32Array[] {
  const counts = new Uint32Array(to - from)
  const placeOf = (entries: Uint32Array, at: number): number => {
    const place = placeAmong(entries[at]!, buckets)
    return place < from || place >= to || isGone?.(offsetAt(entries, at)) ? -1 : place - from
  }
  for (const entries of sources) {
    for (let at = 0; at < entries.length; at += WORDS) {
      const place = placeOf(entries, at)
      if (place >= 0) counts[place]!++
    }
  }
  const parts = Array.from(counts, (count) => new Uint32Array(count * WORDS))
  counts.fill(0)
  for (const entries of sources) {
    for (let at = 0; at < entries.length; at += WORDS) {
      const place = placeOf(entries, at)
      if (place < 0) continue
      const part = parts[place]!
      const to = counts[place]!
      for (let word = 0; word < WORDS; word++) part[to + word] = entries[at + word]!
      counts[place] = to + WORDS
    }
  }
  return parts
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** A copy where the bytes do not lie on a word's border. */
const wordsOf = (bytes: Uint8Array): Uint32Array =>
  bytes.byteOffset % 4 === 0
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
    : new Uint32Array(bytes.slice().buffer)
