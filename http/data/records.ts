import { deviceAddress, MOST_NAMES, packReadings } from '../../actors/device/schema.ts'
import { Fault, type NewRecord, RowBuffer } from '../../actors/runtime/index.ts'
import type { Owned, Registry } from '../devices/registry.ts'
import { maySend, notYours } from '../devices/ownership.ts'
import type { Batch, Carried, Refused, Sender } from '../ingest/resource.ts'
import { readingOf, type Reading, XYZ } from './reading.ts'
import { ShapeReader } from './shapes.ts'

/**
 * Of readings that come alone one in so many may bring a new shape: to find it costs more than to read the reading without. A prime, for
 * senders take turns.
 */
const LEARN_EVERY = 61
/** A longer body is many readings, or looks like no other. */
const MOST_ALIKE_BYTES = 16 * 1024
/** Numbers of one record: at most some 210 kB of text, which every log takes. */
const MOST_NUMBERS = 20_000

const noDevice = () => new Fault('NOT_FOUND', 'There is no such device.')

/** Fault NOT_FOUND or FORBIDDEN: whose data may come from this sender. */
function demandSender(device: Owned | undefined, { identity }: Sender): void {
  if (device === undefined) throw noDevice()
  if (!maySend(identity, device)) throw notYours()
}

/** The record of one reading alone. A number as a text is what JSON writes. */
function recordOf({ device, at, names, values }: Reading): NewRecord {
  const time = at === null ? '' : `"at":${at},`
  const numbers =
    names === XYZ
      ? `"x":${values[0]},"y":${values[1]},"z":${values[2]}`
      : names.map((name, i) => `${JSON.stringify(name)}:${values[i]}`).join(',')
  return { key: deviceAddress(device), type: 'reading', value: `{${time}"values":{${numbers}}}`, isClean: true }
}

/** Readings of one device that become one record. */
interface Group {
  readonly device: number
  readonly names: Set<string>
  /** Names that are in the set: of most batches all readings have the same. */
  known: readonly string[]
  rows: RowBuffer
  indexes: number[]
}

/** What readings become on their way into the log, and who may send them. */
export function readingRecords(devices: Pick<Registry, 'deviceOf'>) {
  /** The record, if its device is one that this sender may send for: at once when the device is known. Faults: NOT_FOUND, FORBIDDEN. */
  function checked(id: number, record: NewRecord, sender: Sender): NewRecord | Promise<NewRecord> {
    const device = devices.deviceOf(id)
    if (device instanceof Promise) {
      return device.then((found) => {
        demandSender(found, sender)
        return record
      })
    }
    demandSender(device, sender)
    return record
  }

  /** Faults: VALIDATION, NOT_FOUND, FORBIDDEN. */
  function one(value: unknown, sender: Sender): NewRecord | Promise<NewRecord> {
    const reading = readingOf(value, sender.nowMs)
    return checked(reading.device, recordOf(reading), sender)
  }

  const reader = new ShapeReader(0)
  let count = 0
  /** A reading that looks like one before it. Undefined for any other. Faults: NOT_FOUND, FORBIDDEN. */
  function likeBefore(bytes: Uint8Array, sender: Sender): NewRecord | Promise<NewRecord> | undefined {
    if (bytes.length > MOST_ALIKE_BYTES) return undefined
    reader.begin(sender.nowMs, count++ % LEARN_EVERY === 0 ? 1 : 0)
    if (!reader.read(bytes, 0, bytes.length)) return undefined
    const { device, at, names, values } = reader
    return checked(device, recordOf({ device, at: Number.isNaN(at) ? null : at, names, values }), sender)
  }

  return { one, bytes: likeBefore, batch: (sender: Sender): Batch => readingBatch(devices, sender) }
}
export type ReadingRecords = ReturnType<typeof readingRecords>

/** All readings of a device in one record, or in as many as its size demands. */
function readingBatch(devices: Pick<Registry, 'deviceOf'>, sender: Sender): Batch {
  const reader = new ShapeReader(sender.nowMs)
  const refused: Refused[] = []
  const groups = new Map<number, Group>()
  const full: (Carried & { readonly device: number })[] = []
  let group: Group | undefined

  function add(index: number, device: number, at: number, names: readonly string[], values: ArrayLike<number>): void {
    if (group?.device !== device) {
      group = groups.get(device)
      if (!group) groups.set(device, (group = emptyGroup(device)))
    }
    if (names !== group.known || group.indexes.length * (1 + group.names.size) > MOST_NUMBERS) {
      if (!hasRoom(group, names)) full.push(close(group))
      for (const name of names) group.names.add(name)
      group.known = names
    }
    group.rows.add(names, at, 0, values)
    group.indexes.push(index)
  }

  return {
    line(bytes, begin, end, index) {
      if (!reader.read(bytes, begin, end)) return false
      add(index, reader.device, reader.at, reader.names, reader.values)
      return true
    },
    item({ index, value }) {
      try {
        const { device, at, names, values } = readingOf(value, sender.nowMs)
        add(index, device, at ?? NaN, names, values)
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault
        refused.push({ index, fault })
      }
    },
    async finish() {
      const faults = new Map<number, Fault>()
      for (const id of groups.keys()) {
        const asked = devices.deviceOf(id)
        const fault = faultOf(asked instanceof Promise ? await asked : asked, sender)
        if (fault) faults.set(id, fault)
      }
      const records: Carried[] = []
      const rest = [...groups.values()].filter(({ indexes }) => indexes.length > 0).map(close)
      for (const { device, record, indexes } of [...full, ...rest]) {
        const fault = faults.get(device)
        if (fault === undefined) records.push({ record, indexes })
        else for (const index of indexes) refused.push({ index, fault })
      }
      return { records, refused }
    },
  }
}

function faultOf(device: Owned | undefined, sender: Sender): Fault | undefined {
  try {
    demandSender(device, sender)
    return undefined
  } catch (fault) {
    return fault as Fault
  }
}

const emptyGroup = (device: number): Group => ({
  device,
  names: new Set(),
  known: [],
  rows: new RowBuffer(),
  indexes: [],
})

/** Whether a reading of these names goes into the record: each of its rows has a place for each of its names. */
function hasRoom({ names, indexes }: Group, more: readonly string[]): boolean {
  const fresh = more.filter((name) => !names.has(name)).length
  const most = names.size + fresh
  return indexes.length === 0 || (most <= MOST_NAMES && (indexes.length + 1) * (1 + most) <= MOST_NUMBERS)
}

/** The group's record; the group is empty then. */
function close(group: Group): Carried & { readonly device: number } {
  const { device, rows, indexes } = group
  Object.assign(group, emptyGroup(device))
  const record = { key: deviceAddress(device), type: 'readings', value: JSON.stringify(packReadings(rows.rows())) }
  return { device, record, indexes }
}
