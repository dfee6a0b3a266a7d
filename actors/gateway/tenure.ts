import { pause } from './topic-access.ts'

const LOOK_EVERY_MS = 250

/**
 * Does what one node has to do for all, while `isOurs` says that it is this one: `work` gets a signal that aborts when it is no longer, and is called
 * again when it is again. Resolves when the signal aborts, or when `work` has ended by itself; rejects with its error.
 *
 * For a moment two nodes may both be at it, the old one that has not heard yet and the new one: what they do has to bear that.
 */
export async function whileOurs(
  isOurs: () => boolean,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    if (!isOurs()) {
      await pause(LOOK_EVERY_MS, signal)
      continue
    }
    const lost = new AbortController()
    const watch = setInterval(() => isOurs() || lost.abort(), LOOK_EVERY_MS)
    try {
      await work(AbortSignal.any([signal, lost.signal]))
    } catch (error) {
      // What fails because it was lost is the next one's to do.
      if (!lost.signal.aborted) throw error
    } finally {
      clearInterval(watch)
    }
    if (!lost.signal.aborted) return
  }
}
