import type { SqliteFile } from '../../sqlite/open.ts'
import { ID_PARTS, type AppliedId } from '../../runtime/index.ts'
import { idHash } from '../id-hash.ts'
import type { StateStore } from '../port.ts'
import { WORDS, writeEntry } from './id-entries.ts'
import { idRuns, isAged } from './id-runs.ts'
import type { RaiseEnds } from './log-ends.ts'

/** Fewer ids of one address than this in one call wait in a table of their own, by text: a run of them would be mostly overhead. */
const RUN_FROM = 32
/** So many that wait for one address become a run. */
const MOST_WAITING = 1024
/** So many addresses are counted, those that came last: with fewer ids each a run would not pay. */
const MOST_COUNTED = 10_000
/** Ids looked up and deleted in one go: the others' writes get in between. */
const STEP = 1000

/** From so many on one transaction is cheaper than a lock each; a look at both tables is one of its own. */
const TOGETHER_FROM = 3

/** The sign after {@link ID_PARTS}. */
const AFTER_PARTS = String.fromCharCode(ID_PARTS.charCodeAt(0) + 1)

/** Offsets of an actor. */
interface Offsets {
  readonly address: string
  readonly first: number
  readonly last: number
}

type Asked = Parameters<StateStore['findIds']>[0][number]
type Methods = Pick<StateStore, 'hashOf' | 'putIds' | 'findIds' | 'findFamily' | 'dropIds'>

/**
 * Which offset brought an id first, per address: many in runs ({@link idRuns}), a few that came alone in a table. The lowest of all that
 * is found counts, so it does not matter where one stands, or how often.
 */
export function idTable(
  sqlite: SqliteFile,
  raiseEnds: RaiseEnds,
  now: () => number,
): {
  methods: Methods
  forget(offsets: Offsets): Promise<void>
  /**
   * Drops ids of actors without history, and of these kinds, that came before; and what merges left behind that died with their process.
   */
  expire(beforeMs: number, kinds: readonly string[]): Promise<void>
  close(): Promise<void>
} {
  const runs = idRuns(sqlite, now)
  const put = sqlite.prepare<unknown, [string, string, number, number, number]>(
    `INSERT INTO ids VALUES (?, ?, ?, ?, ?) ON CONFLICT (address, id) DO UPDATE
     SET partition = excluded.partition, offset = excluded.offset WHERE excluded.offset < ids.offset`,
  )
  const find = sqlite.prepare<{ offset: number }, [string, string]>(
    'SELECT offset FROM ids WHERE address = ? AND id = ?',
  )
  const state = sqlite.prepare<{ someWait: number; run: number | null }, [string]>(
    `SELECT EXISTS (SELECT 1 FROM ids WHERE address = ?1) AS someWait,
       (SELECT run FROM newest_runs WHERE address = ?1) AS run`,
  )
  const both = sqlite.prepare<{ offset: number | null; run: number | null }, [string, string]>(
    `SELECT (SELECT offset FROM ids WHERE address = ?1 AND id = ?2) AS offset,
       (SELECT run FROM newest_runs WHERE address = ?1) AS run`,
  )
  const ofFamily = sqlite.prepare<{ offset: number }, [string, string, string]>(
    'SELECT offset FROM ids WHERE address = ? AND id >= ? AND id < ?',
  )
  const waiting = sqlite.prepare<{ id: string; offset: number }, [string, number]>(
    'SELECT id, offset FROM ids WHERE address = ? LIMIT ?',
  )
  const broughtBy = sqlite.prepare<{ id: string }, [string, string, number, number, number]>(
    'SELECT id FROM ids WHERE address = ? AND id > ? AND offset BETWEEN ? AND ? ORDER BY id LIMIT ?',
  )
  const dropOld = sqlite.prepare<unknown, [number, string, number]>(
    `DELETE FROM ids WHERE (address, id) IN (
       SELECT address, id FROM ids WHERE at > 0 AND at < ? AND ${isAged('ids.address', '?')} LIMIT ?
     )`,
  )
  const drop = sqlite.prepare<unknown, [string, string]>('DELETE FROM ids WHERE address = ? AND id = ?')
  /** How many this connection has let wait, by address: a guess that costs nothing, of how many there are. */
  const counts = new Map<string, number>()

  /** Within a transaction. */
  function letWait(address: string, ids: readonly AppliedId[]): void {
    for (const { id, partition, offset } of ids) put.run(address, id, partition, offset, now())
    const count = (counts.get(address) ?? 0) + ids.length
    // Of many addresses the one that has been quiet the longest is forgotten.
    counts.delete(address)
    counts.set(address, count)
    if (counts.size > MOST_COUNTED) counts.delete(counts.keys().next().value!)
    if (count < MOST_WAITING) return
    const all = waiting.all(address, 2 * MOST_WAITING)
    runs.add(address, entriesOf(all))
    for (const { id } of all) drop.run(address, id)
    counts.delete(address)
  }

  function lookAt({ address, id, hash }: Asked): number {
    const { offset, run } = both.get(address, id)!
    return lower(offset ?? -1, runs.finder(address, run ?? 0)?.(hash ?? idHash(id)) ?? -1)
  }

  /** Ids of one address, of which none waits: nothing but the runs has to be asked. Undefined where some wait. */
  function lookAtRuns(ids: readonly Asked[]): number[] | undefined {
    if (!haveOneAddress(ids)) return undefined
    const { address } = ids[0]!
    const { someWait, run } = state.get(address)!
    if (someWait !== 0) return undefined
    const finder = runs.finder(address, run ?? 0)
    return ids.map(({ id, hash }) => finder?.(hash ?? idHash(id)) ?? -1)
  }

  /** Within a transaction. */
  function look(ids: readonly Asked[]): number[] {
    let of = ''
    let finder: ReturnType<typeof runs.finder>
    let waits = false
    return ids.map(({ address, id, hash }) => {
      if (address !== of) {
        of = address
        const { someWait, run } = state.get(address)!
        finder = runs.finder(address, run ?? 0)
        waits = someWait !== 0
      }
      return lower(waits ? (find.get(address, id)?.offset ?? -1) : -1, finder?.(hash ?? idHash(id)) ?? -1)
    })
  }

  const methods: Methods = {
    hashOf: idHash,
    async putIds(ids) {
      if (ids.length === 0) return
      const byAddress = grouped(ids)
      sqlite.write(() => {
        raiseEnds(ids)
        for (const [address, own] of byAddress) {
          if (own.length < RUN_FROM) letWait(address, own)
          else runs.add(address, entriesOf(own))
        }
      })
      await Promise.all(byAddress.keys().map(runs.tidy).toArray())
    },
    async findIds(ids) {
      if (ids.length < TOGETHER_FROM) return sqlite.attempt(() => ids.map(lookAt))
      return sqlite.attempt(() => lookAtRuns(ids)) ?? sqlite.read(() => look(ids))
    },
    async dropIds(ids) {
      sqlite.write(() => {
        for (const { address, id } of ids) drop.run(address, id)
      }, true)
    },
    async findFamily(address, family) {
      const [begin, end] = [`${family}${ID_PARTS}`, `${family}${AFTER_PARTS}`]
      return sqlite.read(() => [
        ...ofFamily.all(address, begin, end).map(({ offset }) => offset),
        ...runs.family(address, family),
      ])
    },
  }
  return {
    methods,
    async forget({ address, first, last }) {
      await runs.forget(address, { first, last })
      // Looked up without the lock of a writer: that is a pass over all of the address that stand alone.
      for (let after = '', found = STEP; found === STEP;) {
        const ids = sqlite.attempt(() => broughtBy.all(address, after, first, last, STEP))
        if (ids.length > 0) {
          sqlite.write(() => {
            for (const { id } of ids) drop.run(address, id)
          })
        }
        after = ids.at(-1)?.id ?? after
        found = ids.length
        await new Promise(setImmediate)
      }
    },
    async expire(beforeMs, kinds) {
      const listed = JSON.stringify(kinds)
      for (let dropped = STEP; dropped === STEP;) {
        dropped = sqlite.write(() => dropOld.run(beforeMs, listed, STEP).changes)
        await new Promise(setImmediate)
      }
      await runs.expire(beforeMs, listed)
    },
    close: runs.close,
  }
}

/** By address; mostly there is one. */
function grouped(ids: readonly AppliedId[]): ReadonlyMap<string, readonly AppliedId[]> {
  return haveOneAddress(ids) ? new Map([[ids[0]!.address, ids]]) : Map.groupBy(ids, ({ address }) => address)
}

function haveOneAddress(ids: readonly Asked[]): boolean {
  const { address } = ids[0]!
  for (const one of ids) if (one.address !== address) return false
  return true
}

function entriesOf(ids: readonly Pick<AppliedId, 'id' | 'hash' | 'offset'>[]): Uint32Array {
  const entries = new Uint32Array(ids.length * WORDS)
  ids.forEach(({ id, hash, offset }, i) => writeEntry(entries, i * WORDS, hash ?? idHash(id), offset))
  return entries
}

/** The lower of two offsets, -1 for none. */
const lower = (a: number, b: number): number => (a < 0 ? b : b < 0 ? a : Math.min(a, b))
