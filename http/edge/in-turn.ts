import { Fault } from '../../actors/runtime/index.ts'

/**
 * Lets so many works run at once, and so many wait for their turn, first come first served. Who comes when all places are taken is told to
 * come back: fault OVERLOADED with `refusal`.
 */
export function inTurn({ atOnce, mostWaiting, refusal }: { atOnce: number; mostWaiting: number; refusal: string }) {
  let running = 0
  const waiting: (() => void)[] = []

  return async function run<T>(work: () => Promise<T>): Promise<T> {
    if (running >= atOnce) {
      if (waiting.length >= mostWaiting) throw new Fault('OVERLOADED', refusal, { retryAfterS: 5 })
      await new Promise<void>((go) => waiting.push(go))
    } else running++
    try {
      return await work()
    } finally {
      // The place goes from hand to hand: `running` falls only when nobody waits. In between the thread is free for all else.
      const next = waiting.shift()
      if (next) setImmediate(next)
      else running--
    }
  }
}
