import { Fault } from '../../actors/runtime/index.ts'
import { inTurn } from '../edge/in-turn.ts'

/** A segment was merged into another one since its span was read: what is to be read has to be looked up anew. */
export class Moved extends Error {}

/** Between two looks at a store that others write to, so often is enough: each merge makes fewer segments of what there is. */
const ATTEMPTS = 8

/** Of this process, which has one thread for them: forty at once over wide histories held all other requests up for half a minute. */
const run = inTurn({ atOnce: 2, mostWaiting: 200, refusal: 'Too many questions about readings wait.' })

/** Does it in its turn, and again when a segment has {@link Moved} under it. Not within another. Fault OVERLOADED. */
export function unmoved<Result>(work: () => Promise<Result>): Promise<Result> {
  return run(async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof Moved)) throw error
        if (attempt === ATTEMPTS)
          throw new Fault('OVERLOADED', 'History is merged faster than it is read.', { retryAfterS: 1 })
      }
    }
  })
}
