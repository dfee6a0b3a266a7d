import { DEAD_LETTERS, defineActor, type DeadLetter } from '../runtime/index.ts'
import { REJECTED, type BeginSource, type RejectedMessage, type SourceRead, type SourceState } from './schema.ts'

/** What a dead letter of a source says besides: where the message stands, and how large it is. */
interface MessageLetter extends DeadLetter {
  readonly cursor: string
  readonly size: number
}

/**
 * A topic of another system whose messages are events: `source/<name>`. It knows how far each partition is read, so that a backup that is
 * restored reads on from where it stood, whatever became of the broker's consumer group.
 */
export const source = defineActor<SourceState>({
  kind: 'source',
  version: 1,
  initial: () => ({ positions: {}, rejected: {} }),
  on: {
    begin: (state, { positions }: BeginSource, turn) => {
      state.positions = { ...positions, ...state.positions }
      turn.changed()
    },

    /** A node that has lost the partition, and does not know it yet, may say what is long past. */
    read: ({ positions }, { partition, next }: SourceRead, turn) => {
      positions[partition] = Math.max(next, positions[partition] ?? 0)
      turn.changed()
    },

    [REJECTED]: (state, message: RejectedMessage, turn) => {
      const { code, cause, payload, size, topic } = message
      const { address: key, partition, offset, at, id } = turn
      const letter: MessageLetter = {
        code,
        error: cause,
        stack: null,
        payload,
        key,
        type: REJECTED,
        record_id: id,
        source: '',
        partition,
        offset,
        at,
        cursor: `${topic}-${message.partition}-${message.offset}`,
        size,
      }
      turn.emit(DEAD_LETTERS, at, letter)
      state.rejected = { ...state.rejected, [code]: (state.rejected[code] ?? 0) + 1 }
      turn.changed()
    },
  },
  ask: {
    positions: ({ positions }) => ({ positions }),
    state: (state) => state,
  },
})
