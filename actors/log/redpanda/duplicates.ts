import type { Origin } from './wire.ts'

/**
 * So many records before the place where a partition is begun are read, and not delivered: a repeated request lies close behind the
 * first, since nothing is appended while the partition has no leader.
 */
export const LOOK_BACK = 2_048
const PRODUCERS = 1_000

/**
 * Recognises records that a producer appended twice: a request whose answer was lost with its broker is sent again. A producer has one
 * request in flight for a partition, so its sequence never goes back there but by a repetition. (The idempotent producer of kafkajs 2.2.4
 * would say so itself, but lost acknowledged records when leaders changed.)
 */
export function duplicateFilter() {
  const last = new Map<string, number>()
  return (origin: Origin | undefined): boolean => {
    if (!origin) return false
    const known = last.get(origin.producer)
    if (known !== undefined && origin.sequence <= known) return true
    if (known === undefined && last.size >= PRODUCERS) last.delete(last.keys().next().value!)
    last.set(origin.producer, origin.sequence)
    return false
  }
}
