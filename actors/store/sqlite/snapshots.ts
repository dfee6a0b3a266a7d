import type { SqliteFile } from '../../sqlite/open.ts'
import type { Snapshot } from '../../runtime/index.ts'
import type { StateStore } from '../port.ts'
import type { RaiseEnds } from './log-ends.ts'

type Methods = Pick<StateStore, 'claim' | 'owners' | 'loadSnapshots' | 'loadDue' | 'putSnapshots' | 'listAddresses'>

/** Owners of partitions and the snapshots of their actors. */
export function snapshotTable(sqlite: SqliteFile, raiseEnds: RaiseEnds): Methods {
  const claim = sqlite.prepare<{ epoch: number }, [number, string]>(
    `INSERT INTO owners VALUES (?, 1, ?)
     ON CONFLICT (partition) DO UPDATE SET epoch = owners.epoch + 1, owner = excluded.owner RETURNING epoch`,
  )
  const owners = sqlite.prepare<{ partition: number; epoch: number; owner: string }, []>(
    'SELECT partition, epoch, owner FROM owners',
  )
  const load = sqlite.prepare<Snapshot, [string]>(
    'SELECT address, partition, offset, epoch, version, due, state, at FROM snapshots WHERE address = ?',
  )
  const due = sqlite.prepare<{ address: string; due: number }, [number]>(
    'SELECT address, due FROM snapshots WHERE partition = ? AND due IS NOT NULL ORDER BY due',
  )
  const put = sqlite.prepare<unknown, [string, number, number, number, number, number | null, string, number]>(
    `INSERT INTO snapshots (address, partition, offset, epoch, version, due, state, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (address) DO UPDATE SET partition = excluded.partition, offset = excluded.offset, epoch = excluded.epoch,
       version = excluded.version, due = excluded.due, state = excluded.state, at = excluded.at
     WHERE excluded.offset > snapshots.offset`,
  )
  const stored = sqlite.prepare<{ offset: number }, [string]>('SELECT offset FROM snapshots WHERE address = ?')
  const list = sqlite.prepare<{ address: string }, [string, string, number]>(
    'SELECT address FROM snapshots WHERE address > ? AND address < ? ORDER BY address LIMIT ?',
  )
  return {
    async claim(partition, owner) {
      return sqlite.write(() => claim.get(partition, owner)!.epoch)
    },
    async owners() {
      return sqlite.attempt(() => owners.all())
    },
    async loadSnapshots(addresses) {
      return sqlite.read(() => {
        const found: Snapshot[] = []
        for (const address of addresses) {
          const snapshot = load.get(address)
          if (snapshot) found.push(snapshot)
        }
        return found
      })
    },
    async loadDue(partition) {
      return sqlite.attempt(() => due.all(partition))
    },
    async putSnapshots(snapshots) {
      if (snapshots.length === 0) return []
      return sqlite.write(() => {
        raiseEnds(snapshots)
        return snapshots.map(({ address, partition, offset, epoch, version, due, state, at }) => {
          const { changes } = put.run(address, partition, offset, epoch, version, due, state, at)
          return changes > 0 ? offset : stored.get(address)!.offset
        })
      })
    },
    async listAddresses(kind, after, limit) {
      // '0' follows '/': everything that begins with `kind/` lies between the two.
      const from = after > `${kind}/` ? after : `${kind}/`
      return sqlite.attempt(() => list.all(from, `${kind}0`, limit).map(({ address }) => address))
    },
  }
}
