import { murmur2 } from '../runtime/index.ts'
import { eventsOf } from './schema.ts'

/**
 * Where an event with this id lives. By the id alone, not by its sender: the same id always meets itself at the same actor, and who looks
 * for an event by its id knows where to look.
 */
export const addressOfEvent = (id: string, partitions: number): string =>
  eventsOf((murmur2(id) & 0x7fffffff) % partitions)

/** Every address that holds events. */
export const eventAddresses = (partitions: number): string[] =>
  Array.from({ length: partitions }, (_, partition) => eventsOf(partition))
