import { Type } from '@sinclair/typebox'
import { LARGEST_PAYLOAD, type ReadingRecord, type ReadingsRecord } from '../../actors/control/schema.ts'
import { Fault } from '../../actors/runtime/index.ts'
import type { Refused, Resource } from '../ingest/resource.ts'
import { parseTime } from '../time.ts'
import { addressOf, type Loops } from './loops.ts'

/** Clocks of two machines differ a little; more is a wrong zone. */
export const CLOCK_MARGIN_MS = 60_000
const LONGEST_NAME = 64

interface Reading extends ReadingRecord {
  /** Which sensor, where it says so: kept in the log, decides nothing. */
  readonly sensor?: string
}

function wrong(path: string, message: string): never {
  throw new Fault('VALIDATION', `${path.slice(1) || 'The reading'}: ${message}.`, { errors: [{ path, message }] })
}

/** For the API document. */
export const Payload = Type.Number({ minimum: -LARGEST_PAYLOAD, maximum: LARGEST_PAYLOAD })

/** Reads one reading of a body. Fault VALIDATION. */
function readingOf(value: unknown, nowMs: number): Reading {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) wrong('', 'Expected an object')
  const { datetime, payload, sensor, ...others } = value as Record<string, unknown>
  for (const name in others) wrong(`/${name.slice(0, 60)}`, 'Not known here')
  const at = typeof datetime === 'string' && datetime.length <= 40 ? parseTime(datetime) : NaN
  if (Number.isNaN(at)) wrong('/datetime', 'Expected an ISO 8601 time such as 2026-11-22T10:00:00Z')
  if (at > nowMs + CLOCK_MARGIN_MS) wrong('/datetime', 'Must not lie in the future')
  return measured(at, payload, sensor)
}

/** A reading at a known moment, epoch ms. Fault VALIDATION. */
export function measured(datetime: number, payload: unknown, sensor?: unknown): Reading {
  if (typeof payload !== 'number' || !(Math.abs(payload) <= LARGEST_PAYLOAD)) {
    wrong('/payload', `Expected a number from ${-LARGEST_PAYLOAD} to ${LARGEST_PAYLOAD}`)
  }
  if (sensor === undefined || sensor === null) return { datetime, payload }
  if (typeof sensor !== 'string' || sensor.length > LONGEST_NAME) {
    wrong('/sensor', `Expected at most ${LONGEST_NAME} characters`)
  }
  return { datetime, payload, sensor }
}

/** What a loop is sent: one reading is a record, and so is a batch. */
export function readingResource(loops: Loops): Resource {
  const nameOf = (params: Readonly<Record<string, string>>) => params.loop ?? ''
  return {
    one(value, { params, nowMs }) {
      const loop = nameOf(params)
      const record = () => ({
        key: addressOf(loop),
        type: 'reading',
        value: JSON.stringify(readingOf(value, nowMs)),
      })
      const looking = loops.known(loop)
      return looking === undefined ? record() : looking.then(record)
    },

    async many(items, { params, nowMs }) {
      const loop = nameOf(params)
      await loops.known(loop)
      const readings: Reading[] = []
      const indexes: number[] = []
      const refused: Refused[] = []
      for (const { index, value } of items) {
        try {
          readings.push(readingOf(value, nowMs))
          indexes.push(index)
        } catch (fault) {
          if (!(fault instanceof Fault)) throw fault
          refused.push({ index, fault })
        }
      }
      if (readings.length === 0) return { records: [], refused }
      const batch: ReadingsRecord & { sensors?: (string | null)[] } = {
        datetimes: readings.map(({ datetime }) => datetime),
        payloads: readings.map(({ payload }) => payload),
        ...(readings.some(({ sensor }) => sensor !== undefined)
          ? { sensors: readings.map(({ sensor }) => sensor ?? null) }
          : {}),
      }
      const record = { key: addressOf(loop), type: 'readings', value: JSON.stringify(batch) }
      return { records: [{ record, indexes }], refused }
    },
  }
}
