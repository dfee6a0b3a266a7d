import type { Append } from './ports.ts'
import type { NewRecord, Position } from './record.ts'

/**
 * As {@link Append}, for who appends much: the answers are added to `places` and hold once the promise resolves, which many calls may share.
 * A promise of its own for each record costs a tenth of a durable POST.
 */
export type Put = (records: readonly NewRecord[], places: (Position | null)[]) => Promise<void>

export const appendOf =
  (put: Put): Append =>
  (records) => {
    const places: (Position | null)[] = []
    return put(records, places).then(() => places)
  }

export const putOf =
  (append: Append): Put =>
  async (records, places) => {
    for (const place of await append(records)) places.push(place)
  }
