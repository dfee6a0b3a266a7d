import type { SqliteFile } from '../../sqlite/open.ts'
import type { StateStore } from '../port.ts'
import type { RaiseEnds } from './log-ends.ts'

/** Which offset brought an id first, per address. */
export function idTable(sqlite: SqliteFile, raiseEnds: RaiseEnds): Pick<StateStore, 'putIds' | 'findIds'> {
  const put = sqlite.prepare<unknown, [string, string, number, number]>(
    `INSERT INTO ids VALUES (?, ?, ?, ?) ON CONFLICT (address, id) DO UPDATE
     SET partition = excluded.partition, offset = excluded.offset WHERE excluded.offset < ids.offset`,
  )
  const find = sqlite.prepare<{ offset: number }, [string, string]>(
    'SELECT offset FROM ids WHERE address = ? AND id = ?',
  )
  return {
    async putIds(ids) {
      if (ids.length === 0) return
      sqlite.write(() => {
        raiseEnds(ids)
        for (const { address, id, partition, offset } of ids) put.run(address, id, partition, offset)
      })
    },
    async findIds(ids) {
      return sqlite.read(() => ids.map(({ address, id }) => find.get(address, id)?.offset ?? -1))
    },
  }
}
