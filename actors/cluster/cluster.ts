import { Fault, partitionOf, readRows, type Append, type Rows, type Segment } from '../runtime/index.ts'
import type { StateStore } from '../store/port.ts'
import type { Pool } from './pool.ts'
import { ALONE, type ActorAnswer, type AskOptions, type Change, type Cluster, type HistoryRows } from './port.ts'
import type { Questions } from './questions.ts'

const REACH_MS = 2000
const RESTORE_MS = 1000
const LOOK_AGAIN_MS = 5

/** The actors of this process, as HTTP and pages see them. For one whose partition is elsewhere: NOT_OWNER. */
export class LocalCluster implements Cluster {
  readonly append: Append
  readonly store: StateStore
  readonly partitions: number
  readonly bus = ALONE
  readonly #pool: Pool
  readonly #listeners = new Set<(changes: readonly Change[]) => void>()

  constructor(parts: { append: Append; store: StateStore; partitions: number; pool: Pool }) {
    this.append = parts.append
    this.store = parts.store
    this.partitions = parts.partitions
    this.#pool = parts.pool
  }

  async ask(address: string, question: string, query: unknown = {}, options: AskOptions = {}): Promise<ActorAnswer> {
    if (options.minOffsets) await this.reach(options.minOffsets)
    const message = {
      type: 'ask',
      address,
      question,
      query: JSON.stringify(query),
      stale: options.stale ?? false,
      min: options.minOffsets?.get(partitionOf(address, this.partitions)) ?? -1,
    } as const
    const reply = await this.#put(address, message)
    if (reply.type !== 'answer') throw new Fault('INTERNAL', `a worker answered an ask with ${reply.type}`)
    return reply
  }

  owned(): readonly number[] {
    return this.#pool.owned()
  }

  suspended(): readonly number[] {
    return this.#pool.suspended()
  }

  isLeased(partition: number): boolean {
    return this.#pool.isLeased(partition)
  }

  version(address: string): number {
    return this.#pool.version(partitionOf(address, this.partitions), address) ?? neverBefore()
  }

  /**
   * First the rows that are only in memory, then the segments: a flush between the two shows some rows twice, which clipping takes away; the
   * other order would lose them.
   */
  async history(address: string, range: { from: number; to: number; names: readonly string[] }): Promise<HistoryRows> {
    const tail = await this.tail(address)
    const segments = await this.store.readSegments(address, range.from, range.to)
    return readRows(tail ? [...segments, tail] : segments, range)
  }

  onChange(listener: (changes: readonly Change[]) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A Worker's notice. A listener that throws is not the others' business, and has its own way to say what went wrong. */
  tell(addresses: readonly string[], offsets: readonly number[], traces?: readonly (string | undefined)[]): void {
    const changes = addresses.map((address, i) => {
      const trace = traces?.[i]
      return { address, offset: offsets[i]!, ...(trace !== undefined && { trace }) }
    })
    for (const listener of this.#listeners) {
      try {
        listener(changes)
      } catch {
        this.#listeners.delete(listener)
      }
    }
  }

  readiness(): ReturnType<Cluster['readiness']> {
    const progress = this.#pool.progress()
    const open = this.#pool.workers.every((worker) => worker.open)
    return { ready: open && progress.restoring === 0, partitions: this.partitions, ...progress }
  }

  async inspect(): Promise<unknown> {
    const reports = await Promise.allSettled(
      this.#pool.everyone().map((questions) => questions.put({ type: 'inspect' })),
    )
    const workers = this.#pool.workers.map((worker, i) => {
      const result = reports[i]!
      const report =
        result.status === 'fulfilled' && result.value.type === 'report' ? JSON.parse(result.value.report) : null
      return {
        worker: worker.index,
        open: worker.open,
        restarts: worker.restarts,
        rebalances: worker.rebalances,
        lease_ms: Number.isFinite(worker.leaseMs) ? Math.round(worker.leaseMs) : null,
        asks_waiting: worker.waiting,
        ...report,
      }
    })
    return { nodes: [{ node: 'local', workers }], ...this.readiness() }
  }

  async tail(address: string, containing?: string): Promise<Segment | undefined> {
    const question = { type: 'tail', address, ...(containing === undefined ? {} : { containing }) } as const
    const reply = await this.#put(address, question)
    if (reply.type !== 'tail') throw new Fault('INTERNAL', `a worker answered for a tail with ${reply.type}`)
    return reply.segment
  }

  async tails(addresses: readonly string[]): Promise<ReadonlyMap<string, Rows>> {
    const shares = Map.groupBy(addresses, (address) => this.#questionsOf(partitionOf(address, this.partitions)))
    const replies = await Promise.all(
      [...shares].map(([questions, own]) => this.#patiently(() => questions, { type: 'tails', addresses: own })),
    )
    return new Map(
      replies.flatMap((reply) => {
        if (reply.type !== 'tails') throw new Fault('INTERNAL', `a worker answered for tails with ${reply.type}`)
        return reply.tails
      }),
    )
  }

  #put(address: string, question: Parameters<Questions['put']>[0]) {
    return this.#patiently(() => this.#questionsOf(partitionOf(address, this.partitions)), question)
  }

  /** Asks the owner. One that was just replaced is restored in less than a second: nobody need notice. */
  async #patiently(owner: () => Questions, question: Parameters<Questions['put']>[0]) {
    const deadline = performance.now() + RESTORE_MS
    for (;;) {
      try {
        return await owner().put(question)
      } catch (error) {
        const soon = error instanceof Fault && error.code === 'RESTORING' && performance.now() < deadline
        if (!soon) throw error
        await Bun.sleep(LOOK_AGAIN_MS)
      }
    }
  }

  #questionsOf(partition: number): Questions {
    if (!(partition >= 0 && partition < this.partitions)) throw new Fault('NOT_FOUND', 'no partition holds it')
    const questions = this.#pool.questionsOf(partition)
    if (!questions) throw new Fault('NOT_OWNER', `partition ${partition} is not served here`)
    return questions
  }

  async reach(offsets: ReadonlyMap<number, number>): Promise<void> {
    const deadline = performance.now() + REACH_MS
    for (const [partition, offset] of offsets) {
      if (partition >= this.partitions)
        throw new Fault('VALIDATION', `x-min-offset: there is no partition ${partition}`)
      while ((this.#pool.position(partition) ?? 0) <= offset) {
        this.#questionsOf(partition)
        if (performance.now() > deadline) {
          throw new Fault('OFFSET_NOT_REACHED', `partition ${partition} has not reached ${offset}`, { retryAfterS: 1 })
        }
        await Bun.sleep(LOOK_AGAIN_MS)
      }
    }
  }
}

let last = 0
/** A version that no kept answer has. */
const neverBefore = () => -++last
