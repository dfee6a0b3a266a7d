import { Fault } from '../runtime/index.ts'
import * as at from './columns.ts'
import { obeyed } from './limits.ts'
import { FRAME_GAP_MS, hasValue, qualities, qualityCode } from './quality.ts'
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

/** A reading as it is judged: its qualities, the setpoints in force, and whether the machine runs. */
interface Judged extends Reading {
  readonly number: number
  readonly found: readonly Quality[]
  readonly inForce: Float64Array
  readonly running: boolean | null
}

function levelsOf({ number, raw, found, inForce, running }: Judged, previous?: readonly Level[]): Level[] {
  return SIGNALS.map((signal) => {
    const { index, isPoint, quantity } = signal
    const before = previous?.[index] ?? 0
    if (!isPoint || !hasValue(found[index]!) || found[index] === 'frozen') return before
    const limits = obeyed(at.setpointsAt(inForce, 0, signal))
    const noise = running ? quantity.noise : quantity.noiseAtRest
    return nextLevel(raw[index]! * scaleOf(number, signal), limits, { deadband: quantity.deadband, noise }, before)
  })
}

/** A row of what follows from the frame and the levels, the same for a frame in its turn and for a late one. */
function rowOf({ raw, limits, found, inForce }: Judged, levels: readonly Level[]): at.Row {
  const row = at.emptyRow()
  row.set(raw, at.VALUE)
  row.set(inForce, at.LIMIT)
  for (const signal of SIGNALS) {
    const { index, isTemperature, isPoint } = signal
    // The strict rule takes the setpoints of this very frame; the tolerant one those in force.
    const sent = isPoint ? at.setpointsAt(limits, 0, signal) : undefined
    row[at.QUALITY + index] = qualityCode(found[index]!)
    row[at.LEVEL + index] = hasValue(found[index]!) ? levels[index]! : LEVEL_UNKNOWN
    row[at.STRICT + index] = statusCode(strictStatus(raw[index]!, isTemperature, sent))
  }
  row[at.STATUS] = statusCode(worst(row.subarray(at.LEVEL, at.SINCE)))
  return row
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
  // Identical readings count while the machine runs and frames follow each other: zeros of a standing one are no sign.
  const unchanged = SIGNALS.map(({ index }) =>
    follows && before[at.VALUE + index] === raw[index] ? state.unchanged[index]! : moment,
  )
  // A setpoint is configuration: a frame that comes without it has not taken it back.
  const inForce = reading.limits.map((sent, i) => (Number.isNaN(sent) ? before[at.LIMIT + i]! : sent))
  const unchangedMs = unchanged.map((since) => moment - since)
  const found = qualities(number, raw, unchangedMs)
  const judged = { ...reading, number, found, inForce, running: work.running }
  const levels = levelsOf(judged, state.levels)

  const row = rowOf(judged, levels)
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
  return { ...state, moment, row, levels, unchanged, work, silent: false }
}

/** A warning above and a warning below are one status. */
const statusSize = (level: number): number => Math.abs(level)

/**
 * The history row of a frame that comes after a newer one: judged by itself alone, with its own setpoints, and with nothing in it that would
 * need to know what was before it (since when, running time).
 */
export function lateRow(rotors: readonly Rotor[], number: number, frame: FrameRecord): at.Row {
  const reading = readingOf(frame)
  const running = bitOf(reading.raw)
  const judged = { ...reading, number, found: qualities(number, reading.raw), inForce: reading.limits, running }
  const row = rowOf(judged, levelsOf(judged))
  row[at.RUNNING] = running === null ? NaN : Number(running)
  row[at.ROTOR] = rotors.findLast(({ installedAt }) => installedAt <= frame.moment)?.version ?? NaN
  row[at.CLOCK] = Number(frame.clock === 'live')
  return row
}
