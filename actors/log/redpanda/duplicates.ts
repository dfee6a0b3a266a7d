import type { Origin } from './batch-format.ts'

/**
 * So many records before the place where a partition is begun are read, and not delivered: there a repeated request mostly has its first,
 * and then they need not be looked for.
 */
export const LOOK_BACK = 2_048
/** From the first time that a record is sent to its last arrival, with what the clocks of two leaders may be apart. */
const REPEATED_WITHIN_MS = 60_000
const PRODUCERS = 1_000

/** `unsure`: it would stand before what was read so far, if it stands in the log already. */
export type Verdict = 'new' | 'repeated' | 'unsure'

/**
 * Recognises records that a producer appended twice: a request whose answer was lost with its broker is sent again. A producer has one
 * request in flight for a partition, so its sequence never goes back there but by a repetition. (The idempotent producer of kafkajs 2.2.4
 * would say so itself, but lost acknowledged records when leaders changed.)
 *
 * Reads a partition from anywhere on; `fromStart`: there is nothing before it.
 */
export function duplicateFilter(fromStart: boolean) {
  const last = new Map<string, number>()
  let firstAt: number | undefined
  return (origin: Origin | undefined, at: number): Verdict => {
    firstAt ??= at
    if (!origin) return 'new'
    const known = last.get(origin.producer)
    if (known === undefined) {
      if (origin.again && !fromStart && at - firstAt < REPEATED_WITHIN_MS) return 'unsure'
      if (last.size >= PRODUCERS) last.delete(last.keys().next().value!)
    } else if (origin.sequence <= known) {
      return 'repeated'
    }
    last.set(origin.producer, origin.sequence)
    return 'new'
  }
}
