/** A segment was merged into another one since its span was read: what is to be read has to be looked up anew. */
export class Moved extends Error {}

/** Between two looks at a store that others write to, so often is enough: each merge makes fewer segments of what there is. */
const ATTEMPTS = 8

/** Does it again when a segment has {@link Moved} under it. */
export async function unmoved<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Moved) || attempt === ATTEMPTS) throw error
    }
  }
}
