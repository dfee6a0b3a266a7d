import type { Setpoints } from './limits.ts'
import { POINTS, SIGNALS, SIGNAL_COUNT, type Signal } from './signals.ts'
import { LEVEL_UNKNOWN, statusCode } from './status.ts'
import { SETPOINTS } from './wire.ts'
import { qualityCode } from './quality.ts'

/**
 * A history row holds everything that the document of its moment is made of; NaN stands for nothing. Names are stable for ever:
 * - `v:<signal>` the value as sent; `q:` its quality (place in QUALITIES); `s:` its level (2 alarm_max, 1 warning_max, 0 ok, −1 warning_min,
 *   −2 alarm_min, 3 unknown); `since:` since when that is its status, epoch ms; `strict:` its strict status (place in STATUSES);
 * - `l:<point>.<setpoint>` the setpoints in force;
 * - `running`, `running_since`, `worked_ms` since the rotor was installed, `rotor` (the record's version), `status`, `status_since`, `clock` (1 live, 0 replay).
 */
export const COLUMNS: readonly string[] = [
  ...['v', 'q', 's', 'since', 'strict'].flatMap((family) => SIGNALS.map(({ key }) => `${family}:${key}`)),
  ...POINTS.flatMap(({ key }) => SETPOINTS.map((setpoint) => `l:${key}.${setpoint}`)),
  'running',
  'running_since',
  'worked_ms',
  'rotor',
  'status',
  'status_since',
  'clock',
]

/** Where each family of columns begins in a row. */
export const VALUE = 0
export const QUALITY = SIGNAL_COUNT
export const LEVEL = 2 * SIGNAL_COUNT
export const SINCE = 3 * SIGNAL_COUNT
export const STRICT = 4 * SIGNAL_COUNT
export const LIMIT = 5 * SIGNAL_COUNT
export const RUNNING = LIMIT + POINTS.length * SETPOINTS.length
export const RUNNING_SINCE = RUNNING + 1
export const WORKED_MS = RUNNING + 2
export const ROTOR = RUNNING + 3
export const STATUS = RUNNING + 4
export const STATUS_SINCE = RUNNING + 5
export const CLOCK = RUNNING + 6

/** One row, in the order of {@link COLUMNS}. */
export type Row = Float64Array

/** The column that a trend of this signal reads: the values as sent. */
export const columnOf = (signalKey: string): string => `v:${signalKey}`

const places = new Map(COLUMNS.map((name, index) => [name, index]))

/** The row of an exhauster that has sent nothing yet. */
export function emptyRow(): Row {
  const row = new Float64Array(COLUMNS.length).fill(NaN)
  row.fill(qualityCode('absent'), QUALITY, LEVEL)
  row.fill(LEVEL_UNKNOWN, LEVEL, SINCE)
  row.fill(statusCode('unknown'), STRICT, LIMIT)
  row[STATUS] = statusCode('unknown')
  return row
}

/** Brings a stored row into the order of {@link COLUMNS}: a column that it lacks is as if nothing had been sent. */
export function rowFrom(names: readonly string[], values: ArrayLike<number>): Row {
  const row = emptyRow()
  names.forEach((name, i) => {
    const place = places.get(name)
    if (place !== undefined && !Number.isNaN(values[i]!)) row[place] = values[i]!
  })
  return row
}

/** The setpoints of a point, from a place where all points' setpoints begin. */
export function setpointsAt(values: ArrayLike<number>, begin: number, point: Signal): Setpoints {
  const first = begin + point.index * SETPOINTS.length
  return [values[first]!, values[first + 1]!, values[first + 2]!, values[first + 3]!]
}
