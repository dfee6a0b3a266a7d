import { CLEAN, kindOf, kindTable, type Actor, type KindTable } from './actor.ts'
import { fromSnapshot } from './envelope.ts'
import type { ActorKind } from './kind.ts'
import type { Snapshot, TurnStore } from './ports.ts'
import { versionSlot } from './versions.ts'

/** The actors of one partition that are in memory. */
export class Table {
  readonly #store: TurnStore
  readonly #kinds: ReadonlyMap<string, KindTable>
  readonly #slots: number
  readonly #actors = new Map<string, Actor>()
  /** Grows with every actor that leaves. */
  evictions = 0
  activations = 0

  constructor(store: TurnStore, kinds: ReadonlyMap<string, ActorKind>, slots: number) {
    this.#store = store
    this.#kinds = new Map([...kinds].map(([name, kind]) => [name, kindTable(kind)]))
    this.#slots = slots
  }

  get size(): number {
    return this.#actors.size
  }

  get(address: string): Actor | undefined {
    return this.#actors.get(address)
  }

  kindOf(address: string): KindTable | undefined {
    return this.#kinds.get(kindOf(address))
  }

  /** Brings actors of known kinds into memory, in one query. Only the turn loop calls this, so what is read is never older than what left. */
  async load(addresses: readonly string[]): Promise<Actor[]> {
    const snapshots = await this.#snapshotsOf(addresses)
    const actors = addresses.map((address) => this.#open(address, snapshots.get(address)))
    for (const actor of actors) this.#actors.set(actor.address, actor)
    this.activations += actors.length
    return actors
  }

  /** Actors for one look: from memory, else from the store and not kept. Those whose kind nobody knows are left out. */
  async look(addresses: readonly string[]): Promise<Actor[]> {
    const known = addresses.filter((address) => this.kindOf(address) !== undefined)
    for (;;) {
      const absent = known.filter((address) => !this.#actors.has(address))
      // While the store is read, an actor may come, change and leave again.
      const { evictions } = this
      const snapshots = absent.length > 0 ? await this.#snapshotsOf(absent) : undefined
      if (snapshots !== undefined && this.evictions !== evictions) continue
      return known.map((address) => this.#actors.get(address) ?? this.#open(address, snapshots?.get(address)))
    }
  }

  drop(actor: Actor): void {
    this.#actors.delete(actor.address)
  }

  /**
   * Lets clean actors leave until at most `most` are there: a hand goes round and takes those that no record has reached since it
   * last passed. What is dirty stays, however many: the store does not have it.
   */
  evict(most: number, onlyClean = true): void {
    let passes = 2 * this.#actors.size
    for (const actor of this.#actors.values()) {
      if (this.#actors.size <= most || passes-- === 0) return
      this.#actors.delete(actor.address)
      const clean = actor.dirtyFrom === CLEAN && actor.writingFrom === CLEAN
      if (!actor.used && (clean || !onlyClean)) {
        this.evictions++
        continue
      }
      actor.used = false
      this.#actors.set(actor.address, actor)
    }
  }

  async #snapshotsOf(addresses: readonly string[]): Promise<Map<string, Snapshot>> {
    const snapshots = await this.#store.loadSnapshots(addresses)
    return new Map(snapshots.map((snapshot) => [snapshot.address, snapshot]))
  }

  #open(address: string, snapshot: Snapshot | undefined): Actor {
    return fromSnapshot(address, this.kindOf(address)!, versionSlot(address, this.#slots), snapshot)
  }
}
