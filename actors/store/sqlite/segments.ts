import type { SqliteFile } from '../../sqlite/open.ts'
import type { Segment } from '../../runtime/index.ts'
import type { StateStore } from '../port.ts'

type Methods = Pick<StateStore, 'putSegments' | 'readSegments' | 'deleteSegment' | 'fragmented'>
type Row = Omit<Segment, 'data'> & { deflated: number; data: Uint8Array }

/** Below this, deflating costs more time than the bytes are worth; merged segments are above it, fresh ones below. */
const DEFLATE_FROM_BYTES = 4096
/** Segments a transaction deletes: the others' writes get in between. */
const EXPIRE_STEP = 500

/** History rows of the actors, by address and first offset. */
export function segmentTable(sqlite: SqliteFile): { methods: Methods; expire(beforeMs: number): Promise<void> } {
  const put = sqlite.prepare<unknown, [string, number, number, number, number, number, number, Uint8Array]>(
    `INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (address, first) DO UPDATE
     SET last = excluded.last, from_ms = excluded.from_ms, to_ms = excluded.to_ms, rows = excluded.rows,
       deflated = excluded.deflated, data = excluded.data
     WHERE excluded.last > segments.last`,
  )
  const read = sqlite.prepare<Row, [string, number, number]>(
    `SELECT address, first, last, from_ms AS "from", to_ms AS "to", rows, deflated, data FROM segments
     WHERE address = ? AND to_ms >= ? AND from_ms <= ? ORDER BY first`,
  )
  const drop = sqlite.prepare<unknown, [string, number, number]>(
    'DELETE FROM segments WHERE address = ? AND first = ? AND last <= ?',
  )
  const small = sqlite.prepare<{ address: string }, [number, number]>(
    `SELECT address FROM segments WHERE rows < 512
     GROUP BY address HAVING count(*) > ? ORDER BY count(*) DESC, address LIMIT ?`,
  )
  // Hops from address to address, so that it costs their number and not that of the segments.
  const ended = sqlite.prepare<{ address: string; first: number; last: number }, [number, number]>(
    `WITH RECURSIVE each_address (address) AS (
       SELECT min(address) FROM segments
       UNION ALL
       SELECT (SELECT min(address) FROM segments WHERE address > each_address.address)
       FROM each_address WHERE address IS NOT NULL
     )
     SELECT s.address, s.first, s.last FROM each_address CROSS JOIN segments s
     ON s.address = each_address.address AND s.to_ms < ? LIMIT ?`,
  )
  const methods: Methods = {
    async putSegments(segments) {
      if (segments.length === 0) return
      const rows = segments.map((segment) => ({ ...segment, ...pack(segment.data) }))
      sqlite.write(() => {
        for (const { address, first, last, from, to, rows: count, deflated, data } of rows) {
          put.run(address, first, last, from, to, count, deflated, data)
        }
      })
    },
    async readSegments(address, from, to) {
      return sqlite.attempt(() => read.all(address, from, to)).map(unpack)
    },
    async deleteSegment(address, first, last) {
      sqlite.write(() => drop.run(address, first, last))
    },
    async fragmented(count, limit) {
      return sqlite.attempt(() => small.all(count, limit)).map(({ address }) => address)
    },
  }
  return {
    methods,
    async expire(beforeMs) {
      let found: number
      do {
        found = sqlite.write(() => {
          const rows = ended.all(beforeMs, EXPIRE_STEP)
          for (const { address, first, last } of rows) drop.run(address, first, last)
          return rows.length
        })
        await new Promise(setImmediate)
      } while (found === EXPIRE_STEP)
    },
  }
}

function pack(data: Uint8Array): { deflated: number; data: Uint8Array } {
  if (data.byteLength >= DEFLATE_FROM_BYTES) {
    const deflated = Bun.deflateSync(data as Uint8Array<ArrayBuffer>, { level: 1 })
    if (deflated.byteLength < data.byteLength * 0.75) return { deflated: 1, data: deflated }
  }
  return { deflated: 0, data }
}

const unpack = ({ deflated, data, ...row }: Row): Segment => ({
  ...row,
  data: deflated ? Bun.inflateSync(data as Uint8Array<ArrayBuffer>) : data,
})
