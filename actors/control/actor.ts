import { defineActor, Fault, type DeliveryOutcome } from '../runtime/index.ts'
import { documentOf } from './document.ts'
import { add } from './moments.ts'
import { arm, command, decideIfDue, holds, withdraw } from './moves.ts'
import {
  LARGEST_PAYLOAD,
  POSITIONS,
  type CommandRecord,
  type LoopDocument,
  type LoopSettings,
  type ManipulatorPosition,
  type ReadingRecord,
  type ReadingsRecord,
  type SettingsRecord,
} from './schema.ts'
import { initialState, isSuperseded, type LoopState } from './state.ts'

/** Column of the history: a row stands where the status changes, and one at the loop's beginning. 1 is up. */
export const STATUS_COLUMN = 'status'
const OUTCOMES_KEPT = 32

/** One reading, which the log took at `at`. */
function count(state: LoopState, datetime: number, payload: number, at: number): void {
  if (state.decidedAt !== null && datetime < state.decidedAt) {
    state.outdated++
    return
  }
  add(state.window, payload)
  state.readings++
  state.heardAt = at
}

const isReading = (datetime: unknown, payload: unknown): boolean =>
  Number.isFinite(datetime) && Number.isFinite(payload) && Math.abs(payload as number) <= LARGEST_PAYLOAD

/** Whether commands to the one manipulator may go on under the other settings. */
const tellsTheSame = (before: LoopSettings | null, { manipulator, dry_run }: LoopSettings): boolean =>
  !dry_run && manipulator?.host === before?.manipulator?.host && manipulator?.port === before?.manipulator?.port

function refuse(sentence: string): never {
  throw new Fault('UNREADABLE_RECORD', sentence)
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
      count(state, datetime, payload, turn.at)
    },

    readings: (state, { datetimes, payloads }: ReadingsRecord, turn) => {
      if (datetimes.length !== payloads.length || !datetimes.every((datetime, i) => isReading(datetime, payloads[i]))) {
        refuse('Readings need as many datetimes as payloads.')
      }
      decideIfDue(state, turn)
      for (let i = 0; i < datetimes.length; i++) count(state, datetimes[i]!, payloads[i]!, turn.at)
    },

    decide: (state, _: number, turn) => {
      decideIfDue(state, turn)
    },

    settings: (state, { version, settings }: SettingsRecord, turn) => {
      if (version <= state.version) return
      decideIfDue(state, turn)
      if (state.began === null) {
        turn.row(turn.at, [0])
        state.began = turn.at
        state.since = turn.at
        state.heardAt = turn.at
      }
      if (!tellsTheSame(state.settings, settings)) withdraw(state, turn)
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
    /** Whether the command with this id is not to be sent any more: true or false. */
    superseded: (state, { id }: { id: string }) => isSuperseded(state, id),
    past: ({ began, status, since }): Past => ({ began, status, since }),
  },
})

/** What has come of a person's command. */
export interface Commanded {
  readonly loop: LoopDocument
  readonly refused: string | null
}

/** What the rows of the history do not say by themselves. Epoch ms; null before the loop has begun. */
export interface Past {
  readonly began: number | null
  /** Of now, and since when. */
  readonly status: ManipulatorPosition
  readonly since: number | null
}
