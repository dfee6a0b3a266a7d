import type { SqliteFile } from '../../sqlite/open.ts'
import type { Segment } from '../../runtime/index.ts'
import { SMALL_SEGMENT_ROWS, type StateStore } from '../port.ts'

type Methods = Pick<StateStore, 'putSegments' | 'readSegments' | 'deleteSegment' | 'fragmented'>
type Ended = Pick<Segment, 'address' | 'first' | 'last'>
type Row = Omit<Segment, 'data'> & { packed: number; data: Uint8Array }

/**
 * From this size on a segment is compressed by zstd, level 1. Of a plant's frames one row of 2 KB becomes 0.5 KB in 17 µs, 1024 rows
 * of 122 KB 38 KB in 0.25 ms (deflate: 45 KB in 0.3 ms); reading takes half of that.
 */
const PACK_FROM_BYTES = 1024
/** Segments a transaction deletes: the others' writes get in between. */
const EXPIRE_STEP = 500

/** History rows of the actors, by address and first offset. */
export function segmentTable(sqlite: SqliteFile): {
  methods: Methods
  /** `leaving` is told of each segment before it goes. */
  expire(beforeMs: number, leaving: (segment: Ended) => Promise<void>): Promise<void>
} {
  const put = sqlite.prepare<unknown, [string, number, number, number, number, number, number, Uint8Array]>(
    `INSERT INTO segments VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (address, first) DO UPDATE
     SET last = excluded.last, from_ms = excluded.from_ms, to_ms = excluded.to_ms, rows = excluded.rows,
       packed = excluded.packed, data = excluded.data
     WHERE excluded.last > segments.last`,
  )
  const COLUMNS = 'address, first, last, from_ms AS "from", to_ms AS "to", rows, packed, data'
  const read = sqlite.prepare<Row, [string, number, number, number]>(
    `SELECT ${COLUMNS} FROM segments WHERE address = ? AND to_ms >= ? AND from_ms <= ? AND rows < ? ORDER BY first`,
  )
  const readSmall = sqlite.prepare<Row, [string, number, number, number]>(
    `SELECT ${COLUMNS} FROM segments INDEXED BY segments_small
     WHERE address = ? AND to_ms >= ? AND from_ms <= ? AND rows < ? AND rows < ${SMALL_SEGMENT_ROWS} ORDER BY first`,
  )
  const drop = sqlite.prepare<unknown, [string, number, number]>(
    'DELETE FROM segments WHERE address = ? AND first = ? AND last <= ?',
  )
  const small = sqlite.prepare<{ address: string }, [number, number]>(
    `SELECT address FROM segments WHERE rows < ${SMALL_SEGMENT_ROWS}
     GROUP BY address HAVING count(*) > ? ORDER BY count(*) DESC, address LIMIT ?`,
  )
  // Hops from address to address, so that it costs their number and not that of the segments.
  const ended = sqlite.prepare<Ended, [number, number]>(
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
        for (const { address, first, last, from, to, rows: count, packed, data } of rows) {
          put.run(address, first, last, from, to, count, packed, data)
        }
      })
    },
    async readSegments(address, from, to, below = Infinity) {
      const statement = below <= SMALL_SEGMENT_ROWS ? readSmall : read
      return sqlite.attempt(() => statement.all(address, from, to, below)).map(unpack)
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
    async expire(beforeMs, leaving) {
      let found: number
      do {
        const segments = sqlite.attempt(() => ended.all(beforeMs, EXPIRE_STEP))
        for (const segment of segments) await leaving(segment)
        // One that has grown meanwhile stays, and comes again.
        sqlite.write(() => {
          for (const { address, first, last } of segments) drop.run(address, first, last)
        })
        found = segments.length
        await new Promise(setImmediate)
      } while (found === EXPIRE_STEP)
    },
  }
}

function pack(data: Uint8Array): { packed: number; data: Uint8Array } {
  if (data.byteLength >= PACK_FROM_BYTES) {
    const packed = Bun.zstdCompressSync(data as Uint8Array<ArrayBuffer>, { level: 1 })
    if (packed.byteLength < data.byteLength) return { packed: 1, data: packed }
  }
  return { packed: 0, data }
}

const unpack = ({ packed, data, ...row }: Row): Segment => ({
  ...row,
  data: packed ? new Uint8Array(Bun.zstdDecompressSync(data as Uint8Array<ArrayBuffer>)) : data,
})
