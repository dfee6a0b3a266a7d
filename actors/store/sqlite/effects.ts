import type { SQLQueryBindings, Statement } from 'bun:sqlite'
import type { SqliteFile } from '../../sqlite/open.ts'
import { OUTBOX, type Effect } from '../../runtime/index.ts'
import type { StateStore } from '../port.ts'
import type { RaiseEnds } from './log-ends.ts'

type Methods = Pick<StateStore, 'putEffects' | 'listEffects' | 'countEffects' | 'getEffect' | 'deleteEffect'>

/** Effects a transaction deletes: the others' writes get in between. */
const EXPIRE_STEP = 1000

/** What turns emitted: a document each, once. */
export function effectTable(
  sqlite: SqliteFile,
  raiseEnds: RaiseEnds,
  beginDelivery: (effect: Effect) => void,
): { methods: Methods; expire(beforeMs: number): Promise<void> } {
  const put = sqlite.prepare<unknown, [string, string, string, number, string]>(
    'INSERT INTO effects VALUES (?, ?, ?, ?, ?) ON CONFLICT (collection, id) DO NOTHING',
  )
  const get = sqlite.prepare<Effect, [string, string]>('SELECT * FROM effects WHERE collection = ? AND id = ?')
  const count = sqlite.prepare<{ count: number }, [string, number]>(
    'SELECT count(*) AS count FROM (SELECT 1 FROM effects WHERE collection = ? LIMIT ?)',
  )
  const drop = sqlite.prepare<unknown, [string, string]>('DELETE FROM effects WHERE collection = ? AND id = ?')
  const list = listings(sqlite)
  const collections = sqlite.prepare<{ name: string }, []>(
    `WITH RECURSIVE each_one (name) AS (
       SELECT min(collection) FROM effects
       UNION ALL
       SELECT (SELECT min(collection) FROM effects WHERE collection > each_one.name) FROM each_one WHERE name IS NOT NULL
     )
     SELECT name FROM each_one WHERE name IS NOT NULL`,
  )
  const dropOld = sqlite.prepare<unknown, [string, string, number, number]>(
    `DELETE FROM effects WHERE collection = ? AND id IN
     (SELECT id FROM effects WHERE collection = ? AND at < ? ORDER BY at LIMIT ?)`,
  )
  const methods: Methods = {
    async putEffects(effects) {
      if (effects.length === 0) return
      sqlite.write(() => {
        raiseEnds(effects.map(({ id }) => positionOf(id)))
        for (const effect of effects) {
          const { collection, id, address, at, body } = effect
          put.run(collection, id, address, at, body)
          if (collection === OUTBOX) beginDelivery(effect)
        }
      })
    },
    async listEffects({ collection, address, from = -Infinity, to = Infinity, oldestFirst = false, after, limit }) {
      const bindings: SQLQueryBindings[] = address === undefined ? [collection] : [collection, address]
      bindings.push(from, to)
      if (after) bindings.push(after.at, after.id)
      const statement = list(address !== undefined, oldestFirst, after !== undefined)
      return sqlite.attempt(() => statement.all(...bindings, limit))
    },
    async countEffects(collection, most) {
      return sqlite.attempt(() => count.get(collection, most))!.count
    },
    async getEffect(collection, id) {
      return sqlite.attempt(() => get.get(collection, id)) ?? undefined
    },
    async deleteEffect(collection, id) {
      return sqlite.write(() => drop.run(collection, id).changes > 0)
    },
  }
  return {
    methods,
    async expire(beforeMs) {
      for (const { name } of sqlite.attempt(() => collections.all())) {
        let dropped: number
        do {
          dropped = sqlite.write(() => dropOld.run(name, name, beforeMs, EXPIRE_STEP).changes)
          await new Promise(setImmediate)
        } while (dropped === EXPIRE_STEP)
      }
    },
  }
}

/** The shapes of a listing, each with the index that gives its order. */
function listings(sqlite: SqliteFile) {
  const prepared = new Map<string, Statement<Effect, SQLQueryBindings[]>>()
  return (ofAddress: boolean, oldestFirst: boolean, isAfter: boolean): Statement<Effect, SQLQueryBindings[]> => {
    const order = oldestFirst ? 'ASC' : 'DESC'
    const text = `SELECT * FROM effects WHERE collection = ? ${ofAddress ? 'AND address = ?' : ''} AND at >= ? AND at < ?
      ${isAfter ? `AND (at, id) ${oldestFirst ? '>' : '<'} (?, ?)` : ''} ORDER BY at ${order}, id ${order} LIMIT ?`
    let statement = prepared.get(text)
    if (statement === undefined) prepared.set(text, (statement = sqlite.prepare(text)))
    return statement
  }
}

/** `partition-offset-n` */
function positionOf(id: string): { partition: number; offset: number } {
  const [partition, offset] = id.split('-')
  return { partition: Number(partition), offset: Number(offset) }
}
