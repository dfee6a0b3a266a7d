import type { Cluster } from '../../actors/cluster/port.ts'
import { eventAddresses, partitionOfEvent } from '../../actors/event/address.ts'
import { eventOf } from '../../actors/event/row.ts'
import type { StoredEvent } from '../../actors/event/schema.ts'
import type { Segment } from '../../actors/runtime/index.ts'
import { rowsOf } from './segments.ts'

/** The event with this id, whoever sent it; of several senders' the one that came last. */
export async function findEvent(cluster: Cluster, id: string): Promise<StoredEvent | undefined> {
  const addresses = eventAddresses(cluster.partitions)
  const home = addresses[partitionOfEvent(id, cluster.partitions)]!
  const found = await findAt(cluster, home, id)
  // An event of the system itself lives where its actor does, whose address stands in its id.
  if (found !== undefined || !id.includes('/')) return found
  for (const address of addresses) {
    const stored = address === home ? undefined : await findAt(cluster, address, id)
    if (stored !== undefined) return stored
  }
  return undefined
}

async function findAt(cluster: Cluster, address: string, id: string): Promise<StoredEvent | undefined> {
  const pending = await cluster.tail(address, inTextOf(id))
  const found = pending ? eventsIn(pending, id) : []
  // What is not flushed came after all that is.
  for (const offset of found.length > 0 ? [] : await cluster.store.findFamily(address, id)) {
    const segment = await cluster.store.segmentWith(address, offset)
    if (segment) found.push(...eventsIn(segment, id, offset))
  }
  return found.sort((a, b) => (a.ingest_time < b.ingest_time ? 1 : -1))[0]
}

/** What stands in the text of a row that holds the event: its id, wherever its sender put spaces. */
const inTextOf = (id: string): string => JSON.stringify(id)

/** The events of a segment with this id; with `offset` only that one. */
function eventsIn(segment: Segment, id: string, offset?: number): StoredEvent[] {
  const rows = rowsOf(segment)
  const inText = inTextOf(id)
  const found: StoredEvent[] = []
  for (const [row, text] of rows.texts.entries()) {
    if (offset !== undefined && rows.offsets[row] !== offset) continue
    if (!text.includes(inText)) continue
    const event = eventOf(text, rows.lag(row))
    if (event.id === id) found.push(event)
  }
  return found
}
