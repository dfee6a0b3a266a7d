import { DEAD_LETTERS, defineActor, Fault, type DeadLetter, type Turn } from '../runtime/index.ts'
import { readFrame } from './frame.ts'
import type { FromSource, PlantFrame, PlantState, RejectedFrame, SourceState } from './schema.ts'
import { machineRecords } from './split.ts'

/** Four hours of a frame a minute; an older moment that comes again is counted as late. */
const RECENT = 256

function sourceOf(state: PlantState, { source, cursor, clock, demonstration }: FromSource): SourceState {
  const known = state.sources[source]
  return {
    ...(known ?? {
      newest: null,
      frames: 0,
      duplicates: 0,
      late: 0,
      rejected: {},
      wrong: 0,
      unknown: 0,
      wrongNow: '',
    }),
    cursor,
    clock,
    demonstration,
  }
}

/** What a dead letter of the plant says besides: where the message stood, and how large it was. */
interface MessageLetter extends DeadLetter {
  readonly plant_source: string
  readonly cursor: string
  /** Bytes of the whole message; `payload` has the first 64 KiB. */
  readonly size: number
}

/** As a record `message` the payload can be tried again: that is what key and type say. */
function bury(
  turn: Turn,
  { source, cursor }: FromSource,
  letter: Pick<MessageLetter, 'code' | 'error' | 'payload' | 'size'>,
) {
  const { address: key, partition, offset, at, id } = turn
  const origin = { stack: null, key, type: 'message', record_id: id, source: '', partition, offset, at }
  turn.emit(DEAD_LETTERS, at, { ...letter, ...origin, plant_source: source, cursor } satisfies MessageLetter)
}

/** The plant as its sources bring it: how far each has come, and what was wrong with it. One actor, `plant/main`. */
export const plant = defineActor<PlantState>({
  kind: 'plant',
  version: 1,
  initial: () => ({ sources: {}, newest: null, clock: null, demonstration: false, recent: [] }),
  on: {
    frame: (state, frame: PlantFrame, turn) => {
      const { moment, clock, demonstration } = frame
      const from = sourceOf(state, frame)
      const known = state.newest !== null && moment <= state.newest
      const duplicate = known && state.recent.includes(moment)
      from.frames++
      if (duplicate) from.duplicates++
      else if (known) from.late++
      from.newest = Math.max(moment, from.newest ?? moment)
      from.wrong += frame.wrong
      from.unknown += frame.unknown
      const wrongNow = Object.keys(frame.signals ?? {}).join()
      if (wrongNow !== '' && wrongNow !== from.wrongNow) {
        const payload = JSON.stringify(frame.signals)
        bury(turn, frame, {
          code: 'SIGNAL_WRONG_TYPE',
          error: `${frame.wrong} signals of the frame of ${new Date(moment).toISOString()} are not numbers`,
          payload,
          size: payload.length,
        })
      }
      from.wrongNow = wrongNow
      turn.changed()

      state.sources[frame.source] = from
      if (!duplicate) state.recent = [...state.recent, moment].slice(-RECENT)
      if (!known) Object.assign(state, { newest: moment, clock, demonstration })
    },

    rejected: (state, message: RejectedFrame, turn) => {
      const from = sourceOf(state, message)
      const { code, cause, payload, size } = message
      bury(turn, message, { code, error: cause, payload, size })
      from.rejected = { ...from.rejected, [code]: (from.rejected[code] ?? 0) + 1 }
      turn.changed()
      state.sources[message.source] = from
    },

    /** A message that was refused, given again by an operator: as any frame, if it is one now. Machines that have it skip it. */
    message: ({ clock }, message: object, turn) => {
      const frame = readFrame(JSON.stringify(message), turn.at)
      if (frame instanceof Fault) throw frame
      for (const record of machineRecords(frame, clock ?? 'live')) turn.send(record)
    },
  },
  ask: {
    /** Where a source continues: `{source}` → `{cursor}`, null for one that never sent. */
    cursor: (state, { source }: { source: string }) => ({ cursor: state.sources[source]?.cursor ?? null }),
    state: ({ sources, newest, clock, demonstration }) => ({
      newest: newest === null ? null : new Date(newest).toISOString(),
      clock,
      demonstration,
      sources: Object.entries(sources).map(([id, { wrongNow: _, newest: seen, ...source }]) => ({
        id,
        ...source,
        newest: seen === null ? null : new Date(seen).toISOString(),
      })),
    }),
  },
})
