import type { SqliteFile } from '../../sqlite/open.ts'
import { ID_PARTS } from '../../runtime/index.ts'
import type { StateStore } from '../port.ts'
import type { RaiseEnds } from './log-ends.ts'

/** Ids looked up and deleted in one go: the others' writes get in between. */
const FORGET_STEP = 1000

/** The sign after {@link ID_PARTS}. */
const AFTER_PARTS = String.fromCharCode(ID_PARTS.charCodeAt(0) + 1)

/** Offsets of an actor. */
interface Offsets {
  readonly address: string
  readonly first: number
  readonly last: number
}

/** Which offset brought an id first, per address. */
export function idTable(
  sqlite: SqliteFile,
  raiseEnds: RaiseEnds,
): { methods: Pick<StateStore, 'putIds' | 'findIds' | 'findFamily'>; forget(offsets: Offsets): Promise<void> } {
  const put = sqlite.prepare<unknown, [string, string, number, number]>(
    `INSERT INTO ids VALUES (?, ?, ?, ?) ON CONFLICT (address, id) DO UPDATE
     SET partition = excluded.partition, offset = excluded.offset WHERE excluded.offset < ids.offset`,
  )
  const find = sqlite.prepare<{ offset: number }, [string, string]>(
    'SELECT offset FROM ids WHERE address = ? AND id = ?',
  )
  const ofFamily = sqlite.prepare<{ offset: number }, [string, string, string]>(
    'SELECT offset FROM ids WHERE address = ? AND id >= ? AND id < ?',
  )
  const broughtBy = sqlite.prepare<{ id: string }, [string, string, number, number, number]>(
    'SELECT id FROM ids WHERE address = ? AND id > ? AND offset BETWEEN ? AND ? ORDER BY id LIMIT ?',
  )
  const drop = sqlite.prepare<unknown, [string, string]>('DELETE FROM ids WHERE address = ? AND id = ?')
  const methods: Pick<StateStore, 'putIds' | 'findIds' | 'findFamily'> = {
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
    async findFamily(address, family) {
      const [begin, end] = [`${family}${ID_PARTS}`, `${family}${AFTER_PARTS}`]
      return sqlite.attempt(() => ofFamily.all(address, begin, end)).map(({ offset }) => offset)
    },
  }
  return {
    methods,
    async forget({ address, first, last }) {
      // Looked up without the lock of a writer: that is a pass over all ids of the address.
      for (let after = '', found = FORGET_STEP; found === FORGET_STEP;) {
        const ids = sqlite.attempt(() => broughtBy.all(address, after, first, last, FORGET_STEP))
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
  }
}
