import { join } from 'node:path'
import { openSqliteLog } from '../../actors/log/sqlite/log.ts'
import { eventAddresses, partitionOfEvent } from '../../actors/event/address.ts'
import { digestOf } from '../../actors/event/digest.ts'
import { COLUMNS, textOf } from '../../actors/event/row.ts'
import { eventRecord, eventsOf } from '../../actors/event/schema.ts'
import { toSegment } from '../../actors/runtime/history/row-buffer.ts'
import { LIMITS, type AppliedId } from '../../actors/runtime/index.ts'
import { openSqliteStore } from '../../actors/store/sqlite/store.ts'

const PARTITIONS = 16
const SENDER = 'user/1'
const TYPES = ['track.played', 'track.skipped', 'track.liked', 'session.started']
const USERS = 50_000
/** Between two events of all. */
const APART_MS = 0.25

/** An event that a client sends. */
export const eventOf = (n: number, id = crypto.randomUUID()) => ({
  id,
  type: TYPES[n % TYPES.length]!,
  source: '/player',
  user_id: `user-${(n * 7919) % USERS}`,
  subject: `track-${n % 1000}`,
  data: { seconds: n % 300, device: 'phone' },
})

/**
 * A data folder in which so many events with random ids are stored, the newest a minute ago: whole segments and their ids, by the store's own
 * calls. The log has a record for each segment, so that the store is never ahead of it, and each actor a snapshot that has dealt with them.
 */
export async function layEvents(folder: string, count: number): Promise<void> {
  const log = openSqliteLog({ file: join(folder, 'log.sqlite'), partitions: PARTITIONS, clock: Date })
  const store = openSqliteStore(join(folder, 'store.sqlite'))
  const begin = Date.now() - 60_000 - count * APART_MS
  const pending = new Map(eventAddresses(PARTITIONS).map((address) => [address, newPending()]))
  const offsets = new Map<string, number>()

  async function lay(address: string): Promise<void> {
    const rows = pending.get(address)!
    if (rows.texts.length === 0) return
    pending.set(address, newPending())
    const [position] = await log.append([{ key: address, type: 'laid', value: '{}' }])
    const { partition, offset } = position!
    offsets.set(address, offset)
    const columns = COLUMNS.map((_, column) => Float64Array.from(rows.texts, () => (column === 0 ? 5 : NaN)))
    const segment = toSegment(
      address,
      offset,
      offset,
      {
        names: COLUMNS,
        times: Float64Array.from(rows.times),
        offsets: new Float64Array(rows.texts.length).fill(offset),
        columns,
        texts: rows.texts,
      },
      { digest: digestOf },
    )
    await store.putIds(rows.ids.map((id): AppliedId => ({ address, id, partition, offset })))
    await store.putSegments([segment])
  }

  await store.bindLog({ id: log.id, ends: async () => (await log.bounds()).map(({ end }) => end) })
  for (let n = 0; n < count; n++) {
    const event = eventOf(n)
    const at = Math.round(begin + n * APART_MS)
    const { key, value, id } = eventRecord(eventsOf(partitionOfEvent(event.id, PARTITIONS)), SENDER, at, event)
    const rows = pending.get(key)!
    rows.times.push(at)
    rows.texts.push(textOf(event, value))
    rows.ids.push(id!)
    if (rows.texts.length === LIMITS.segmentRows) await lay(key)
  }
  for (const address of pending.keys()) await lay(address)
  const snapshots = [...offsets].map(([address, offset], i) => ({
    address,
    partition: Number(address.split('#')[1] ?? i),
    offset,
    epoch: 0,
    version: 1,
    due: null,
    state: JSON.stringify({ state: {}, rowsTo: offset }),
    at: begin,
  }))
  await store.putSnapshots(snapshots)
  await store.close()
  await log.close()
}

const newPending = () => ({ times: [] as number[], texts: [] as string[], ids: [] as string[] })
