import { addToFilter, emptyFilter, WORDS } from './id-entries.ts'

/** Of an id. One stranger in 70 passes, and is looked for in the filters of the runs themselves. */
const BITS_EACH = 10
/** Ids there is room for at least. */
const LEAST_ROOM = 512

/** A run as it is taken in. */
interface Young {
  readonly run: number
  readonly entries: number
}

/**
 * The ids of an address in runs that are not merged yet, in one filter: there are up to 64 of them, and a look at the filter of each would
 * cost more than all else that an id costs. It is made in memory, of what is in the file. Ids are added and never taken away.
 */
export class YoungIds {
  readonly filter: Uint32Array
  #left: number
  readonly #held = new Set<number>()

  constructor(room = LEAST_ROOM) {
    this.filter = emptyFilter(room, BITS_EACH)
    this.#left = room
  }

  /** Whether all ids of this run are in the filter. */
  holds(run: number): boolean {
    return this.#held.has(run)
  }

  /**
   * One that holds all of these runs, as they are read: this one, or another where it has no room left, without those that went.
   * `read`: a run's entries.
   */
  holding<One extends Young>(runs: readonly One[], read: (run: One) => readonly Uint32Array[]): YoungIds {
    const fresh = runs.filter(({ run }) => !this.#held.has(run))
    if (idsOf(fresh) > this.#left) {
      return new YoungIds(Math.max(LEAST_ROOM, 2 * idsOf(runs))).holding(runs, read)
    }
    for (const one of fresh) this.#take(one, read(one))
    return this
  }

  /** A run of which a part is missing has gone while it was read: it is not held. */
  #take({ run, entries }: Young, parts: readonly Uint32Array[]): void {
    let count = 0
    for (const part of parts) {
      for (let at = 0; at < part.length; at += WORDS) addToFilter(this.filter, { a: part[at]!, b: part[at + 1]! })
      count += part.length / WORDS
    }
    this.#left -= entries
    if (count === entries) this.#held.add(run)
  }
}

const idsOf = (runs: readonly Young[]): number => runs.reduce((sum, { entries }) => sum + entries, 0)
