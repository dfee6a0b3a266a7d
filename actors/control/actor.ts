import { defineActor, Fault, OUTBOX, type DeliveryOutcome, type Outgoing, type Turn } from '../runtime/index.ts'
import { isKept, judge } from './decision.ts'
import { documentOf } from './document.ts'
import { add, noMoments, varianceOf } from './moments.ts'
import {
  COMMANDS,
  DECISIONS,
  LARGEST_PAYLOAD,
  POSITIONS,
  type CommandBody,
  type CommandRecord,
  type DecisionBody,
  type LoopDocument,
  type LoopSettings,
  type ManipulatorPosition,
  type ReadingRecord,
  type ReadingsRecord,
  type SettingsRecord,
  type TcpCommand,
} from './schema.ts'
import { initialState, type LoopState } from './state.ts'

/** Column of the history: a row stands where the status changes, and one at the loop's beginning. 1 is up. */
export const STATUS_COLUMN = 'status'
const TIMER = 'decision'
const OUTCOMES_KEPT = 32

const isoTime = (ms: number) => new Date(ms).toISOString()
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** The first whole multiple of the interval after `at`. */
const nextMultiple = (at: number, interval_s: number): number => {
  const ms = interval_s * 1000
  return (Math.floor(at / ms) + 1) * ms
}

const holds = ({ interlock }: LoopSettings, heardAt: number | null, at: number): boolean =>
  interlock !== null &&
  (interlock.engaged || (interlock.silence_s !== null && at - (heardAt ?? at) >= interlock.silence_s * 1000))

function arm(state: LoopState, turn: Turn): void {
  const next = nextMultiple(turn.at, state.settings!.interval_s)
  if (next === state.nextAt) return
  state.nextAt = next
  turn.setTimer(TIMER, next, 'decide', next)
}

function setStatus(state: LoopState, status: ManipulatorPosition, at: number, turn: Turn): void {
  if (status === state.status) return
  turn.row(at, [status === 'up' ? 1 : 0])
  state.status = status
  state.since = at
}

/** The command of this moment, unless nothing is to be sent. Who reads the effect that was emitted just before finds it by `outgoingOf`. */
function send(state: LoopState, at: number, turn: Turn): void {
  const { manipulator, dry_run, interval_s } = state.settings!
  if (dry_run || manipulator === null) return
  const command = { datetime: isoTime(at), status: state.status }
  const not_after = at + interval_s * 1000
  const outgoing: Outgoing = {
    target: { kind: 'tcp', key: `${manipulator.host}:${manipulator.port}` },
    payload: { manipulator, command, not_after } satisfies TcpCommand,
    not_after,
    report: true,
  }
  turn.emit(OUTBOX, at, outgoing, { urgent: true })
}

/**
 * Makes the decision that is due by the log's time, if one is. Every record does this first, whichever comes first: the window is
 * what the log took before the multiple, exactly, however late the timer's own record comes.
 */
function decideIfDue(state: LoopState, turn: Turn): void {
  const { nextAt: at, settings, window, kept } = state
  if (at === null || settings === null || turn.at < at) return
  const { verdict, test } = judge(window, kept, settings)
  const held = holds(settings, state.heardAt, at)
  const toggled = state.status === 'up' ? 'down' : 'up'
  const status = held ? settings.interlock!.status : verdict === 'rejected' ? toggled : state.status
  const dryRun = settings.dry_run || settings.manipulator === null
  const decision: DecisionBody = {
    at: isoTime(at),
    n: window.n,
    mean: window.n === 0 ? null : window.mean,
    stddev: finite(Math.sqrt(varianceOf(window))),
    t: test?.t ?? null,
    df: test?.df ?? null,
    p: test?.p ?? null,
    verdict,
    outdated: state.outdated,
    against: test === null ? null : (kept?.mean ?? 0),
    test: settings.test,
    status,
    changed: status !== state.status,
    held,
    late_ms: turn.at - at,
    dry_run: dryRun,
  }
  turn.emit(DECISIONS, at, decision, { urgent: true })
  setStatus(state, status, at, turn)
  if (isKept(verdict)) state.kept = window
  state.held = held
  state.window = noMoments()
  state.outdated = 0
  state.decidedAt = at
  state.decisions++
  state.last = decision
  send(state, at, turn)
  arm(state, turn)
  turn.changed()
}

function count(state: LoopState, datetime: number, payload: number): void {
  if (state.decidedAt !== null && datetime < state.decidedAt) {
    state.outdated++
    return
  }
  add(state.window, payload)
  state.readings++
}

const isReading = (datetime: unknown, payload: unknown): boolean =>
  Number.isFinite(datetime) && Number.isFinite(payload) && Math.abs(payload as number) <= LARGEST_PAYLOAD

function refuse(sentence: string): never {
  throw new Fault('UNREADABLE_RECORD', sentence)
}

/** Carries a command out that no decision made. */
function command(
  state: LoopState,
  order: { status: ManipulatorPosition; reason: string; by: string | null; cause: CommandBody['cause'] },
  turn: Turn,
): string | null {
  const { settings } = state
  const safe = settings?.interlock?.status
  const refused =
    settings === null
      ? 'the loop has no settings'
      : state.held && order.cause === 'person' && order.status !== safe
        ? `the interlock holds ${safe}`
        : null
  const body: CommandBody = {
    at: isoTime(turn.at),
    ...order,
    refused,
    dry_run: settings === null || settings.dry_run || settings.manipulator === null,
  }
  turn.emit(COMMANDS, turn.at, body, { urgent: true })
  if (refused !== null) return refused
  setStatus(state, order.status, turn.at, turn)
  send(state, turn.at, turn)
  return null
}

/**
 * A manipulator's loop, `control/<loop>`: readings in, a decision at each whole multiple of the interval, commands out. While the process is
 * down nothing is decided: the decision that was due is made afterwards, for the window before, and its command is too old to be sent.
 */
export const control = defineActor<LoopState>({
  kind: 'control',
  version: 1,
  initial: initialState,
  history: () => [STATUS_COLUMN],
  on: {
    reading: (state, { datetime, payload }: ReadingRecord, turn) => {
      if (!isReading(datetime, payload)) refuse('A reading needs a datetime and a payload.')
      decideIfDue(state, turn)
      const before = state.readings
      count(state, datetime, payload)
      if (state.readings > before) state.heardAt = turn.at
    },

    readings: (state, { datetimes, payloads }: ReadingsRecord, turn) => {
      if (datetimes.length !== payloads.length || !datetimes.every((datetime, i) => isReading(datetime, payloads[i]))) {
        refuse('Readings need as many datetimes as payloads.')
      }
      decideIfDue(state, turn)
      const before = state.readings
      for (let i = 0; i < datetimes.length; i++) count(state, datetimes[i]!, payloads[i]!)
      if (state.readings > before) state.heardAt = turn.at
    },

    decide: (state, _: number, turn) => {
      decideIfDue(state, turn)
    },

    settings: (state, { version, settings }: SettingsRecord, turn) => {
      if (version <= state.version) return
      decideIfDue(state, turn)
      if (state.since === null) {
        turn.row(turn.at, [0])
        state.since = turn.at
        state.heardAt = turn.at
      }
      state.version = version
      state.settings = settings
      const held = holds(settings, state.heardAt, turn.at)
      state.held = held
      const safe = settings.interlock?.status
      if (held && safe !== undefined && state.status !== safe) {
        command(state, { status: safe, reason: 'the interlock was engaged', by: null, cause: 'interlock' }, turn)
      }
      arm(state, turn)
      turn.changed()
    },

    command: (state, { status, reason, by }: CommandRecord, turn) => {
      if (!POSITIONS.includes(status)) refuse('A command is up or down.')
      decideIfDue(state, turn)
      const refused = command(state, { status, reason, by: by.email, cause: 'person' }, turn)
      state.commands = [...state.commands, { id: turn.id, refused }].slice(-OUTCOMES_KEPT)
      turn.changed()
    },

    /** How a command ended; those of a busy line may end in another order than they were sent. */
    delivery: (state, { status, at, error }: DeliveryOutcome, turn) => {
      decideIfDue(state, turn)
      state.delivery = { status, at, error }
      turn.changed()
    },
  },
  ask: {
    document: (state, _: object, { actorId }) => documentOf(actorId, state),
    /** The loop, and why the command with this record id was not carried out. */
    commanded: (state, { id }: { id: string }, { actorId }): Commanded => ({
      loop: documentOf(actorId, state),
      refused: state.commands.find((one) => one.id === id)?.refused ?? null,
    }),
    /** For who only waits until a record is applied. */
    past: ({ status, since }): Past => ({ status, since }),
  },
})

/** What has come of a person's command. */
export interface Commanded {
  readonly loop: LoopDocument
  readonly refused: string | null
}

/** Present status and since when, epoch ms; null before the loop has begun. */
export interface Past {
  readonly status: ManipulatorPosition
  readonly since: number | null
}
