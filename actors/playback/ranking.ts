import { defineActor } from '../runtime/index.ts'
import { MOST_RANKED, type RankedFilm, type RankRecord } from './schema.ts'

export interface RankingState {
  /** Viewers by film id. */
  films: Record<string, number>
}

type Place = readonly [film: string, viewers: number]

/** Most viewers first; of as many, by id. */
const byViewers = ([a, inA]: Place, [b, inB]: Place): number => inB - inA || (a < b ? -1 : 1)

function leastOf(films: Record<string, number>): Place {
  let least: Place | undefined
  for (const place of Object.entries(films)) if (least === undefined || byViewers(place, least) > 0) least = place
  return least!
}

/**
 * The most viewed films, `films/viewers`. Each film says its whole number whenever it grows, and it never falls: so the table of the largest
 * is exact although it forgets the rest. A film that was pushed out comes back with the viewer that makes it large enough.
 */
export const ranking = defineActor<RankingState>({
  kind: 'films',
  version: 1,
  initial: () => ({ films: {} }),
  on: {
    viewers: (state, { film, viewers }: RankRecord) => {
      const { films } = state
      if (films[film] === undefined && Object.keys(films).length >= MOST_RANKED) {
        const least = leastOf(films)
        if (byViewers([film, viewers], least) > 0) return
        delete films[least[0]]
      }
      films[film] = viewers
    },
  },
  ask: {
    /** Those behind `after`; at most `limit`. */
    viewers: ({ films }, { limit, after }: { limit: number; after?: RankedFilm }): RankedFilm[] =>
      Object.entries(films)
        .filter((place) => after === undefined || byViewers([after.film_id, after.viewers], place) < 0)
        .sort(byViewers)
        .slice(0, limit)
        .map(([film_id, viewers]) => ({ film_id, viewers })),
  },
})
