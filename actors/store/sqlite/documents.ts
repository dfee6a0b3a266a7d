import type { SQLQueryBindings } from 'bun:sqlite'
import type { SqliteFile } from '../../sqlite/open.ts'
import type { Collection, Document, Documents } from '../port.ts'
import { documentKeys } from './document-keys.ts'

interface Row {
  readonly id: string
  readonly version: number
  readonly body: string
}

const parse = <Body>({ id, version, body }: Row): Document<Body> => ({ id, version, body: JSON.parse(body) })

/** Collections of JSON documents in one table; the fields that can be searched for stand in a table of keys. */
export function documentTables(sqlite: SqliteFile): Documents {
  const keys = documentKeys(sqlite)
  const get = sqlite.prepare<Row, [string, string]>(
    'SELECT id, version, body FROM documents WHERE collection = ? AND id = ?',
  )
  const insert = sqlite.prepare<unknown, [string, string, string]>(
    'INSERT INTO documents VALUES (?, ?, 1, ?) ON CONFLICT DO NOTHING',
  )
  const replace = sqlite.prepare<unknown, [string, string, string, number]>(
    'UPDATE documents SET body = ?, version = version + 1 WHERE collection = ? AND id = ? AND version = ?',
  )
  const remove = sqlite.prepare<unknown, [string, string]>('DELETE FROM documents WHERE collection = ? AND id = ?')
  const next = sqlite.prepare<{ value: number }, [string]>(
    'INSERT INTO sequences VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = sequences.value + 1 RETURNING value',
  )
  return {
    async get<Body>({ name }: Collection, id: string) {
      const row = sqlite.attempt(() => get.get(name, id))
      return row ? parse<Body>(row) : undefined
    },
    async insert(collection, id, body) {
      keys.prepare(collection)
      return sqlite.write(() => {
        if (get.get(collection.name, id)) return { ok: false, conflict: 'id' }
        const conflict = keys.conflict(collection, id, body)
        if (conflict) return { ok: false, conflict }
        insert.run(collection.name, id, JSON.stringify(body))
        keys.put(collection, id, body)
        return { ok: true, version: 1 }
      }, collection.fleeting)
    },
    async replace(collection, id, version, body) {
      keys.prepare(collection)
      return sqlite.write(() => {
        if (get.get(collection.name, id)?.version !== version) return { ok: false, conflict: 'version' }
        const conflict = keys.conflict(collection, id, body)
        if (conflict) return { ok: false, conflict }
        replace.run(JSON.stringify(body), collection.name, id, version)
        keys.drop(collection, id)
        keys.put(collection, id, body)
        return { ok: true, version: version + 1 }
      }, collection.fleeting)
    },
    async remove(collection, id, version) {
      return sqlite.write(() => {
        const row = get.get(collection.name, id)
        if (!row || (version !== undefined && row.version !== version)) return false
        keys.drop(collection, id)
        remove.run(collection.name, id)
        return true
      }, collection.fleeting)
    },
    async find<Body>(
      collection: Collection,
      { where = {}, after, descending = false, limit }: Parameters<Documents['find']>[1],
    ) {
      keys.prepare(collection)
      const { sql, bindings } = selection(collection, where)
      const order = descending ? 'DESC' : 'ASC'
      if (after !== undefined) bindings.push(after)
      const behind = after === undefined ? '' : `AND d.id ${descending ? '<' : '>'} ?`
      const statement = `SELECT d.id, d.version, d.body ${sql} ${behind} ORDER BY d.id ${order} LIMIT ?`
      const rows = sqlite.attempt(() => sqlite.db.query<Row, SQLQueryBindings[]>(statement).all(...bindings, limit))
      return rows.map((row) => parse<Body>(row))
    },
    async count(collection, where = {}) {
      keys.prepare(collection)
      const { sql, bindings } = selection(collection, where)
      return sqlite.attempt(
        () => sqlite.db.query<{ n: number }, SQLQueryBindings[]>(`SELECT count(*) AS n ${sql}`).get(...bindings)!.n,
      )
    },
    async next(sequence) {
      return sqlite.write(() => next.get(sequence)!.value)
    },
  }
}

/** FROM and WHERE for the documents that have all these values; the text depends on the number of fields alone. */
function selection(collection: Collection, where: Record<string, string | number>) {
  const searchable = [...(collection.unique ?? []), ...(collection.indexed ?? [])]
  const bindings: SQLQueryBindings[] = [collection.name]
  let sql = 'FROM documents d WHERE d.collection = ?'
  for (const [field, value] of Object.entries(where)) {
    if (!searchable.includes(field)) throw new TypeError(`${collection.name} is not indexed by ${field}`)
    sql += ` AND d.id IN (SELECT id FROM document_keys WHERE collection = ? AND field = ? AND value = ?)`
    bindings.push(collection.name, field, value)
  }
  return { sql, bindings }
}
