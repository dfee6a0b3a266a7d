import { Type, type Static } from '@sinclair/typebox'
import type { Rows } from '../runtime/index.ts'

/** Of one reading. */
export const MOST_NAMES = 64
/** UTF-16 units of a name. */
export const LONGEST_NAME = 64

/** Record `reading`: numbers by name. `at` is the source's own time, epoch ms; absent: when the record was appended. */
export interface ReadingRecord {
  readonly at?: number
  readonly values: { readonly [name: string]: number }
}

/**
 * Record `readings`: many readings of one device in the order in which they came. `columns`: doubles, little-endian, in base64; first the
 * times (NaN: when the record was appended), then the values of each name (NaN: none). As JSON numbers they cost twice as much to write
 * and to read; packed tighter they cost more to pack than the log saved.
 */
export interface ReadingsRecord {
  readonly names: readonly string[]
  readonly columns: string
}

export function packReadings({ names, times, columns }: Omit<Rows, 'offsets'>): ReadingsRecord {
  const all = new Float64Array(times.length * (1 + columns.length))
  all.set(times)
  for (let i = 0; i < columns.length; i++) all.set(columns[i]!, (i + 1) * times.length)
  return { names, columns: Buffer.from(all.buffer).toString('base64') }
}

/** Throws RangeError where that many columns do not fit. */
export function unpackReadings({ names, columns }: ReadingsRecord): Omit<Rows, 'offsets'> {
  const all = new Float64Array(new Uint8Array(Buffer.from(columns, 'base64')).buffer)
  const rows = all.length / (1 + names.length)
  if (!Number.isInteger(rows)) throw new RangeError(`${all.length} numbers are no columns of ${names.length} names`)
  const column = (i: number) => all.subarray(i * rows, (i + 1) * rows)
  return { names, times: column(0), columns: names.map((_, i) => column(i + 1)) }
}

export const deviceAddress = (id: number): string => `device/${id}`

/** `stale`: older than five of the device's usual intervals, and than three minutes. */
const Quality = Type.Unsafe<'good' | 'stale'>({ type: 'string', enum: ['good', 'stale'] })

/** What `GET /api/v1/devices/{id}/state` answers. */
export const DeviceStateDocument = Type.Object({
  id: Type.Integer(),
  values: Type.Record(
    Type.String(),
    Type.Object({ value: Type.Number(), at: Type.String({ format: 'date-time' }), quality: Quality }),
    { description: 'By name, the value of the latest time' },
  ),
  updated_at: Type.Unsafe<string | null>({ type: 'string', nullable: true, description: 'Latest time of a reading' }),
  readings: Type.Integer({ description: 'How many have been taken' }),
  offset: Type.Integer({ description: 'Of the last record that this includes; -1: none' }),
})
export type DeviceStateDocument = Static<typeof DeviceStateDocument>
