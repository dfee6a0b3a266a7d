import type { SqliteFile } from '../../sqlite/open.ts'
import type { Segment } from '../../runtime/index.ts'
import type { summaryTable } from './summaries.ts'
import { SMALL_SEGMENT_ROWS, SMALL_SEGMENT_TEXT, type StateStore } from '../port.ts'

type Methods = Pick<
  StateStore,
  'putSegments' | 'readSegments' | 'readDigests' | 'readSegment' | 'segmentWith' | 'deleteSegment' | 'fragmented'
>
type Ended = Pick<Segment, 'address' | 'first' | 'last'>
type Before = Pick<Parameters<StateStore['expire']>[0], 'history' | 'historyOf'>
type HeadRow = Omit<Segment, 'data' | 'texts' | 'summary' | 'digest'> & { digest: string | null }
type Row = HeadRow & { packed: number; data: Uint8Array; textsPacked: number | null; texts: Uint8Array | null }

/**
 * From this size on a segment is compressed by zstd, level 1. Of a plant's frames one row of 2 KB becomes 0.5 KB in 17 µs, 1024 rows
 * of 122 KB 38 KB in 0.25 ms (deflate: 45 KB in 0.3 ms); reading takes half of that.
 */
const PACK_FROM_BYTES = 1024
/** As the index says it, word for word: else it is not used. */
const SMALL = `rows < ${SMALL_SEGMENT_ROWS} AND text_bytes < ${SMALL_SEGMENT_TEXT}`
/** Segments a transaction deletes: the others' writes get in between. */
const EXPIRE_STEP = 500

/** History rows of the actors, by address and first offset. */
export function segmentTable(
  sqlite: SqliteFile,
  summaries: Pick<ReturnType<typeof summaryTable>, 'put' | 'remove'>,
): {
  methods: Methods
  /** `leaving` is told of each segment before it goes. */
  expire(before: Before, leaving: (segment: Ended) => Promise<void>): Promise<void>
} {
  const put = sqlite.prepare<unknown, [string, number, number, number, number, number, number, Uint8Array, number]>(
    `INSERT INTO segments (address, first, last, from_ms, to_ms, rows, packed, data, text_bytes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (address, first) DO UPDATE
     SET last = excluded.last, from_ms = excluded.from_ms, to_ms = excluded.to_ms, rows = excluded.rows,
       packed = excluded.packed, data = excluded.data, text_bytes = excluded.text_bytes
     WHERE excluded.last > segments.last`,
  )
  const putTexts = sqlite.prepare<unknown, [string, number, number, string | null, number, Uint8Array | null]>(
    `INSERT INTO segment_texts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (address, first) DO UPDATE
     SET last = excluded.last, digest = excluded.digest, packed = excluded.packed, texts = excluded.texts
     WHERE excluded.last > segment_texts.last`,
  )
  const HEAD = 'address, first, last, from_ms AS "from", to_ms AS "to", rows, digest'
  const COLUMNS = `${HEAD}, s.packed, data, t.packed AS textsPacked, texts`
  const TEXTS = 'LEFT JOIN segment_texts t USING (address, first, last)'
  const read = sqlite.prepare<Row, [string, number, number, number]>(
    `SELECT ${COLUMNS} FROM segments s ${TEXTS} WHERE address = ? AND to_ms >= ? AND from_ms <= ? AND rows < ? ORDER BY first`,
  )
  const readSmall = sqlite.prepare<Row, [string, number, number, number]>(
    `SELECT ${COLUMNS} FROM segments s INDEXED BY segments_small ${TEXTS}
     WHERE address = ? AND to_ms >= ? AND from_ms <= ? AND rows < ? AND ${SMALL} ORDER BY first`,
  )
  const digest = sqlite.prepare<{ digest: string | null }, [string, number, number]>(
    'SELECT digest FROM segment_texts WHERE address = ? AND first = ? AND last = ?',
  )
  const one = sqlite.prepare<Row, [string, number, number]>(
    `SELECT ${COLUMNS} FROM segments s ${TEXTS} WHERE address = ? AND first = ? AND last = ?`,
  )
  const holding = sqlite.prepare<Row, [string, number, number]>(
    `SELECT ${COLUMNS} FROM segments s ${TEXTS} WHERE address = ? AND first <= ? AND last >= ? ORDER BY first DESC LIMIT 1`,
  )
  const drop = sqlite.prepare<unknown, [string, number, number]>(
    'DELETE FROM segments WHERE address = ? AND first = ? AND last <= ?',
  )
  const dropTexts = sqlite.prepare<unknown, [string, number, number]>(
    'DELETE FROM segment_texts WHERE address = ? AND first = ? AND last <= ?',
  )
  const small = sqlite.prepare<{ address: string }, [number, number]>(
    `SELECT address FROM segments WHERE ${SMALL}
     GROUP BY address HAVING count(*) > ? ORDER BY count(*) DESC, address LIMIT ?`,
  )
  // Hops from address to address, so that it costs their number and not that of the segments.
  const ended = sqlite.prepare<Ended, [string, string, number, number]>(
    `WITH RECURSIVE each_address (address) AS (
       SELECT min(address) FROM segments WHERE address >= ?1 AND address < ?2
       UNION ALL
       SELECT (SELECT min(address) FROM segments WHERE address > each_address.address AND address < ?2)
       FROM each_address WHERE address IS NOT NULL
     )
     SELECT s.address, s.first, s.last FROM each_address CROSS JOIN segments s
     ON s.address = each_address.address AND s.to_ms < ?3 LIMIT ?4`,
  )
  const remove = (address: string, first: number, last: number) => {
    drop.run(address, first, last)
    dropTexts.run(address, first, last)
    summaries.remove(address, first, last)
  }
  const methods: Methods = {
    async putSegments(segments) {
      if (segments.length === 0) return
      const rows = segments.map(({ data, texts, ...head }) => {
        // The texts of a small one are packed when it is merged: until then that would be work for nothing.
        const isSmall = head.rows < SMALL_SEGMENT_ROWS && (texts?.byteLength ?? 0) < SMALL_SEGMENT_TEXT
        const text = isSmall ? { packed: 0, data: texts } : pack(texts)
        return { head, columns: pack(data), texts, text }
      })
      sqlite.write(() => {
        for (const { head, columns, texts, text } of rows) {
          const { address, first, last, from, to, rows: count, digest } = head
          put.run(address, first, last, from, to, count, columns.packed, columns.data, texts?.byteLength ?? 0)
          if (texts || digest !== undefined) {
            putTexts.run(address, first, last, digest ?? null, text.packed, text.data ?? null)
          }
          summaries.put(head)
        }
      })
    },
    async readSegments(address, from, to, below = Infinity) {
      const statement = below <= SMALL_SEGMENT_ROWS ? readSmall : read
      return sqlite.attempt(() => statement.all(address, from, to, below)).map(unpack)
    },
    async readDigests(keys) {
      return sqlite.read(() =>
        keys.map(({ address, first, last }) => digest.get(address, first, last)?.digest ?? undefined),
      )
    },
    async readSegment(address, first, last) {
      const row = sqlite.attempt(() => one.get(address, first, last))
      return row ? unpack(row) : undefined
    },
    async segmentWith(address, offset) {
      const row = sqlite.attempt(() => holding.get(address, offset, offset))
      return row ? unpack(row) : undefined
    },
    async deleteSegment(address, first, last) {
      sqlite.write(() => remove(address, first, last))
    },
    async fragmented(count, limit) {
      return sqlite.attempt(() => small.all(count, limit)).map(({ address }) => address)
    },
  }
  return {
    methods,
    async expire({ history, historyOf = {} }, leaving) {
      for (const { from, to, beforeMs } of spansOfKinds(history, historyOf)) {
        let found: number
        do {
          const segments = sqlite.attempt(() => ended.all(from, to, beforeMs, EXPIRE_STEP))
          for (const segment of segments) await leaving(segment)
          // One that has grown meanwhile stays, and comes again.
          sqlite.write(() => {
            for (const { address, first, last } of segments) remove(address, first, last)
          })
          found = segments.length
          await new Promise(setImmediate)
        } while (found === EXPIRE_STEP)
      }
    },
  }
}

/** All addresses, in spans of one retention each: those of a kind, and what lies between the kinds. The sign after `/` is `0`. */
function spansOfKinds(history: number, historyOf: Readonly<Record<string, number>>) {
  const spans: { from: string; to: string; beforeMs: number }[] = []
  let from = ''
  for (const [kind, beforeMs] of Object.entries(historyOf).sort(([a], [b]) => (a < b ? -1 : 1))) {
    spans.push({ from, to: `${kind}/`, beforeMs: history }, { from: `${kind}/`, to: `${kind}0`, beforeMs })
    from = `${kind}0`
  }
  return [...spans, { from, to: '\u{10ffff}', beforeMs: history }]
}

function pack<Data extends Uint8Array | undefined>(data: Data): { packed: number; data: Data | Uint8Array } {
  if (data !== undefined && data.byteLength >= PACK_FROM_BYTES) {
    const packed = Bun.zstdCompressSync(data as Uint8Array<ArrayBuffer>, { level: 1 })
    if (packed.byteLength < data.byteLength) return { packed: 1, data: packed }
  }
  return { packed: 0, data }
}

const unpacked = (packed: number | null, data: Uint8Array): Uint8Array =>
  packed ? new Uint8Array(Bun.zstdDecompressSync(data as Uint8Array<ArrayBuffer>)) : data

const unpack = ({ packed, data, textsPacked, texts, digest, ...head }: Row): Segment => ({
  ...head,
  ...(digest === null ? {} : { digest }),
  data: unpacked(packed, data),
  ...(texts === null ? {} : { texts: unpacked(textsPacked, texts) }),
})
