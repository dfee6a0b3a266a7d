import type { Guards } from './guards.ts'
import type { Outbox } from './outbox.ts'
import { PendingIds } from './pending-ids.ts'
import type { AppliedId, Effect, TurnStore } from './ports.ts'

interface PendingEffect {
  readonly offset: number
  readonly effect: Effect
}

/** What turns have produced and the store or the log does not have yet, ascending by the offset of the turn. */
export class Outputs {
  readonly outbox: Outbox
  readonly #store: TurnStore
  readonly #guards: Guards
  readonly #effects: PendingEffect[] = []
  readonly #stored: (effects: readonly Effect[]) => void
  #puttingEffects: Promise<void> = Promise.resolve()
  /** Whether an effect waits that the next flush is too late for. */
  urgent = false
  readonly #ids = new PendingIds()

  /** `stored` hears of effects that have just become durable. */
  constructor(store: TurnStore, outbox: Outbox, guards: Guards, stored: (effects: readonly Effect[]) => void) {
    this.#store = store
    this.outbox = outbox
    this.#guards = guards
    this.#stored = stored
  }

  get size(): number {
    return this.#effects.length + this.#ids.size + this.outbox.size
  }

  emit(offset: number, effect: Effect): void {
    this.#effects.push({ offset, effect })
  }

  applied(id: AppliedId): void {
    this.#ids.add(id)
  }

  /** The offset that applied this id, where the store may not know yet. */
  firstOffset(id: AppliedId): number | undefined {
    return this.#guards.knowPendingIds ? this.#ids.offsetOf(id) : undefined
  }

  /** Offset of the first turn whose outputs are not durable, Infinity for none. */
  get first(): number {
    return Math.min(this.#effects[0]?.offset ?? Infinity, this.#ids.first, this.outbox.first)
  }

  /** Offset of the last turn whose outputs are not durable, -1 for none. */
  get last(): number {
    return Math.max(this.#effects.at(-1)?.offset ?? -1, this.#ids.last, this.outbox.last)
  }

  /** As {@link first}, of those that a snapshot has to wait for. */
  get firstBeforeSnapshot(): number {
    return Math.min(
      this.#guards.effectBeforeSnapshot ? (this.#effects[0]?.offset ?? Infinity) : Infinity,
      this.#guards.idBeforeSnapshot ? this.#ids.first : Infinity,
      this.#guards.messageBeforeSnapshot ? this.outbox.first : Infinity,
    )
  }

  /**
   * Writes the effects that are there now. Rejects when the store does not take them; they stay. A flush and an urgent effect may
   * both ask for it: one write after the other, for each takes away from the front what it has written.
   */
  putEffects(batch: number): Promise<void> {
    if (!this.#guards.oneEffectWrite) return this.#putEffects(batch)
    const put = this.#puttingEffects.then(() => this.#putEffects(batch))
    this.#puttingEffects = put.catch(() => undefined)
    return put
  }

  async #putEffects(batch: number): Promise<void> {
    const wasUrgent = this.urgent
    this.urgent = false
    try {
      for (let left = this.#effects.length; left > 0 && this.#effects.length > 0;) {
        const some = this.#effects.slice(0, Math.min(left, batch)).map(({ effect }) => effect)
        await this.#store.putEffects(some)
        this.#effects.splice(0, some.length)
        left -= some.length
        this.#stored(some)
      }
    } catch (error) {
      this.urgent ||= wasUrgent
      throw error
    }
  }

  /** Writes the ids that are there now. Rejects when the store does not take them; they stay. */
  putIds(batch: number): Promise<void> {
    return this.#ids.write(this.#store, batch)
  }
}
