import { formatTraceparent, newContext, parseTraceparent } from '../../tracing/context.ts'
import { preciseNow } from '../../tracing/span.ts'
import type { TracedTurn } from '../../tracing/turn.ts'
import type { LogRecord } from '../runtime/index.ts'

/** Actors whose last change is followed. One that has changed and said nothing is forgotten when there are more. */
const MOST = 256

/** Follows the records of a Worker that carry a trace, from their batch to what is told of their actors. */
export class TracedTurns {
  /** Address → `traceparent` of its latest turn that is followed. */
  readonly #turns = new Map<string, string>()

  /** The batch is applied, up to `position`. */
  applied(partition: number, records: readonly LogRecord[], position: number, beganMs: number): TracedTurn[] {
    const turns: TracedTurn[] = []
    for (const { trace, key, type, offset } of records) {
      const parent = trace === undefined ? undefined : parseTraceparent(trace)
      if (parent === undefined || offset >= position) continue
      const context = newContext(parent)
      const kind = key.slice(0, key.indexOf('/'))
      const { spanId } = context
      turns.push({ trace: trace!, spanId, kind, type, partition, offset, beganMs, endedMs: preciseNow() })
      this.#turns.delete(key)
      this.#turns.set(key, formatTraceparent(context))
    }
    for (const address of this.#turns.keys()) {
      if (this.#turns.size <= MOST) break
      this.#turns.delete(address)
    }
    return turns
  }

  /** The trace of the actor's change that is told now. */
  take(address: string): string | undefined {
    const trace = this.#turns.get(address)
    this.#turns.delete(address)
    return trace
  }
}
