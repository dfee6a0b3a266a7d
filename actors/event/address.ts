import { murmur2 } from '../runtime/index.ts'
import { eventsOf } from './schema.ts'

/**
 * The partition where an event with this id lives. By the id alone, not by its sender: the same id always meets itself at the same actor, and
 * who looks for an event by its id knows where to look. The id may be a part of the text.
 */
export const partitionOfEvent = (text: string, partitions: number, from = 0, to = text.length): number =>
  (murmur2(text, from, to) & 0x7fffffff) % partitions

/** Every address that holds events, by partition. */
export const eventAddresses = (partitions: number): string[] =>
  Array.from({ length: partitions }, (_, partition) => eventsOf(partition))
