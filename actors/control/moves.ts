import { eventRecord, eventsOf, OWN_SOURCE } from '../event/schema.ts'
import { OUTBOX, type Outgoing, type Turn } from '../runtime/index.ts'
import { isKept, judge } from './decision.ts'
import { noMoments, varianceOf } from './moments.ts'
import {
  COMMANDS,
  DECISIONS,
  type CommandBody,
  type DecisionBody,
  type LoopSettings,
  type ManipulatorPosition,
  type TcpCommand,
} from './schema.ts'
import type { LoopState } from './state.ts'

const TIMER = 'decision'

const isoTime = (ms: number) => new Date(ms).toISOString()
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** The first whole multiple of the interval after `at`. */
const nextMultiple = (at: number, interval_s: number): number => {
  const ms = interval_s * 1000
  return (Math.floor(at / ms) + 1) * ms
}

/** Whether the interlock holds at this moment. */
export const holds = ({ interlock }: LoopSettings, heardAt: number | null, at: number): boolean =>
  interlock !== null &&
  (interlock.engaged || (interlock.silence_s !== null && at - (heardAt ?? at) >= interlock.silence_s * 1000))

/** Arms the timer of the next decision. */
export function arm(state: LoopState, turn: Turn): void {
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

/** What was to be sent so far, and is not sent yet, is not sent any more. */
export function withdraw(state: LoopState, turn: Turn): void {
  state.sends = [turn.offset + 1, 0]
}

/**
 * The command of this moment, unless nothing is to be sent; it supersedes all before it. Who reads the effect that was emitted just before
 * finds it by `outgoingOf`.
 */
function send(state: LoopState, at: number, turn: Turn): void {
  const { manipulator, dry_run, interval_s } = state.settings!
  if (dry_run || manipulator === null) return
  const command = { datetime: isoTime(at), status: state.status }
  const not_after = at + interval_s * 1000
  const outgoing: Outgoing = {
    // Each loop waits for its own commands only, also where two move one manipulator.
    target: { kind: 'tcp', key: turn.actorId },
    payload: { loop: turn.address, manipulator, command, not_after } satisfies TcpCommand,
    not_after,
    report: true,
  }
  const id = turn.emit(OUTBOX, at, outgoing, { urgent: true })
  state.sends = [turn.offset, Number(id.slice(id.lastIndexOf('-') + 1))]
}

/** Tells the rest of the system that the status is another one: an event, which people see and relays carry. */
function announce(state: LoopState, at: number, cause: 'test' | CommandBody['cause'], turn: Turn): void {
  const time = isoTime(at)
  const event = {
    // Two commands may come in one millisecond, and one of them with a decision.
    id: `${turn.address}/${time}/${turn.offset}-${cause}`,
    type: 'control.status.changed',
    source: OWN_SOURCE + turn.address,
    subject: turn.actorId,
    time,
    data: { status: state.status, cause },
  }
  turn.send(eventRecord(eventsOf(turn.partition), 'windbox', turn.at, event))
}

/**
 * Makes the decision that is due by the log's time, if one is. Every record does this first, whichever comes first: the window is
 * what the log took before the multiple, exactly, however late the timer's own record comes.
 */
export function decideIfDue(state: LoopState, turn: Turn): void {
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
  if (decision.changed) announce(state, at, held ? 'interlock' : 'test', turn)
  arm(state, turn)
  turn.changed()
}

/** Carries out a command that no decision made. Returns why not, or null. */
export function command(
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
  const isChange = order.status !== state.status
  setStatus(state, order.status, turn.at, turn)
  send(state, turn.at, turn)
  if (isChange) announce(state, turn.at, order.cause, turn)
  return null
}
