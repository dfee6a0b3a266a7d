import { defineActor, Fault } from '../runtime/index.ts'
import {
  COMPLETED_SHARE,
  DROP_OFF_STEPS,
  MOST_FILMS,
  type ContributionRecord,
  type ProgressRecord,
  type ResumePoint,
} from './schema.ts'

/** One film of a viewer. */
interface Watched {
  readonly progress: number
  readonly total: number
  /** The furthest ever: what the film counts. */
  readonly furthest: number
  readonly share: number
  /** `at` of the last post, epoch ms. */
  readonly at: number
  /** Its offset: which of two came later. */
  readonly offset: number
}

export interface ViewerState {
  /** By film id, the one watched last at the end: ids are no array indexes, so an object keeps the order of insertion. */
  films: Record<string, Watched>
}

const stepOf = (share: number): number => Math.min(DROP_OFF_STEPS - 1, Math.floor(share * DROP_OFF_STEPS))

/** What the film hears: nothing when the viewer got no further than before. */
function contribution(before: Watched | undefined, now: Watched): ContributionRecord | undefined {
  const from = before === undefined ? null : stepOf(before.share)
  const to = stepOf(now.share)
  const completes = now.share >= COMPLETED_SHARE && (before?.share ?? 0) < COMPLETED_SHARE
  const watched = now.furthest - (before?.furthest ?? 0)
  if (before !== undefined && from === to && !completes && watched === 0) return undefined
  return { isNew: before === undefined, from, to, completes, watched }
}

const isProgress = ({ film, progress, total }: ProgressRecord): boolean =>
  typeof film === 'string' && Number.isInteger(progress) && total > 0 && progress >= 0 && progress <= total

/** A page of a viewer's films, and where the next one begins; null: nothing follows. */
export interface ViewerFilms {
  readonly items: readonly ResumePoint[]
  readonly next: number | null
}

/**
 * A viewer, `viewer/<user id>`: where in which film. It alone knows what it has told each film, so a post that is repeated, or that
 * goes back, tells the film nothing. A film that was dropped from a full list is a new one when it is watched again.
 */
export const viewer = defineActor<ViewerState>({
  kind: 'viewer',
  version: 1,
  initial: () => ({ films: {} }),
  on: {
    progress: (state, record: ProgressRecord, turn) => {
      if (!isProgress(record)) throw new Fault('UNREADABLE_RECORD', 'A progress lies between 0 and a positive total.')
      const { film, progress, total } = record
      const before = state.films[film]
      const now: Watched = {
        progress,
        total,
        furthest: Math.max(before?.furthest ?? 0, progress),
        share: Math.max(before?.share ?? 0, progress / total),
        at: turn.at,
        offset: turn.offset,
      }
      const change = contribution(before, now)
      if (change) turn.send({ key: `film/${film}`, type: 'contribution', value: JSON.stringify(change) })
      delete state.films[film]
      state.films[film] = now
      if (before !== undefined) return
      const ids = Object.keys(state.films)
      if (ids.length > MOST_FILMS) delete state.films[ids[0]!]
    },
  },
  ask: {
    /** The film watched last first, those behind `after` (a `next`); at most `limit`. All where `completed` is not given. */
    films: (
      { films },
      { limit, after = Infinity, completed }: { limit: number; after?: number; completed?: boolean },
    ): ViewerFilms => {
      const found = Object.entries(films)
        .filter(([, { offset }]) => offset < after)
        .filter(([, { share }]) => completed === undefined || share >= COMPLETED_SHARE === completed)
        .sort(([, a], [, b]) => b.offset - a.offset)
      return {
        items: found.slice(0, limit).map(([film, { progress, total, share, at }]) => ({
          film_id: film,
          progress,
          total,
          share: progress / total,
          completed: share >= COMPLETED_SHARE,
          updated_at: new Date(at).toISOString(),
        })),
        next: found.length > limit ? found[limit - 1]![1].offset : null,
      }
    },
  },
})
