/**
 * When which actor of a partition has a timer due, also of those not in memory: a heap with at most one live entry per
 * actor. A timer that is moved later leaves its entry where it is; whoever wakes for nothing schedules the next time.
 */
export class Wakes {
  readonly #heap: { due: number; address: string }[] = []
  readonly #next = new Map<string, number>()

  get size(): number {
    return this.#next.size
  }

  /** Not later than the earliest entry, epoch ms; Infinity when there is none. */
  get next(): number {
    return this.#heap[0]?.due ?? Infinity
  }

  /** Epoch ms; not later than an entry that is there. */
  schedule(address: string, due: number): void {
    const next = this.#next.get(address)
    if (next !== undefined && next <= due) return
    this.#next.set(address, due)
    this.#push({ due, address })
  }

  /** Actors whose time has come; they have no entry until they are scheduled again. */
  take(now: number): string[] {
    const taken: string[] = []
    for (let top = this.#heap[0]; top !== undefined && top.due <= now; top = this.#heap[0]) {
      this.#pop()
      if (this.#next.get(top.address) !== top.due) continue
      this.#next.delete(top.address)
      taken.push(top.address)
    }
    return taken
  }

  #push(entry: { due: number; address: string }): void {
    const heap = this.#heap
    let i = heap.length
    heap.push(entry)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (heap[parent]!.due <= entry.due) break
      heap[i] = heap[parent]!
      i = parent
    }
    heap[i] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1]!.due < heap[child]!.due) child++
      if (heap[child]!.due >= last.due) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = last
  }
}
