import type { AppliedId, Effect, Segment, Snapshot } from '../ports.ts'
import { MemoryStore, type StoreGuards } from './memory-store.ts'

/**
 * A store whose writes reach the disk later, as those of SQLite with `synchronous = NORMAL`: everybody reads them at once, and a
 * power cut may take the last ones, but never one that was written before another that stays.
 */
export class LateStore extends MemoryStore {
  readonly #disk: MemoryStore
  /** What the disk does not have yet, in order. */
  #late: ((disk: MemoryStore) => unknown)[] = []

  constructor(guards: StoreGuards) {
    super(guards)
    this.#disk = new MemoryStore(guards)
  }

  /** How many writes a power cut may take. */
  get late(): number {
    return this.#late.length
  }

  override claim(partition: number): Promise<number> {
    this.#late.push((disk) => disk.claim(partition))
    return super.claim(partition)
  }

  override putSnapshots(snapshots: readonly Snapshot[]): Promise<number[]> {
    this.#late.push((disk) => disk.putSnapshots(snapshots))
    return super.putSnapshots(snapshots)
  }

  override putSegments(segments: readonly Segment[]): Promise<void> {
    this.#late.push((disk) => disk.putSegments(segments))
    return super.putSegments(segments)
  }

  override putEffects(effects: readonly Effect[]): Promise<void> {
    this.#late.push((disk) => disk.putEffects(effects))
    return super.putEffects(effects)
  }

  override putIds(ids: readonly AppliedId[]): Promise<void> {
    this.#late.push((disk) => disk.putIds(ids))
    return super.putIds(ids)
  }

  override deleteSegment(address: string, first: number, last: number): Promise<void> {
    this.#late.push((disk) => disk.deleteSegment(address, first, last))
    return super.deleteSegment(address, first, last)
  }

  override async sync(): Promise<void> {
    this.#reach(this.#late.length)
  }

  /** The power fails: of the late writes the first `kept` have reached the disk, the others never were. */
  cut(kept: number): void {
    this.#reach(kept)
    this.#late = []
    const { snapshots, segments, effects, ids, epochs } = this.#disk
    fill(this.snapshots, snapshots)
    fill(this.segments, new Map([...segments].map(([address, own]) => [address, new Map(own)])))
    fill(this.effects, effects)
    fill(this.ids, ids)
    fill(this.epochs, epochs)
  }

  #reach(writes: number): void {
    for (const write of this.#late.splice(0, writes)) write(this.#disk)
  }
}

function fill<Key, Value>(map: Map<Key, Value>, from: ReadonlyMap<Key, Value>): void {
  map.clear()
  for (const [key, value] of from) map.set(key, value)
}
