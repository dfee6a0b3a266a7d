/**
 * What is kept of the store in memory, to be asked for again after this long: what another node has changed counts here by then, though nobody
 * told it. Counted from when the reading began. 5 s is what is promised; those who hold a stream look once more a second.
 */
export const CURRENT_MS = 3_500

/** How often open streams look whether their session still holds. */
export const RECHECK_MS = 1_000
