import { appendOf, type Clock, Fault, type Put } from '../../runtime/index.ts'
import { openSqlite } from '../../sqlite/open.ts'
import { placeOf, refused } from '../placing.ts'
import type { EventLog } from '../port.ts'
import { commitQueue } from './commits.ts'
import { openFeed } from './feed.ts'
import { lineOf } from './journal.ts'
import type { PackedBlock, Port } from './messages.ts'
import { identify, recover } from './recovery.ts'
import { type Retention, retentionOf } from './retention.ts'
import { LOG_FILE } from './schema.ts'

export interface SqliteLog extends EventLog {
  /**
   * Serves a Worker over its end of a channel: `openSqliteConsumer` and `openRemoteAppend` speak at the other end. `partitions`
   * are the Worker's. Returns the way to stop, for a Worker that ended.
   */
  serve(port: Port, partitions: readonly number[]): () => void
}

/**
 * The log of the embedded edition: one SQLite file with one writer, the thread that calls this. Faults: LOG_MISMATCH (another number of
 * partitions), SCHEMA_VERSION, DATA_CORRUPT; LOG_UNAVAILABLE here and at each append that finds no room, which leaves nothing
 * half-accepted and goes on once there is room.
 */
export function openSqliteLog(options: {
  file: string
  partitions: number
  clock: Pick<Clock, 'now'>
  retention?: Retention
}): SqliteLog {
  const { file, partitions, clock, retention = {} } = options
  const sqlite = openSqlite(file, LOG_FILE)
  try {
    const id = identify(sqlite, partitions)
    const journal = recover(sqlite, partitions)
    const keeping = retentionOf(sqlite, retention)
    const committed = readCommitted()
    let earliest = keeping.earliest(partitions)
    const feeds = new Set<ReturnType<typeof openFeed>>()
    const queue = commitQueue(sqlite, clock, journal, (texts) => {
      for (const feed of feeds) for (const text of texts) feed.push(text)
    })
    let closed = false
    const unavailable = () => new Fault('LOG_UNAVAILABLE', 'The log is closed.', { retryAfterS: 1 })

    function readCommitted(): (number | null)[] {
      const select = sqlite.prepare<{ partition: number; offset: number }, []>(
        'SELECT partition, offset FROM committed',
      )
      const found: (number | null)[] = Array(partitions).fill(null)
      for (const { partition, offset } of sqlite.attempt(() => select.all())) found[partition] = offset
      return found
    }

    const put: Put = (records, places) => {
      if (closed) return Promise.reject(unavailable())
      let taken = 0
      for (const record of records) {
        const partition = placeOf(record, partitions)
        if (partition < 0) {
          places.push(null)
          continue
        }
        places.push({ partition, offset: queue.place(partition, 1, lineOf(record)) })
        taken++
      }
      if (taken > 0) return queue.wait()
      return records.length > 0 ? Promise.reject(refused()) : Promise.resolve()
    }

    const source = {
      assigned: (wanted: readonly number[]) =>
        wanted.map((partition) => ({
          partition,
          committed: committed[partition] ?? null,
          earliest: earliest[partition]!,
          end: journal.ends[partition]!,
        })),
      ends: () => journal.ends,
      async append(batch: readonly PackedBlock[]) {
        if (closed) throw unavailable()
        const firsts = batch.map(({ partition, count, lines }) => queue.place(partition, count, lines))
        await queue.wait()
        return firsts
      },
      async commit(offsets: ReadonlyMap<number, number>) {
        if (closed) throw unavailable()
        const ahead = [...offsets].filter(([partition, offset]) => offset > (committed[partition] ?? -1))
        if (ahead.length === 0) return
        for (const [partition, offset] of ahead) queue.setWatermark(partition, offset)
        await queue.wait()
        for (const [partition, offset] of ahead) committed[partition] = Math.max(offset, committed[partition] ?? 0)
      },
    }
    return {
      id,
      partitions,
      append: appendOf(put),
      put,
      async bounds() {
        return journal.ends.map((end, partition) => ({ earliest: earliest[partition]!, end }))
      },
      async retain() {
        await keeping.retain(clock.now(), committed, (offsets) => (earliest = offsets))
      },
      serve(port, wanted) {
        const feed = openFeed(port, wanted, source)
        feeds.add(feed)
        return () => {
          feeds.delete(feed)
          feed.close()
        }
      },
      // The feeds go on to answer, that the log is closed: a Worker that waits must hear of it.
      async close() {
        if (closed) return
        closed = true
        queue.commit()
        sqlite.close()
      },
    }
  } catch (error) {
    sqlite.close()
    throw error
  }
}
