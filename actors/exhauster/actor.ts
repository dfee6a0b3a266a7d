import { eventRecord, eventsOf, OWN_SOURCE } from '../event/schema.ts'
import { defineActor, Fault, type AskView, type Turn } from '../runtime/index.ts'
import { exhausterOf, type Exhauster } from './directory.ts'
import { causesOf, documentOf, summaryOf, type Past, type Reading } from './document.ts'
import { CLOCK, COLUMNS, LEVEL, ROTOR, STATUS, STATUS_SINCE, WORKED_MS } from './columns.ts'
import { advance, lateRow, type FrameRecord } from './frame.ts'
import { STATUSES, type StatusChange } from './schema.ts'
import { SIGNALS } from './signals.ts'
import { silentAt } from './staleness.ts'
import { fromJson, initialState, toJson, type ExhausterState, type Rotor } from './state.ts'
import { statusCode } from './status.ts'
import { workedSince } from './work.ts'

/**
 * Record `rotor`: the rotor that is installed from now on. `version` is that of its document in the store and makes the record
 * idempotent: only a higher one than the last is applied.
 */
export interface RotorRecord {
  readonly version: number
  readonly number: string
  /** ISO 8601; may lie in the past: the days in work are counted anew from the runs that are kept. */
  readonly installed_at: string
}

/** A status change as it is stored; its `id` is the effect's own. */
export type StatusChangeBody = Omit<StatusChange, 'id'>

/** What is older when it is known is the past of a machine and no news: nobody has to be told. */
const NEWS_MS = 600_000
/** One rotor a fortnight for some years; a past document older than that has no rotor's number. */
const MAX_ROTORS = 200
const UNKNOWN = statusCode('unknown')

function self(actorId: string): Exhauster {
  const exhauster = exhausterOf(actorId)
  if (!exhauster) throw new Fault('NOT_FOUND', `There is no exhauster ${actorId}.`)
  return exhauster
}

/** The signals that make the status: those in its own level, when that is a warning or an alarm. */
function worstSignals(state: ExhausterState): number[] {
  const status = state.row[STATUS]!
  if (status !== 1 && status !== 2) return []
  return SIGNALS.map(({ index }) => index).filter((index) => Math.abs(state.row[LEVEL + index]!) === status)
}

function announce(turn: Turn, moment: number, previous: number, status: number, causes: StatusChange['causes']): void {
  const body: StatusChangeBody = {
    exhauster: self(turn.actorId).id,
    at: new Date(moment).toISOString(),
    status: STATUSES[status]!,
    previous: STATUSES[previous]!,
    causes,
  }
  turn.emit('status_changes', moment, body)
  if (previous !== status && turn.at - moment < NEWS_MS) tellEverybody(turn, body)
}

/** An event, which people see and relays carry. */
function tellEverybody(turn: Turn, { at, status, previous, causes }: StatusChangeBody): void {
  const event = {
    id: `${turn.address}/${at}`,
    type: 'exhauster.status.changed',
    source: OWN_SOURCE + turn.address,
    subject: turn.actorId,
    time: at,
    data: { status, previous, causes },
  }
  turn.send(eventRecord(eventsOf(turn.partition), 'windbox', turn.at, event))
}

/** Nothing came for 180 s after this moment. Returns what is announced from then on; a machine that was unknown anyway stays so. */
function announceSilence(
  turn: Turn,
  moment: number,
  { status }: ExhausterState['announced'],
): ExhausterState['announced'] {
  if (status !== UNKNOWN) announce(turn, silentAt(moment), status, UNKNOWN, [])
  return { status: UNKNOWN, worst: [] }
}

function takeFrame(state: ExhausterState, frame: FrameRecord, turn: Turn): void {
  const exhauster = self(turn.actorId)
  if (state.moment !== null && frame.moment <= state.moment) {
    turn.row(frame.moment, lateRow(state.rotors, exhauster.number, frame))
    return
  }
  const next = advance(state, exhauster.number, frame)
  const status = next.row[STATUS]!
  const worst = worstSignals(next)
  let { announced } = state
  const live = frame.clock === 'live' && state.row[CLOCK] === 1
  if (live && !state.silent && frame.moment > silentAt(state.moment!)) {
    // The frames of an outage come late and together: the silence between them was one all the same.
    announced = announceSilence(turn, state.moment!, announced)
    next.row[STATUS_SINCE] = frame.moment
  }
  if (announced.status !== status || announced.worst.join() !== worst.join()) {
    announce(turn, frame.moment, announced.status, status, causesOf(exhauster, next.row))
    announced = { status, worst }
  }
  turn.row(frame.moment, next.row)
  if (frame.clock === 'live') {
    // Of a backlog each frame is already old when it comes: the next one gets a minute of the log's time to arrive.
    turn.setTimer('silence', Math.max(silentAt(frame.moment), turn.at + 60_000), 'silence', { moment: frame.moment })
  } else turn.clearTimer('silence')
  turn.changed()
  Object.assign(state, next, { announced })
}

export const exhauster = defineActor<ExhausterState>({
  kind: 'exhauster',
  version: 1,
  initial: initialState,
  history: () => COLUMNS,
  toJson,
  fromJson,
  on: {
    frame: takeFrame,

    /** No live frame has come for 180 s: what was known is not known any more. */
    silence: (state, { moment }: { moment: number }, turn) => {
      if (state.moment !== moment) return
      turn.changed()
      state.announced = announceSilence(turn, moment, state.announced)
      state.silent = true
    },

    rotor: (state, { version, number, installed_at }: RotorRecord, turn) => {
      if (version <= (state.rotors.at(-1)?.version ?? 0)) return
      const installedAt = Date.parse(installed_at)
      if (Number.isNaN(installedAt)) throw new Fault('UNREADABLE_RECORD', `${installed_at} is no time.`)
      const rotor: Rotor = { version, number, installedAt }
      state.rotors = [...state.rotors, rotor].slice(-MAX_ROTORS)
      state.row[ROTOR] = version
      state.row[WORKED_MS] = workedSince(state.work, installedAt)
      turn.changed()
    },
  },
  ask: {
    document: (state, _: object, view) => documentOf(self(view.actorId), readingOf(state, view)),
    summary: (state, _: object, view) => summaryOf(self(view.actorId), readingOf(state, view)),
    past: ({ moment, rotors }): Past => ({ newest: moment, rotors }),
  },
})

/** A replay's clock stands at its newest frame; a live source's runs on. */
function readingOf({ moment, row, rotors }: ExhausterState, { nowMs }: AskView): Reading {
  const ageMs = moment === null ? null : row[CLOCK] === 1 ? Math.max(0, nowMs - moment) : 0
  return { row, moment, ageMs, rotors }
}
