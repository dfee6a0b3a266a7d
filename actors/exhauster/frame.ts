import { Fault } from '../runtime/index.ts'
import * as at from './columns.ts'
import { obeyed, type Setpoints } from './limits.ts'
import { FRAME_GAP_MS, countSame, hasValue, qualities, qualityCode } from './quality.ts'
import type { Quality } from './schema.ts'
import { POINTS, SIGNALS, SIGNAL_COUNT, WORK_BIT, scaleOf, valueIndex } from './signals.ts'
import type { ExhausterState, Rotor } from './state.ts'
import { LEVEL_UNKNOWN, nextLevel, statusCode, strictStatus, worst, type Level } from './status.ts'
import { SETPOINTS, VALUE_COUNT } from './wire.ts'
import { withBit, workedSince } from './work.ts'

/** Record `frame`: what one plant message says of one exhauster. */
export interface FrameRecord {
  /** Epoch ms. */
  readonly moment: number
  readonly clock: 'live' | 'replay'
  /** 121 values in the order of the plant's list; null for a signal that did not come. */
  readonly values: readonly (number | null)[]
}

/** The measured values and the setpoints of a frame, NaN for what did not come. */
interface Reading {
  readonly raw: Float64Array
  readonly limits: Float64Array
}

function readingOf({ moment, values }: FrameRecord): Reading {
  if (!Number.isFinite(moment) || values?.length !== VALUE_COUNT)
    throw new Fault('UNREADABLE_RECORD', `A frame needs a moment and ${VALUE_COUNT} values.`)
  return {
    raw: Float64Array.from(SIGNALS, (signal) => values[valueIndex(signal)] ?? NaN),
    limits: Float64Array.from(
      POINTS.flatMap((point) => SETPOINTS.map((setpoint) => values[valueIndex(point, setpoint)] ?? NaN)),
    ),
  }
}

const bitOf = (raw: Float64Array): boolean | null => {
  const bit = raw[WORK_BIT]
  return bit === 1 ? true : bit === 0 ? false : null
}

/** Columns that follow from the frame and its neighbours alone, the same for a frame in its turn and for a late one. */
function writeReading(row: at.Row, reading: Reading, limits: Float64Array, found: Quality[], levels: Level[]): void {
  row.set(reading.raw, at.VALUE)
  row.set(limits, at.LIMIT)
  for (const { index, isTemperature, isPoint } of SIGNALS) {
    // The strict rule takes the setpoints of this very frame; the tolerant one those in force.
    const sent: Setpoints | undefined = isPoint ? at.setpointsAt(reading.limits, 0, SIGNALS[index]!) : undefined
    row[at.QUALITY + index] = qualityCode(found[index]!)
    row[at.LEVEL + index] = hasValue(found[index]!) ? levels[index]! : LEVEL_UNKNOWN
    row[at.STRICT + index] = statusCode(strictStatus(reading.raw[index]!, isTemperature, sent))
  }
  row[at.STATUS] = statusCode(worst(row.subarray(at.LEVEL, at.SINCE)))
}

function levelsOf(
  number: number,
  raw: Float64Array,
  limits: Float64Array,
  found: Quality[],
  previous?: Level[],
): Level[] {
  return SIGNALS.map((signal) => {
    const { index, isPoint, quantity } = signal
    const before = previous?.[index] ?? 0
    if (!isPoint || !hasValue(found[index]!) || found[index] === 'frozen') return before
    return nextLevel(raw[index]! * scaleOf(number, signal), obeyed(at.setpointsAt(limits, 0, signal)), quantity, before)
  })
}

/** The state after a frame that is newer than all before. Pure: what is given stays as it was. */
export function advance(state: ExhausterState, number: number, frame: FrameRecord): ExhausterState {
  const { moment, clock } = frame
  const reading = readingOf(frame)
  const { raw } = reading
  const before = state.row
  const bit = bitOf(raw)
  const work = bit === null ? state.work : withBit(state.work, moment, bit)
  const follows = bit === true && state.moment !== null && moment - state.moment <= FRAME_GAP_MS
  const same = countSame(state.same, before, raw, follows)
  // A setpoint is configuration: a frame that comes without it has not taken it back.
  const limits = reading.limits.map((sent, i) => (Number.isNaN(sent) ? before[at.LIMIT + i]! : sent))
  const found = qualities(number, raw, same)
  const levels = levelsOf(number, raw, limits, found, state.levels)

  const row = at.emptyRow()
  writeReading(row, reading, limits, found, levels)
  for (let i = 0; i < SIGNAL_COUNT; i++) {
    const kept = statusSize(row[at.LEVEL + i]!) === statusSize(before[at.LEVEL + i]!)
    row[at.SINCE + i] = kept && state.moment !== null ? before[at.SINCE + i]! : moment
  }
  const rotor = state.rotors.at(-1)
  row[at.RUNNING] = work.running === null ? NaN : Number(work.running)
  row[at.RUNNING_SINCE] = work.since ?? NaN
  row[at.WORKED_MS] = workedSince(work, rotor?.installedAt ?? -Infinity)
  row[at.ROTOR] = rotor?.version ?? NaN
  const keptStatus = state.moment !== null && !state.silent && row[at.STATUS] === before[at.STATUS]
  row[at.STATUS_SINCE] = keptStatus ? before[at.STATUS_SINCE]! : moment
  row[at.CLOCK] = Number(clock === 'live')
  return { ...state, moment, row, levels, same, work, silent: false }
}

/** A warning above and a warning below are one status. */
const statusSize = (level: number): number => Math.abs(level)

/**
 * The history row of a frame that comes after a newer one: judged by itself alone, with its own setpoints, and with nothing in it that would
 * need to know what was before it (since when, running time).
 */
export function lateRow(rotors: readonly Rotor[], number: number, frame: FrameRecord): at.Row {
  const reading = readingOf(frame)
  const found = qualities(number, reading.raw)
  const row = at.emptyRow()
  writeReading(row, reading, reading.limits, found, levelsOf(number, reading.raw, reading.limits, found))
  const bit = bitOf(reading.raw)
  row[at.RUNNING] = bit === null ? NaN : Number(bit)
  row[at.ROTOR] = rotors.findLast(({ installedAt }) => installedAt <= frame.moment)?.version ?? NaN
  row[at.CLOCK] = Number(frame.clock === 'live')
  return row
}
