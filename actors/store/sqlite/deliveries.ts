import type { SQLQueryBindings } from 'bun:sqlite'
import { OUTBOX, targetOf, type Effect } from '../../runtime/index.ts'
import type { SqliteFile } from '../../sqlite/open.ts'
import type { Deliveries, Delivery } from '../port.ts'

/** Deliveries a transaction drops: the others' writes get in between. */
const EXPIRE_STEP = 1000

interface Row {
  readonly id: string
  readonly target: string
  readonly address: string
  readonly at: number
  readonly status: Delivery['status']
  readonly attempts: number
  readonly next_at: number | null
  readonly tried_at: number | null
  readonly error: string | null
  readonly answer: string | null
}

const COLUMNS = ['id', 'target', 'address', 'at', 'status', 'attempts', 'next_at', 'tried_at', 'error', 'answer']
const columnsOf = (table: string) => COLUMNS.map((column) => `${table}.${column}`).join(', ')

const deliveryOf = ({
  id,
  target,
  address,
  at,
  status,
  attempts,
  next_at,
  tried_at,
  error,
  answer,
}: Row): Delivery => ({
  id,
  target,
  address,
  at,
  status,
  attempts,
  nextAt: next_at,
  triedAt: tried_at,
  error,
  answer,
})

/** Only those of some partitions; the text is JSON, null stands for all. */
const OURS = '(?1 IS NULL OR partition IN (SELECT value FROM json_each(?1)))'

/** What has to leave, and how it stands. `begin` belongs into the transaction that stores the effect. */
export function deliveryTable(sqlite: SqliteFile): {
  methods: Deliveries
  begin(effect: Effect): void
  expire(beforeMs: number): Promise<void>
} {
  const insert = sqlite.prepare<unknown, [string, number, string, string, number, number]>(
    `INSERT INTO deliveries (id, partition, target, address, at, status, attempts, next_at)
     VALUES (?, ?, ?, ?, ?, 'waiting', 0, ?) ON CONFLICT (id) DO NOTHING`,
  )
  // Each step jumps to the next target's first entry in the index: as many steps as targets, however much waits.
  const targets = sqlite.prepare<{ target: string; next_at: number | null }, [string | null]>(
    `WITH RECURSIVE each_one (target) AS (
       SELECT min(target) FROM deliveries WHERE next_at IS NOT NULL
       UNION ALL
       SELECT (SELECT min(target) FROM deliveries WHERE next_at IS NOT NULL AND target > each_one.target)
       FROM each_one WHERE target IS NOT NULL
     )
     SELECT target, (
       SELECT next_at FROM deliveries d WHERE d.target = each_one.target AND next_at IS NOT NULL AND ${OURS} ORDER BY next_at LIMIT 1
     ) AS next_at
     FROM each_one WHERE target IS NOT NULL`,
  )
  const due = sqlite.prepare<Row & { outgoing: string | null }, [string | null, string, number, number]>(
    `SELECT ${columnsOf('d')}, e.body AS outgoing FROM deliveries d
     LEFT JOIN effects e ON e.collection = '${OUTBOX}' AND e.id = d.id
     WHERE d.target = ?2 AND d.next_at IS NOT NULL AND d.next_at <= ?3 AND ${OURS}
     ORDER BY d.next_at, d.id LIMIT ?4`,
  )
  const update = sqlite.prepare<unknown, SQLQueryBindings[]>(
    'UPDATE deliveries SET status = ?, attempts = ?, next_at = ?, tried_at = ?, error = ?, answer = ? WHERE id = ? AND next_at IS NOT NULL',
  )
  const letGo = sqlite.prepare<unknown, [string]>(`DELETE FROM effects WHERE collection = '${OUTBOX}' AND id = ?`)
  const get = sqlite.prepare<Row, [string]>(`SELECT ${columnsOf('deliveries')} FROM deliveries WHERE id = ?`)
  const list = (after: string) =>
    sqlite.prepare<Row, SQLQueryBindings[]>(
      `SELECT ${columnsOf('deliveries')} FROM deliveries WHERE target = ? ${after} ORDER BY at DESC, id DESC LIMIT ?`,
    )
  const newest = list('')
  const behind = list('AND (at, id) < (?, ?)')
  const old = sqlite.prepare<{ id: string }, [number, number]>(
    'SELECT id FROM deliveries WHERE at < ? ORDER BY at LIMIT ?',
  )
  const drop = sqlite.prepare<unknown, [string]>('DELETE FROM deliveries WHERE id = ?')
  const dropOutbox = sqlite.prepare<unknown, [number, number]>(
    `DELETE FROM effects WHERE collection = '${OUTBOX}' AND id IN
     (SELECT id FROM effects WHERE collection = '${OUTBOX}' AND at < ? ORDER BY at LIMIT ?)`,
  )
  const textOf = (partitions: readonly number[] | undefined) => (partitions ? JSON.stringify(partitions) : null)

  const methods: Deliveries = {
    async openTargets(partitions) {
      const found = sqlite.attempt(() => targets.all(textOf(partitions)))
      return found.flatMap(({ target, next_at }) => (next_at === null ? [] : [{ target, nextAt: next_at }]))
    },
    async dueDeliveries({ target, now, limit, partitions }) {
      const found = sqlite.attempt(() => due.all(textOf(partitions), target, now, limit))
      return found.map(({ outgoing, ...row }) => ({ delivery: deliveryOf(row), outgoing }))
    },
    async putDeliveries(deliveries) {
      if (deliveries.length === 0) return
      sqlite.write(() => {
        for (const { id, status, attempts, nextAt, triedAt, error, answer } of deliveries) {
          update.run(status, attempts, nextAt, triedAt, error, answer, id)
          if (nextAt === null) letGo.run(id)
        }
      })
    },
    async getDelivery(id) {
      const row = sqlite.attempt(() => get.get(id))
      return row ? deliveryOf(row) : undefined
    },
    async listDeliveries({ target, after, limit }) {
      const rows = sqlite.attempt(() =>
        after ? behind.all(target, after.at, after.id, limit) : newest.all(target, limit),
      )
      return rows.map(deliveryOf)
    },
  }
  return {
    methods,
    begin({ id, address, at, body }) {
      insert.run(id, Number(id.split('-', 1)[0]), targetOf(body), address, at, at)
    },
    async expire(beforeMs) {
      let dropped: number
      do {
        dropped = sqlite.write(() => {
          const ids = old.all(beforeMs, EXPIRE_STEP)
          for (const { id } of ids) drop.run(id)
          return Math.max(ids.length, dropOutbox.run(beforeMs, EXPIRE_STEP).changes)
        })
        await new Promise(setImmediate)
      } while (dropped === EXPIRE_STEP)
    },
  }
}
