import { deviceAddress, packRows, type Run } from '../../actors/device/schema.ts'
import { Fault, type NewRecord } from '../../actors/runtime/index.ts'
import type { Device, Registry } from '../devices/registry.ts'
import { maySend, notYours } from '../devices/ownership.ts'
import type { Batch, Carried, Refused, Sender } from '../ingest/resource.ts'
import { readingOf, type Reading, XYZ } from './reading.ts'
import { ShapeReader } from './shapes.ts'

/** Numbers of one record: some 210 kB of text, which every log takes. */
const MOST_NUMBERS = 20_000
/** Room for so many readings is made at first. */
const FIRST_ROWS = 16

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

/** Readings of one device with equal names, one after the other. */
interface OpenRun {
  readonly names: readonly string[]
  rows: Float64Array<ArrayBuffer>
  length: number
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

  return { one, batch: (sender: Sender): Batch => readingBatch(devices, sender) }
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
      if (!group) groups.set(device, (group = { device, runs: [], indexes: [], numbers: 0 }))
    }
    if (group.numbers > MOST_NUMBERS) full.push(close(group))
    let run = group.runs.at(-1)
    if (run === undefined || !sameNames(run.names, names)) group.runs.push((run = openRun(names)))
    addRow(run, at, values)
    group.indexes.push(index)
    group.numbers += 1 + names.length
  }

  return {
    line(text, begin, end, index) {
      if (!reader.read(text, begin, end)) return false
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

function faultOf(device: Device | undefined, sender: Sender): Fault | undefined {
  try {
    demandSender(device, sender)
    return undefined
  } catch (fault) {
    return fault as Fault
  }
}

const openRun = (names: readonly string[]): OpenRun => ({
  names,
  rows: new Float64Array(FIRST_ROWS * (1 + names.length)),
  length: 0,
})

function addRow(run: OpenRun, at: number, values: ArrayLike<number>): void {
  const width = 1 + run.names.length
  if (run.length + width > run.rows.length) {
    const longer = new Float64Array(2 * run.rows.length)
    longer.set(run.rows)
    run.rows = longer
  }
  const { rows } = run
  let place = run.length
  rows[place++] = at
  for (let i = 0; i < width - 1; i++) rows[place++] = values[i]!
  run.length = place
}

/** The group's record; the group is empty then. */
function close(group: Group): Carried & { readonly device: number } {
  const { device, indexes } = group
  const runs: Run[] = group.runs.map(({ names, rows, length }) => ({ names, rows: packRows(rows.subarray(0, length)) }))
  group.runs = []
  group.indexes = []
  group.numbers = 0
  const record = { key: deviceAddress(device), type: 'readings', value: JSON.stringify({ runs }) }
  return { device, record, indexes }
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
