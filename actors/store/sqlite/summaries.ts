import type { SqliteFile } from '../../sqlite/open.ts'
import type { Segment } from '../../runtime/index.ts'
import type { SegmentKey, SegmentSpan, StateStore } from '../port.ts'

type Methods = Pick<StateStore, 'spansOf' | 'readSummaries'>

/** What segments say of themselves, beside them: totals before buckets, since who wants those alone then never touches the pages of the others. */
export function summaryTable(sqlite: SqliteFile): {
  methods: Methods
  /** Within the transaction that has written the segment. */
  put(segment: SegmentKey & Pick<Segment, 'summary'>): void
  /** Within the transaction that removes the segment. */
  remove(address: string, first: number, last: number): void
} {
  const put = sqlite.prepare<unknown, [string, number, number, Uint8Array, Uint8Array]>(
    `INSERT INTO segment_summaries VALUES (?, ?, ?, ?, ?) ON CONFLICT (address, first) DO UPDATE
     SET last = excluded.last, totals = excluded.totals, buckets = excluded.buckets WHERE excluded.last > segment_summaries.last`,
  )
  const drop = sqlite.prepare<unknown, [string, number, number]>(
    'DELETE FROM segment_summaries WHERE address = ? AND first = ? AND last <= ?',
  )
  // One statement for all addresses: a thousand of their own cost three times as much.
  const spans = sqlite.prepare<SegmentSpan & { place: number }, [string, number, number]>(
    `SELECT asked.key AS place, first, last, from_ms AS "from", to_ms AS "to", rows
     FROM json_each(?) asked CROSS JOIN segments INDEXED BY segments_spans
     ON address = asked.value AND to_ms >= ? AND from_ms <= ?`,
  )
  const reading = (part: 'totals' | 'buckets') =>
    sqlite.prepare<{ bytes: Uint8Array }, [string, number, number]>(
      `SELECT ${part} AS bytes FROM segment_summaries WHERE address = ? AND first = ? AND last = ?`,
    )
  const parts = { totals: reading('totals'), buckets: reading('buckets') }
  return {
    methods: {
      async spansOf(addresses, from, to) {
        const found: SegmentSpan[][] = addresses.map(() => [])
        const rows = sqlite.attempt(() => spans.all(JSON.stringify(addresses), from, to))
        // They come by place and `first`, as the index gives them; to be told to sort, SQLite would sort.
        for (const { place, first, last, from, to, rows: count } of rows) {
          const own = found[place]!
          if (first < (own.at(-1)?.first ?? 0)) throw new Error('the spans are not in the order of their index')
          own.push({ first, last, from, to, rows: count })
        }
        return found
      },
      async readSummaries(part, keys) {
        return sqlite.read(() => keys.map(({ address, first, last }) => parts[part].get(address, first, last)?.bytes))
      },
    },
    put({ address, first, last, summary }) {
      if (summary) put.run(address, first, last, summary.totals, summary.buckets)
    },
    remove: (address, first, last) => void drop.run(address, first, last),
  }
}
