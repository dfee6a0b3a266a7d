import { Fault, partitionOf, readRows, type Append, type Rows, type Segment } from '../../runtime/index.ts'
import type { StateStore } from '../../store/port.ts'
import type { ActorAnswer, AskOptions, Change, Cluster, HistoryRows } from '../port.ts'
import type { NodeBus } from './bus.ts'
import { Unreachable } from './peers.ts'
import type { Mine } from './own.ts'
import type { OwnActors } from './port.ts'
import type { Registry } from './registry.ts'
import type { RemoteActors } from './remote.ts'
import type { RoutingTable } from './table.ts'

/** How long a question waits while partitions change hands: a planned hand-over is shorter, and nobody need notice. */
const PATIENCE_MS = 1500
const LOOK_AGAIN_MS = 25
/** Beyond it nobody waits: when an owner died, its partitions are taken over only after the session's end. */
const MOST_PATIENT = 1024

const restoring = (detail: string) => new Fault('RESTORING', detail, { retryAfterS: 1 })

export interface DistributedClusterParts {
  readonly local: OwnActors
  readonly mine: Mine
  /** Of this node. */
  readonly url: string
  readonly registry: Pick<Registry, 'others'>
  readonly table: Pick<RoutingTable, 'ownerOf' | 'isServed' | 'refresh'>
  readonly remote: RemoteActors
  readonly bus: NodeBus
  /** Milliseconds of a clock that only goes forward. */
  now(): number
}

/** The actors of all nodes: each question goes to the node that owns the partition, at most one hop. What is appended goes to the log itself. */
export class DistributedCluster implements Cluster {
  readonly append: Append
  readonly store: StateStore
  readonly partitions: number
  readonly bus: NodeBus
  readonly #parts: DistributedClusterParts
  #patient = 0

  constructor(parts: DistributedClusterParts) {
    const { local, bus } = parts
    this.append = local.append
    this.store = local.store
    this.partitions = local.partitions
    this.bus = bus
    this.#parts = parts
    local.onChange((changes) => bus.tell(changes))
  }

  owned(): readonly number[] {
    return this.#parts.local.owned()
  }

  async ask(address: string, question: string, query: unknown = {}, options: AskOptions = {}): Promise<ActorAnswer> {
    const { local, remote } = this.#parts
    const partition = this.#partitionOf(address)
    const { stale = false, minOffsets = new Map<number, number>() } = options
    const elsewhere = [...minOffsets].filter(([other]) => other !== partition)
    if (elsewhere.length > 0) await this.reach(new Map(elsewhere))
    // The one who answers has to have it: who takes over meanwhile may have less.
    const min = [...minOffsets].filter(([own]) => own === partition)
    const own = { stale, ...(min.length > 0 && { minOffsets: new Map(min) }) }
    const [answer] = await this.#atOwners([address], () => partition, {
      here: () => local.ask(address, question, query, own),
      there: (url) => remote.ask(url, { address, question, query, stale, min }),
    })
    return answer!
  }

  /** Of an actor elsewhere a number never given before: its owner alone knows whether it has changed. */
  version(address: string): number {
    return this.#parts.local.version(address)
  }

  /** First the rows that only the owner has, then the segments: a flush between the two shows some rows twice, which clipping takes away. */
  async history(address: string, range: { from: number; to: number; names: readonly string[] }): Promise<HistoryRows> {
    const tail = await this.tail(address)
    const segments = await this.store.readSegments(address, range.from, range.to)
    return readRows(tail ? [...segments, tail] : segments, range)
  }

  async tail(address: string, containing?: string): Promise<Segment | undefined> {
    const { local, remote } = this.#parts
    const partition = this.#partitionOf(address)
    const [tail] = await this.#atOwners([address], () => partition, {
      here: () => local.tail(address, containing),
      there: (url) => remote.tail(url, { address, ...(containing !== undefined && { containing }) }),
    })
    return tail
  }

  async tails(addresses: readonly string[]): Promise<ReadonlyMap<string, Rows>> {
    const { local, remote } = this.#parts
    const found = await this.#atOwners(addresses, (address) => this.#partitionOf(address), {
      here: (own) => local.tails(own),
      there: (url, own) => remote.tails(url, own),
    })
    return new Map(found.flatMap((tails) => [...tails]))
  }

  async reach(offsets: ReadonlyMap<number, number>): Promise<void> {
    const { local, remote } = this.#parts
    for (const partition of offsets.keys()) {
      if (partition < this.partitions) continue
      throw new Fault('VALIDATION', `x-min-offset: there is no partition ${partition}`)
    }
    await this.#atOwners([...offsets], ([partition]) => partition, {
      here: (own) => local.reach(new Map(own)),
      there: (url, own) => remote.reach(url, own),
    })
  }

  onChange(listener: (changes: readonly Change[]) => void): () => void {
    const stops = [this.#parts.local.onChange(listener), this.bus.onChange(listener)]
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** Of this node: what it owns is restored, and it knows a living owner of everything else. */
  readiness(): ReturnType<Cluster['readiness']> {
    const { local, table, url } = this.#parts
    const own = local.readiness()
    const owned = new Set([...local.owned(), ...local.suspended()])
    let unserved = 0
    for (let partition = 0; partition < this.partitions; partition++) {
      if (owned.has(partition)) continue
      // Claimed for this node and not its own yet, or no more.
      if (!table.isServed(partition) || table.ownerOf(partition)?.url === url) unserved++
    }
    return { ...own, ready: own.ready && unserved === 0, restoring: own.restoring + unserved }
  }

  async inspect(): Promise<unknown> {
    const { local, registry, remote, url } = this.#parts
    const [own, ...others] = await Promise.all([
      local.inspect(),
      ...registry.others().map(async (node) => {
        const report = await remote.inspect(node.url).catch(() => undefined)
        const { instance: _, ...known } = node
        return { node: node.url, ...known, silent: report === undefined, workers: workersOf(report) }
      }),
    ])
    return { nodes: [{ node: url, url, workers: workersOf(own) }, ...others], ...this.readiness() }
  }

  #partitionOf(address: string): number {
    const partition = partitionOf(address, this.partitions)
    if (!(partition >= 0 && partition < this.partitions)) throw new Fault('NOT_FOUND', `no partition holds ${address}`)
    return partition
  }

  /**
   * Puts each item to the owner of its partition, all of one owner together. Where the owner is another by now, or not there, it looks who it
   * is and asks again, for as long as a hand-over takes: questions only read. Faults: those of the owners, and RESTORING.
   */
  async #atOwners<Item, Answer>(
    items: readonly Item[],
    partition: (item: Item) => number,
    work: { here(own: readonly Item[]): Promise<Answer>; there(url: string, own: readonly Item[]): Promise<Answer> },
  ): Promise<Answer[]> {
    const { mine, table, url: self, now } = this.#parts
    const deadline = now() + PATIENCE_MS
    const answers: Answer[] = []
    let left = items
    for (;;) {
      const here = await mine(new Set(left.map(partition)))
      const shares = Map.groupBy(left, (item) => {
        const of = partition(item)
        if (here.has(of)) return self
        const url = table.ownerOf(of)?.url
        return url === self ? undefined : url
      })
      let failed: Fault | undefined
      const again: Item[] = []
      await Promise.all(
        [...shares].map(async ([url, own]) => {
          try {
            if (url === undefined) throw restoring('nobody has the partition yet')
            answers.push(await (url === self ? work.here(own) : work.there(url, own)))
          } catch (error) {
            const passes = passing(error)
            if (passes === undefined) throw error
            failed ??= passes
            again.push(...own)
          }
        }),
      )
      if (failed === undefined) return answers
      if (now() >= deadline || this.#patient >= MOST_PATIENT) throw failed
      left = again
      this.#patient++
      try {
        await table.refresh()
        await Bun.sleep(LOOK_AGAIN_MS)
      } finally {
        this.#patient--
      }
    }
  }
}

/** As the one who asked hears of it, when it passes with the next owner. */
function passing(error: unknown): Fault | undefined {
  if (error instanceof Unreachable) return restoring('the node that has the partition cannot be reached')
  if (!(error instanceof Fault)) return undefined
  if (error.code === 'NOT_OWNER' || error.code === 'SHUTTING_DOWN') return restoring('the partition is changing hands')
  return error.code === 'RESTORING' ? error : undefined
}

const workersOf = (report: unknown): unknown =>
  (report as { nodes?: { workers?: unknown }[] })?.nodes?.[0]?.workers ?? []
