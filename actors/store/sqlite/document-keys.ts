import type { SqliteFile } from '../../sqlite/open.ts'
import type { Collection } from '../port.ts'

type Key = string | number

/** The values by which the documents of a collection are found, and which of them stand once only. */
export function documentKeys(sqlite: SqliteFile) {
  const other = sqlite.prepare<{ id: string }, [string, string, Key, string]>(
    'SELECT id FROM document_keys WHERE collection = ? AND field = ? AND value = ? AND only_one = 1 AND id <> ?',
  )
  const put = sqlite.prepare<unknown, [string, string, Key, string, number]>(
    'INSERT INTO document_keys VALUES (?, ?, ?, ?, ?)',
  )
  const drop = sqlite.prepare<unknown, [string, string]>('DELETE FROM document_keys WHERE collection = ? AND id = ?')
  const dropAll = sqlite.prepare<unknown, [string]>('DELETE FROM document_keys WHERE collection = ?')
  const defined = sqlite.prepare<{ fields: string }, [string]>('SELECT fields FROM collections WHERE name = ?')
  const define = sqlite.prepare<unknown, [string, string]>(
    'INSERT INTO collections VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET fields = excluded.fields',
  )
  const all = sqlite.prepare<{ id: string; body: string }, [string]>(
    'SELECT id, body FROM documents WHERE collection = ?',
  )
  const prepared = new Set<string>()

  const keys = {
    /** The first unique field whose value another document has. */
    conflict(collection: Collection, id: string, body: object): string | undefined {
      return (collection.unique ?? []).find((field) => {
        const value = keyOf(body, field)
        return value !== undefined && other.get(collection.name, field, value, id) !== null
      })
    },
    put(collection: Collection, id: string, body: object) {
      const unique = new Set(collection.unique)
      for (const field of new Set([...unique, ...(collection.indexed ?? [])])) {
        const value = keyOf(body, field)
        if (value !== undefined) put.run(collection.name, field, value, id, unique.has(field) ? 1 : 0)
      }
    },
    drop(collection: Collection, id: string) {
      drop.run(collection.name, id)
    },
    /** Makes the keys anew when the collection is defined otherwise than when they were made (a program with a new index). */
    prepare(collection: Collection) {
      if (prepared.has(collection.name)) return
      const fields = JSON.stringify([collection.unique ?? [], collection.indexed ?? []])
      if (sqlite.attempt(() => defined.get(collection.name))?.fields !== fields) {
        sqlite.write(() => {
          dropAll.run(collection.name)
          for (const { id, body } of all.all(collection.name)) keys.put(collection, id, JSON.parse(body))
          define.run(collection.name, fields)
        })
      }
      prepared.add(collection.name)
    },
  }
  return keys
}

function keyOf(body: object, field: string): Key | undefined {
  const value = (body as Record<string, unknown>)[field]
  return typeof value === 'string' || typeof value === 'number' ? value : undefined
}
