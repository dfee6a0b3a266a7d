import { defineActor, type FaultCode, type Turn } from '../runtime/index.ts'

/** What every record for the plant says of the message that it stands for. */
interface FromSource {
  readonly source: string
  readonly cursor: string
  readonly clock: 'live' | 'replay'
  readonly demonstration: boolean
}

/** Record `frame`: a message whose records for the machines are all durable. */
export interface PlantFrame extends FromSource {
  /** Epoch ms. */
  readonly moment: number
  /** How many keys the plant's list does not have. */
  readonly unknown: number
  /** How many signals were no numbers. */
  readonly wrong: number
  /** The first of those, with what they carried. */
  readonly signals?: Readonly<Record<string, string>>
}

/** Record `rejected`: a message that is no frame. */
export interface RejectedFrame extends FromSource {
  readonly code: FaultCode
  readonly cause: string
  /** The message, at most 64 KiB of it. */
  readonly payload: string
  /** All of it, bytes. */
  readonly size: number
}

/** What the plant keeps of one source. Plain JSON. */
export interface SourceState {
  cursor: string
  clock: 'live' | 'replay'
  demonstration: boolean
  /** Newest moment that it brought, epoch ms; null before its first frame. */
  newest: number | null
  frames: number
  duplicates: number
  late: number
  rejected: Partial<Record<FaultCode, number>>
  /** Signals that were no numbers, keys that the plant does not have: counted over all frames. */
  wrong: number
  unknown: number
  /** Which signals were wrong in the last frame: only a change is worth a dead letter. */
  wrongNow: string
}

export interface PlantState {
  sources: Record<string, SourceState>
  /** Newest moment of all sources, epoch ms. */
  newest: number | null
  /** The newest source's clock, and whether it is a demonstration. */
  clock: 'live' | 'replay' | null
  demonstration: boolean
  /** Moments taken last, oldest first: tells a duplicate from a late frame. */
  recent: number[]
}

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

function deadLetter(turn: Turn, at: number, { source, cursor }: FromSource, body: object): void {
  turn.emit('dead_letters', at, { address: turn.address, at, source, cursor, ...body })
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
        deadLetter(turn, turn.at, frame, {
          code: 'SIGNAL_WRONG_TYPE',
          cause: `${frame.wrong} signals of the frame of ${new Date(moment).toISOString()} are not numbers`,
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
      deadLetter(turn, turn.at, message, { code, cause, payload, size })
      from.rejected = { ...from.rejected, [code]: (from.rejected[code] ?? 0) + 1 }
      turn.changed()
      state.sources[message.source] = from
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
