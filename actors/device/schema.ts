import { Type, type Static } from '@sinclair/typebox'

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
 * Rows of equal names. `rows`: doubles, little-endian, in base64; of each row first its time (NaN: when the record was appended), then its
 * values (NaN: none). As JSON numbers they took twice the time to write and to read.
 */
export interface Run {
  readonly names: readonly string[]
  readonly rows: string
}

export const packRows = (rows: Float64Array): string =>
  Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength).toString('base64')

/** Throws RangeError for what is no whole number of doubles. */
export function unpackRows(text: string): Float64Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'))
  return new Float64Array(bytes.buffer, 0, bytes.length / 8)
}

/** Record `readings`: many readings of one device in the order in which they came. */
export interface ReadingsRecord {
  readonly runs: readonly Run[]
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
