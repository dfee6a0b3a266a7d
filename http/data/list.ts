import { setImmediate } from 'node:timers/promises'
import type { Cluster } from '../../actors/cluster/port.ts'
import { deviceAddress } from '../../actors/device/schema.ts'
import { openSegment, type Rows } from '../../actors/runtime/index.ts'
import { Moved, unmoved } from '../statistics/moved.ts'

/** Where a reading stands in the list: by time, then device, then offset, then its place in the record. All descending. */
export interface Place {
  readonly time: number
  readonly device: number
  readonly offset: number
  readonly n: number
}

export interface ListedReading extends Place {
  readonly values: Readonly<Record<string, number>>
}

export interface Page {
  readonly devices: readonly number[]
  /** Epoch ms, inclusive. */
  readonly from: number
  /** Epoch ms, exclusive. */
  readonly to: number
  /** Those behind it. */
  readonly after?: Place
  readonly limit: number
}

/** Rows that have to be looked at, if their latest is not too early. */
interface Source {
  readonly device: number
  readonly latest: number
  /** Rows up to this offset stand in other sources. */
  readonly covered: number
  open(): Promise<Rows>
}

interface Found extends Place {
  readonly rows: Rows
  readonly row: number
}

/** Negative: `a` is listed before `b`. */
const order = (a: Place, b: Place): number => b.time - a.time || b.device - a.device || b.offset - a.offset || b.n - a.n

/** The newest readings of a range. Decodes no more segments than may hold one of them. Faults: those of `Cluster.tails`. */
export async function newestReadings(cluster: Pick<Cluster, 'tails' | 'store'>, page: Page): Promise<ListedReading[]> {
  return await unmoved(async () => {
    let best: Found[] = []
    for (const source of await sourcesOf(cluster, page)) {
      const worst = best.length < page.limit ? undefined : best.at(-1)
      if (worst !== undefined && source.latest < worst.time) break
      const found = rowsOf(await source.open(), source, page, worst)
      if (found.length > 0) best = [...best, ...found].sort(order).slice(0, page.limit)
      await setImmediate()
    }
    return best.map(({ time, device, offset, n, rows, row }) => ({
      time,
      device,
      offset,
      n,
      values: valuesAt(rows, row),
    }))
  })
}

/** Latest first. Memory is read before the store: what is flushed in between stands in both, and the offsets tell. */
async function sourcesOf(cluster: Pick<Cluster, 'tails' | 'store'>, page: Page): Promise<Source[]> {
  const { devices, from, to, after } = page
  const addresses = devices.map(deviceAddress)
  const inMemory = await cluster.tails(addresses)
  const spans = await cluster.store.spansOf(addresses, from, Math.min(to, after?.time ?? Infinity))
  const sources = devices.flatMap((device, i): Source[] => {
    const address = addresses[i]!
    let covered = -1
    const own = spans[i]!.map(({ first, last, to: latest }): Source => {
      const source = { device, latest, covered, open: () => openStored(cluster.store, address, first, last) }
      covered = Math.max(covered, last)
      return source
    })
    const tail = inMemory.get(address)
    if (tail !== undefined) own.push({ device, latest: Infinity, covered, open: () => Promise.resolve(tail) })
    return own
  })
  return sources.sort((a, b) => b.latest - a.latest)
}

async function openStored(store: Cluster['store'], address: string, first: number, last: number): Promise<Rows> {
  const segment = await store.readSegment(address, first, last)
  if (segment === undefined) throw new Moved()
  const open = openSegment(segment.data)
  const { names } = open
  return { names, times: open.times(), offsets: open.offsets(), columns: names.map((name) => open.column(name)!) }
}

function rowsOf(rows: Rows, { device, covered }: Source, { from, to, after }: Page, worst: Place | undefined): Found[] {
  const { times, offsets } = rows
  const found: Found[] = []
  let n = 0
  for (let row = 0; row < times.length; row++) {
    const [time, offset] = [times[row]!, offsets[row]!]
    n = row > 0 && offsets[row - 1] === offset ? n + 1 : 0
    if (time < from || time >= to || offset <= covered || (worst !== undefined && time < worst.time)) continue
    const one = { time, device, offset, n, rows, row }
    if (after === undefined || order(after, one) < 0) found.push(one)
  }
  return found
}

/** NaN is no value. A name may be any text, also `__proto__`. */
const valuesAt = ({ names, columns }: Rows, row: number): Record<string, number> =>
  Object.fromEntries(names.flatMap((name, i) => (Number.isNaN(columns[i]![row]) ? [] : [[name, columns[i]![row]!]])))
