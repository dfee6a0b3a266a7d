import { defineActor } from '../runtime/index.ts'
import { DROP_OFF_STEPS, type ContributionRecord, type FilmStatistics, type RankRecord } from './schema.ts'

export interface FilmState {
  viewers: number
  completed: number
  watched: number
  /** Viewers by the step that is the furthest they got to. */
  steps: number[]
  /** `at` of the last change, epoch ms; 0 for never. */
  at: number
}

/** Address of the ranking by viewers. */
export const RANKING = 'films/viewers'

/** A film, `film/<film id>`: the sum of what its viewers have contributed. Which viewers they are it does not know. */
export const film = defineActor<FilmState>({
  kind: 'film',
  version: 1,
  initial: () => ({ viewers: 0, completed: 0, watched: 0, steps: new Array<number>(DROP_OFF_STEPS).fill(0), at: 0 }),
  on: {
    contribution: (state, { isNew, from, to, completes, watched }: ContributionRecord, turn) => {
      if (isNew) {
        state.viewers++
        const rank: RankRecord = { film: turn.actorId, viewers: state.viewers }
        turn.send({ key: RANKING, type: 'viewers', value: JSON.stringify(rank) })
      }
      if (from !== null) state.steps[from]!--
      state.steps[to]!++
      if (completes) state.completed++
      state.watched += watched
      state.at = turn.at
    },
  },
  ask: {
    statistics: ({ viewers, completed, watched, steps, at }, _: object, { actorId }): FilmStatistics => ({
      film_id: actorId,
      viewers,
      completed,
      completion: viewers === 0 ? null : completed / viewers,
      drop_off: steps.map((count, step) => ({
        from: step / DROP_OFF_STEPS,
        to: (step + 1) / DROP_OFF_STEPS,
        viewers: count,
      })),
      watch_time: watched,
      mean_watch_time: viewers === 0 ? null : watched / viewers,
      updated_at: at === 0 ? null : new Date(at).toISOString(),
    }),
  },
})
