import { deviceAddress, type Run } from '../../actors/device/schema.ts'
import { Fault, type NewRecord } from '../../actors/runtime/index.ts'
import type { Device, Registry } from '../devices/registry.ts'
import { maySend, notYours } from '../devices/ownership.ts'
import type { Carried, Item, Refused, Sender, Taken } from '../ingest/resource.ts'
import { readingOf, type Reading, XYZ } from './reading.ts'

/** Numbers of one record: some 300 kB of text, which every log takes. */
const MOST_NUMBERS = 20_000

const noDevice = () => new Fault('NOT_FOUND', 'There is no such device.')

/** Fault NOT_FOUND or FORBIDDEN: whose data may come from this sender. */
function demandSender(device: Device | undefined, { identity }: Sender): void {
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
  return { key: deviceAddress(device), type: 'reading', value: `{${time}"values":{${numbers}}}` }
}

interface OpenRun extends Run {
  readonly rows: (number | null)[]
}

/** Readings of one device that become one record. */
interface Group {
  readonly device: number
  runs: OpenRun[]
  indexes: number[]
  numbers: number
}

/** What readings become on their way into the log, and who may send them. */
export function readingRecords(devices: Pick<Registry, 'deviceOf'>) {
  /** At once when the device is known: the fast path. Faults: VALIDATION, NOT_FOUND, FORBIDDEN. */
  function one(value: unknown, sender: Sender): NewRecord | Promise<NewRecord> {
    const reading = readingOf(value, sender.nowMs)
    const device = devices.deviceOf(reading.device)
    if (device instanceof Promise) {
      return device.then((found) => {
        demandSender(found, sender)
        return recordOf(reading)
      })
    }
    demandSender(device, sender)
    return recordOf(reading)
  }

  /** All readings of a device in one record, or in as many as its size demands. */
  async function many(items: readonly Item[], sender: Sender): Promise<Taken> {
    const refused: Refused[] = []
    const good: { readonly index: number; readonly reading: Reading }[] = []
    const groups = new Map<number, Group | Fault>()
    for (const { index, value } of items) {
      try {
        const reading = readingOf(value, sender.nowMs)
        good.push({ index, reading })
        if (!groups.has(reading.device)) groups.set(reading.device, emptyGroup(reading.device))
      } catch (fault) {
        if (!(fault instanceof Fault)) throw fault
        refused.push({ index, fault })
      }
    }
    for (const id of groups.keys()) {
      const asked = devices.deviceOf(id)
      const fault = faultOf(asked instanceof Promise ? await asked : asked, sender)
      if (fault) groups.set(id, fault)
    }
    const records: Carried[] = []
    for (const { index, reading } of good) {
      const group = groups.get(reading.device)!
      if (group instanceof Fault) refused.push({ index, fault: group })
      else {
        if (group.numbers > MOST_NUMBERS) records.push(close(group))
        add(group, index, reading)
      }
    }
    for (const group of groups.values())
      if (!(group instanceof Fault) && group.indexes.length > 0) records.push(close(group))
    return { records, refused }
  }

  return { one, many }
}
export type ReadingRecords = ReturnType<typeof readingRecords>

function faultOf(device: Device | undefined, sender: Sender): Fault | undefined {
  try {
    demandSender(device, sender)
    return undefined
  } catch (fault) {
    return fault as Fault
  }
}

const emptyGroup = (device: number): Group => ({ device, runs: [], indexes: [], numbers: 0 })

function add(group: Group, index: number, { at, names, values }: Reading): void {
  let run = group.runs.at(-1)
  if (run === undefined || !sameNames(run.names, names)) group.runs.push((run = { names, rows: [] }))
  run.rows.push(at)
  for (let i = 0; i < values.length; i++) run.rows.push(values[i]!)
  group.indexes.push(index)
  group.numbers += 1 + values.length
}

function close(group: Group): Carried {
  const { device, runs, indexes } = group
  group.runs = []
  group.indexes = []
  group.numbers = 0
  return { record: { key: deviceAddress(device), type: 'readings', value: JSON.stringify({ runs }) }, indexes }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
