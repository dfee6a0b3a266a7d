import { Type, type Static } from '@sinclair/typebox'

const nullableNumber = (description: string) =>
  Type.Unsafe<number | null>({ type: 'number', nullable: true, description })

/** Steps of the drop-off histogram: each a twentieth of the film. */
export const DROP_OFF_STEPS = 20
/** Whoever got so far has seen the film: the rest is credits. */
export const COMPLETED_SHARE = 0.95
/** Films that a viewer's actor remembers: the ones watched last. */
export const MOST_FILMS = 2000
/** Films in the list of the most viewed. */
export const MOST_RANKED = 1000

/** Record `progress` of a viewer. The two numbers are in one unit, of the client's choice; seconds as a rule. 0 ≤ progress ≤ total. */
export interface ProgressRecord {
  readonly film: string
  readonly progress: number
  readonly total: number
}

/**
 * Record `contribution` of a film: how what one viewer contributes has changed. A film adds these up and knows no viewers, so its
 * state stays as small with a million of them as with one.
 */
export interface ContributionRecord {
  /** Not a viewer of this film before. */
  readonly isNew: boolean
  /** Step of the histogram that the viewer leaves, null for a new one, and the step entered. */
  readonly from: number | null
  readonly to: number
  /** Has passed {@link COMPLETED_SHARE} just now. */
  readonly completes: boolean
  /** Watched more than before. */
  readonly watched: number
}

/** Record `viewers` of the ranking: how many a film has now. */
export interface RankRecord {
  readonly film: string
  readonly viewers: number
}

/** Where a viewer stands in a film. */
export const ResumePoint = Type.Object({
  film_id: Type.String(),
  progress: Type.Integer({ description: 'Where to go on from' }),
  total: Type.Integer(),
  share: Type.Number({ description: 'progress / total' }),
  completed: Type.Boolean({ description: `Got past ${COMPLETED_SHARE * 100} % once` }),
  updated_at: Type.String(),
})
export type ResumePoint = Static<typeof ResumePoint>

export const FilmStatistics = Type.Object({
  film_id: Type.String(),
  viewers: Type.Integer({ description: 'Different ones' }),
  completed: Type.Integer({ description: `Viewers who got past ${COMPLETED_SHARE * 100} %` }),
  completion: nullableNumber('completed / viewers; null without viewers'),
  drop_off: Type.Array(Type.Object({ from: Type.Number(), to: Type.Number(), viewers: Type.Integer() }), {
    description: 'Viewers by the furthest that they got, as shares of the film',
  }),
  watch_time: Type.Integer({
    description: 'Sum over the viewers of the furthest that each got, in the unit of progress',
  }),
  mean_watch_time: nullableNumber('watch_time / viewers'),
  updated_at: Type.Unsafe<string | null>({ type: 'string', nullable: true }),
})
export type FilmStatistics = Static<typeof FilmStatistics>

export const RankedFilm = Type.Object({ film_id: Type.String(), viewers: Type.Integer() })
export type RankedFilm = Static<typeof RankedFilm>
