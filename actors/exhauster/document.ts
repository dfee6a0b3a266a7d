import * as at from './columns.ts'
import { adviceOf, constantsOf } from './constants.ts'
import { exhausterOf, type Exhauster } from './directory.ts'
import { obeyed, type ObeyedLimits } from './limits.ts'
import { hasValue } from './quality.ts'
import {
  QUALITIES,
  STATUSES,
  type Cause,
  type ExhausterDocument,
  type ExhausterSummary,
  type Quality,
  type SignalView,
} from './schema.ts'
import { SIGNALS, scaleOf, type Signal } from './signals.ts'
import { STALE_MS, silentAt } from './staleness.ts'
import type { Rotor } from './state.ts'
import { statusOfLevel } from './status.ts'

const DAY_MS = 86_400_000

/** What a row says is the document of its moment; this is what else one must know to write it. */
export interface Reading {
  readonly row: at.Row
  /** The row's time, epoch ms; null before the first frame. */
  readonly moment: number | null
  /** How old the row is on its source's clock; null before the first frame. */
  readonly ageMs: number | null
  readonly rotors: readonly Rotor[]
}

const time = (ms: number | null | undefined): string | null =>
  ms === null || ms === undefined || Number.isNaN(ms) ? null : new Date(ms).toISOString()
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** The limit that a level has passed. */
function passed(level: number, limits: ObeyedLimits): number | null {
  const { alarmMax, alarmMin, warningMax, warningMin } = limits
  return finite(
    level === 2 ? alarmMax : level === 1 ? warningMax : level === -1 ? warningMin : level === -2 ? alarmMin : NaN,
  )
}

function viewOf(exhauster: Exhauster, signal: Signal, row: at.Row, staleSince: number | null): SignalView {
  const { index } = signal
  const level = row[at.LEVEL + index]!
  const known = QUALITIES[row[at.QUALITY + index]!] ?? 'absent'
  const stale = staleSince !== null && hasValue(known)
  const quality: Quality = stale ? 'stale' : known
  const raw = row[at.VALUE + index]!
  const value = hasValue(known) ? raw * scaleOf(exhauster.number, signal) : null
  const limits = signal.isPoint ? obeyed(at.setpointsAt(row, at.LIMIT, signal)) : undefined
  return {
    value: value === null ? null : signal.digital ? value === 1 : value,
    unit: signal.quantity.unit,
    quality,
    status: stale ? 'unknown' : statusOfLevel(level),
    strict_status: STATUSES[row[at.STRICT + index]!] ?? 'unknown',
    advice: value === null || stale ? null : adviceOf(exhauster.number, signal, value, limits),
    since: time(stale ? staleSince : row[at.SINCE + index]!),
    misconfigured: limits ? [...limits.misconfigured] : [],
    limits: limitsView(exhauster, signal, row),
  }
}

function limitsView(exhauster: Exhauster, signal: Signal, row: at.Row): SignalView['limits'] {
  if (signal.isPoint) {
    const [alarmMax, alarmMin, warningMax, warningMin] = at.setpointsAt(row, at.LIMIT, signal)
    return {
      alarm_min: finite(alarmMin),
      warning_min: finite(warningMin),
      warning_max: finite(warningMax),
      alarm_max: finite(alarmMax),
      source: 'stream',
    }
  }
  const {
    alarmMin = null,
    warningMin = null,
    warningMax = null,
    alarmMax = null,
  } = constantsOf(exhauster.number, signal)
  const none = alarmMin === null && warningMin === null && warningMax === null && alarmMax === null
  return {
    alarm_min: alarmMin,
    warning_min: warningMin,
    warning_max: warningMax,
    alarm_max: alarmMax,
    source: none ? 'none' : 'plant',
  }
}

/** The signals in alarm or warning: worst first, then the longest. */
export function causesOf(exhauster: Exhauster, row: at.Row): Cause[] {
  return SIGNALS.filter(({ index }) => {
    const size = Math.abs(row[at.LEVEL + index]!)
    return size === 1 || size === 2
  })
    .sort(
      (a, b) =>
        Math.abs(row[at.LEVEL + b.index]!) - Math.abs(row[at.LEVEL + a.index]!) ||
        row[at.SINCE + a.index]! - row[at.SINCE + b.index]! ||
        a.index - b.index,
    )
    .map((signal) => ({
      signal: signal.key,
      status: statusOfLevel(row[at.LEVEL + signal.index]!),
      value: row[at.VALUE + signal.index]! * scaleOf(exhauster.number, signal),
      limit: passed(row[at.LEVEL + signal.index]!, obeyed(at.setpointsAt(row, at.LIMIT, signal))),
      since: time(row[at.SINCE + signal.index]!),
    }))
}

/** Everything but the signals. `data_age_ms` is the last key: a server that keeps the text writes the age anew. */
export function summaryOf(exhauster: Exhauster, { row, moment, ageMs, rotors }: Reading): ExhausterSummary {
  const stale = moment !== null && ageMs !== null && ageMs > STALE_MS
  const known = STATUSES[row[at.STATUS]!] ?? 'unknown'
  const rotor = rotors.find(({ version }) => version === row[at.ROTOR])
  return {
    id: exhauster.id,
    number: exhauster.number,
    name: exhauster.name,
    machine_name: exhauster.machineName,
    status: stale ? 'unknown' : known,
    status_since: time(stale && known !== 'unknown' ? silentAt(moment) : row[at.STATUS_SINCE]!),
    causes: stale ? [] : causesOf(exhauster, row),
    running: Number.isNaN(row[at.RUNNING]!) ? null : row[at.RUNNING] === 1,
    running_since: time(row[at.RUNNING_SINCE]!),
    updated_at: time(moment),
    clock: row[at.CLOCK] === 1 ? 'live' : 'replay',
    rotor: {
      number: rotor?.number ?? null,
      installed_at: time(rotor?.installedAt),
      days_in_work: Number.isNaN(row[at.WORKED_MS]!) ? 0 : row[at.WORKED_MS]! / DAY_MS,
    },
    forecast: null,
    data_age_ms: ageMs,
  }
}

/** The whole machine. Key order is part of it: `data_age_ms` stands last. */
export function documentOf(exhauster: Exhauster, reading: Reading): ExhausterDocument {
  const { data_age_ms, ...summary } = summaryOf(exhauster, reading)
  const { row, moment, ageMs } = reading
  const staleSince = moment !== null && ageMs !== null && ageMs > STALE_MS ? silentAt(moment) : null
  const signals = Object.fromEntries(SIGNALS.map((signal) => [signal.key, viewOf(exhauster, signal, row, staleSince)]))
  return { ...summary, signals, data_age_ms }
}

/** What a past document needs besides its row: the answer of the ask `past`. */
export interface Past {
  /** The newest moment of all, epoch ms: how far a replay's clock has come. */
  readonly newest: number | null
  readonly rotors: readonly Rotor[]
}

/**
 * The document as it was at `atMs`, from the last history row at or before it: `names` and `values` as the history gives them (any subset of
 * COLUMNS), `time` the row's, epoch ms. A live row is as old as it was then; a replayed one is measured on the replay's clock,
 * which stands still at its newest moment.
 */
export function documentFromRow(
  id: string,
  names: readonly string[],
  values: ArrayLike<number>,
  time: number,
  atMs: number,
  { newest, rotors }: Past,
): ExhausterDocument | undefined {
  const exhauster = exhausterOf(id)
  if (!exhauster) return undefined
  const row = at.rowFrom(names, values)
  const now = row[at.CLOCK] === 1 ? atMs : Math.min(atMs, newest ?? atMs)
  return documentOf(exhauster, { row, moment: time, ageMs: Math.max(0, now - time), rotors })
}
