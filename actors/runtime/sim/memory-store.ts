import { murmur2 } from '../partitioner.ts'
import type { AppliedId, Effect, IdHash, Segment, Snapshot, TurnStore } from '../ports.ts'

/** Rules of the store's side that the simulator switches off, as `guards.ts` has those of the runtime. */
export interface StoreGuards {
  /** A snapshot replaces only an older one. */
  readonly conditionalWrite: boolean
  /** Of two segments with one first offset the longer stays. */
  readonly longerWins: boolean
  /** A segment that has grown past the merged one is not deleted. */
  readonly conditionalDelete: boolean
  /** The segments of one read are those of one moment. */
  readonly pointInTime: boolean
}

export const ALL_STORE_GUARDS: StoreGuards = {
  conditionalWrite: true,
  longerWins: true,
  conditionalDelete: true,
  pointInTime: true,
}

/** The port over plain maps; each call has its effect at once. Nothing survives the process. */
export class MemoryStore implements TurnStore {
  readonly snapshots = new Map<string, Snapshot>()
  /** By address, then first offset. */
  readonly segments = new Map<string, Map<number, Segment>>()
  /** By collection and id. */
  readonly effects = new Map<string, Effect>()
  /** By address and id. */
  readonly ids = new Map<string, AppliedId>()
  readonly epochs = new Map<number, number>()
  readonly #guards: StoreGuards

  constructor(guards: StoreGuards = ALL_STORE_GUARDS) {
    this.#guards = guards
  }

  async claim(partition: number): Promise<number> {
    const epoch = (this.epochs.get(partition) ?? 0) + 1
    this.epochs.set(partition, epoch)
    return epoch
  }

  async loadSnapshots(addresses: readonly string[]): Promise<Snapshot[]> {
    return addresses.flatMap((address) => this.snapshots.get(address) ?? [])
  }

  async loadDue(partition: number): Promise<{ address: string; due: number }[]> {
    return [...this.snapshots.values()].flatMap((snapshot) =>
      snapshot.partition === partition && snapshot.due !== null
        ? [{ address: snapshot.address, due: snapshot.due }]
        : [],
    )
  }

  async sync(): Promise<void> {}

  async putSnapshots(snapshots: readonly Snapshot[]): Promise<number[]> {
    return snapshots.map((snapshot) => {
      const stored = this.snapshots.get(snapshot.address)
      if (stored !== undefined && stored.offset >= snapshot.offset && this.#guards.conditionalWrite)
        return stored.offset
      this.snapshots.set(snapshot.address, snapshot)
      return snapshot.offset
    })
  }

  async putSegments(segments: readonly Segment[]): Promise<void> {
    for (const segment of segments) {
      const own = this.segments.get(segment.address) ?? new Map<number, Segment>()
      this.segments.set(segment.address, own)
      const stored = own.get(segment.first)
      if (stored !== undefined && stored.last >= segment.last && this.#guards.longerWins) continue
      own.set(segment.first, segment)
    }
  }

  async putEffects(effects: readonly Effect[]): Promise<void> {
    for (const effect of effects) {
      const key = `${effect.collection}\t${effect.id}`
      if (!this.effects.has(key)) this.effects.set(key, effect)
    }
  }

  hashOf(id: string): IdHash {
    const word = murmur2(id) >>> 0
    return { a: word, b: word, c: word, d: word }
  }

  async putIds(ids: readonly AppliedId[]): Promise<void> {
    for (const id of ids) {
      const key = `${id.address}\t${id.id}`
      const stored = this.ids.get(key)
      if (stored === undefined || id.offset < stored.offset) this.ids.set(key, id)
    }
  }

  async findIds(ids: readonly { address: string; id: string }[]): Promise<number[]> {
    return ids.map(({ address, id }) => this.ids.get(`${address}\t${id}`)?.offset ?? -1)
  }

  async readSegments(address: string, from: number, to: number, below = Infinity): Promise<Segment[]> {
    return [...(this.segments.get(address)?.values() ?? [])]
      .filter((segment) => segment.to >= from && segment.from <= to && segment.rows < below)
      .sort((a, b) => a.first - b.first)
  }

  async deleteSegment(address: string, first: number, last: number): Promise<void> {
    const stored = this.segments.get(address)?.get(first)
    if (stored !== undefined && (stored.last <= last || !this.#guards.conditionalDelete)) {
      this.segments.get(address)!.delete(first)
    }
  }
}
