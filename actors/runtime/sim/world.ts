import { ALL_GUARDS, type Guards } from '../guards.ts'
import { LIMITS, type Limits } from '../limits.ts'
import { Member } from '../member.ts'
import type { Partition } from '../partition.ts'
import { partitionOf } from '../partitioner.ts'
import type { Clock } from '../ports.ts'
import { audit, type Observation } from './audit.ts'
import { anyRecord, anyTaste } from './clients.ts'
import { KINDS } from './kinds.ts'
import { LateStore } from './late-store.ts'
import { ALL_STORE_GUARDS, type StoreGuards } from './memory-store.ts'
import { Network, type Faults } from './network.ts'
import { Random } from './random.ts'
import { SimLog, type SimMember } from './sim-log.ts'
import { remoteStore } from './sim-store.ts'

export type AllGuards = Guards & StoreGuards

/** The rules that can be switched off, one at a time. */
export const GUARDS: AllGuards = { ...ALL_GUARDS, ...ALL_STORE_GUARDS }

export interface WorldOptions {
  readonly seed: number
  /** Runs all microtasks that are due: what makes the world deterministic and fast. Comes from the engine. */
  readonly drain: () => void
  readonly guards?: Partial<AllGuards>
  /** Hears what happens, for one who reads the story of a seed. */
  readonly tell?: (line: string) => void
}

/** One process of the system. */
interface Node extends SimMember {
  /** How often it gets its turn: some sleep for a while. */
  pace: number
  runtime: Member
  store: ReturnType<typeof remoteStore>
}

const PACES = [0.1, 1, 1, 3]

/** Rounds in which nothing happens any more before the world counts as at rest. */
const QUIET_ROUNDS = 3
const MOST_ROUNDS = 60
/** Longer than any timer of the simulated actors. */
const ROUND_MS = 60

/**
 * A world from a seed: a log, a store and some nodes that run the real {@link Member}, over a network that delays, reorders,
 * fails and loses answers; nodes crash, fall out of the group without noticing, and come back; now and then the power of all
 * fails. Then everything heals, and what is there is compared with the plain fold of the log. Returns one sentence for each difference.
 */
export function runWorld(options: WorldOptions): string[] {
  const world = new World(options)
  try {
    world.live()
    world.heal()
  } catch (error) {
    return [`the world broke: ${error instanceof Error ? error.stack : String(error)}`]
  }
  return [...world.broken, ...world.audit()]
}

class World {
  readonly broken: string[] = []
  readonly #random: Random
  readonly #drain: () => void
  readonly #tell: (line: string) => void
  readonly #guards: AllGuards
  readonly #limits: Limits
  readonly #network: Network
  readonly #store: LateStore
  readonly #log: SimLog
  readonly #addresses: readonly string[]
  readonly #faults: Faults
  readonly #taste: readonly number[]
  /** What happens how often; some worlds know no crash, others no rebalance. */
  readonly #habits: { readonly weight: number; readonly act: () => void }[]
  readonly #observations: Observation[] = []
  readonly #answers = new Map<string, string>()
  #nodes: Node[] = []
  #started = 0
  #time = 1000
  #ids = 0

  constructor({ seed, drain, guards, tell }: WorldOptions) {
    const random = (this.#random = new Random(seed))
    this.#drain = drain
    this.#tell = tell ?? (() => {})
    this.#guards = { ...GUARDS, ...guards }
    this.#limits = {
      ...LIMITS,
      chunkRecords: random.between(1, 5),
      flushBatch: random.between(1, 4),
      idBatch: random.between(1, 4),
      maxResident: random.pick([1, 3, 6, 100, 100, 100, 100]),
      maxPending: random.pick([3, 10, 100, 100, 100, 100]),
      segmentRows: random.between(2, 8),
      segmentText: random.pick([1, 10, 1000]),
      quarantineAfter: random.between(2, 4),
      quarantineMs: 50,
    }
    this.#network = new Network(random, tell)
    this.#store = new LateStore(this.#guards)
    this.#log = new SimLog(random.between(1, 3), this.#network, random, () => this.#time)
    this.#addresses = ['ledger/a', 'ledger/b', 'ledger/c', 'tally/a', 'tally/b'].slice(0, random.pick([1, 1, 2, 3, 5]))
    const rough = random.pick([0, 0.05, 0.15, 0.3])
    this.#faults = { fails: rough, answerLost: rough * random.next(), late: rough * random.next() }
    const speed = random.pick([1, 3, 8])
    const most = random.pick([1, 3, 8])
    const sometimes = (weight: number) => weight * random.pick([0, 0.5, 1, 1, 4])
    this.#taste = anyTaste(random)
    this.#habits = [
      { weight: 50, act: () => this.#arrive(random.between(1, speed)) },
      { weight: random.pick([6, 10, 16]), act: () => this.#write() },
      { weight: random.pick([5, 12, 20]), act: () => this.#log.deliver(this.#anyNode(), random.between(1, most)) },
      { weight: random.pick([1.5, 4, 9]), act: () => void this.#anyNode().runtime.flushAndCommit() },
      { weight: 7, act: () => void this.#anyNode().runtime.tick() },
      { weight: 4, act: () => (this.#time += random.between(1, 15)) },
      { weight: 1, act: () => (this.#anyNode().pace = random.pick(PACES)) },
      { weight: sometimes(0.2), act: () => this.#crash(this.#anyNode()) },
      { weight: sometimes(0.05), act: () => this.#cutPower() },
      { weight: sometimes(0.1), act: () => this.#leave(this.#anyNode()) },
      { weight: sometimes(0.3), act: () => this.#start() },
      { weight: sometimes(0.2), act: () => this.#rebalance() },
      { weight: sometimes(0.5), act: () => this.#isolate(this.#anyNode()) },
      { weight: sometimes(0.15), act: () => this.#comeBack() },
      { weight: sometimes(0.2), act: () => this.#suspend(this.#anyNode()) },
      { weight: sometimes(3), act: () => void this.#read(this.#anyNode()) },
      { weight: sometimes(3), act: () => this.#compact(this.#anyNode()) },
    ]
  }

  /** The time in which everything may happen. */
  live(): void {
    this.#network.faults = this.#faults
    for (let nodes = this.#random.pick([1, 2, 2, 3]); nodes > 0; nodes--) this.#start()
    const weights = this.#habits.map(({ weight }) => weight)
    for (let steps = this.#random.between(100, 500); steps > 0; steps--) {
      this.#habits[this.#random.weighted(weights)]!.act()
      this.#drain()
    }
  }

  /** Nothing fails any more, and no new records come from outside. Who is left, or one who starts anew, brings it to an end. */
  heal(): void {
    this.#tell('heal')
    this.#network.faults = { fails: 0, answerLost: 0, late: 0 }
    if (this.#random.chance(0.1)) this.#cutPower()
    if (this.#random.chance(0.4)) for (const node of [...this.#nodes]) this.#crash(node)
    for (const node of this.#nodes) node.zombie = false
    this.#rebalance()
    let quiet = 0
    for (let round = 0; quiet < QUIET_ROUNDS; round++) {
      if (round === MOST_ROUNDS) throw new Error(`no rest after ${MOST_ROUNDS} rounds: ${this.#describe()}`)
      const before = this.#log.partitions.flat().length
      this.#time += ROUND_MS
      if (this.#nodes.length === 0) this.#start()
      for (const node of this.#nodes) {
        void node.runtime.tick()
        this.#settle()
        this.#log.deliver(node, 20)
        this.#settle()
        void node.runtime.flushAndCommit()
        this.#settle()
      }
      const durable = this.#log.partitions.every(
        ({ length }, partition) => this.#owner(partition)?.lowWatermark === length,
      )
      quiet = durable && this.#log.partitions.flat().length === before ? quiet + 1 : 0
    }
    for (const address of this.#addresses) this.#ask(address)
    this.#settle()
  }

  audit(): string[] {
    return audit(this.#log, this.#store, KINDS, this.#limits, this.#guards.clip, this.#observations, this.#answers)
  }

  #settle(): void {
    this.#drain()
    this.#network.hurry()
    while (this.#network.waiting > 0) this.#arrive(1)
  }

  #arrive(requests: number): void {
    for (let left = requests; left > 0 && this.#network.waiting > 0; left--) {
      this.#network.step()
      this.#drain()
    }
  }

  /** A client writes a record, or one with an id again. */
  #write(): void {
    const random = this.#random
    const key = random.chance(0.03) ? 'ghost/a' : random.pick(this.#addresses)
    const id = random.chance(0.3) ? `id-${random.chance(0.5) ? this.#ids++ : random.below(this.#ids + 1)}` : ''
    const written = anyRecord(random, this.#taste, () => random.pick(this.#addresses), this.#time)
    const record = { ...written, key, id }
    const { partition, offset } = this.#log.put(record)
    this.#tell(`${this.#time} write ${partition}-${offset} ${key} ${record.type} ${record.value} ${id}`)
  }

  #anyNode(): Node {
    if (this.#nodes.length === 0) this.#start()
    return this.#nodes[this.#random.weighted(this.#nodes.map(({ pace }) => pace))]!
  }

  #start(): void {
    if (this.#nodes.length >= 4) return
    const name = `node ${this.#started++}`
    const caller = {
      name,
      alive: true,
      handler: undefined,
      generation: 0,
      zombie: false,
      cursors: new Map(),
    } as SimMember
    const store = remoteStore(this.#store, this.#guards, this.#network, caller)
    const clock: Clock = { now: () => this.#time, yield: () => this.#network.delay(caller) }
    const runtime = new Member({
      consumer: this.#log.consumerOf(caller),
      store,
      append: this.#log.appendOf(caller),
      clock,
      kinds: KINDS,
      owner: name,
      limits: this.#limits,
      guards: this.#guards,
      failed: (error) => this.broken.push(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`),
    })
    void runtime.start()
    this.#drain()
    this.#nodes.push(Object.assign(caller, { runtime, store, pace: this.#random.pick(PACES) }))
    this.#tell(`${this.#time} ${name} starts`)
    this.#rebalance()
  }

  #crash(node: Node): void {
    this.#tell(`${this.#time} ${node.name} crashes`)
    this.#nodes = this.#nodes.filter((other) => other !== node)
    this.#network.abandon(node)
    if (!node.zombie) this.#rebalance()
  }

  /** All run on one machine, and its power fails: nothing is under way any more, and the disk may lack the store's last writes. */
  #cutPower(): void {
    const { late } = this.#store
    const kept = this.#random.between(0, late)
    this.#tell(`${this.#time} the power fails: of ${late} late writes ${kept} are on the disk`)
    this.#network.fall(this.#nodes)
    this.#nodes = []
    this.#store.cut(kept)
    this.#rebalance()
  }

  /** A node stops as it should; it stays a member until it says so. */
  #leave(node: Node): void {
    this.#tell(`${this.#time} ${node.name} stops`)
    void node.runtime.stop().then(() => this.#crash(node))
  }

  /** The group goes on without a node that does not know. */
  #isolate(node: Node): void {
    if (node.zombie || this.#nodes.every((other) => other === node || other.zombie)) return
    this.#tell(`${this.#time} ${node.name} is isolated`)
    node.zombie = true
    // A zombie that is quicker than the new owner is ahead of it, one that sleeps writes late.
    for (const other of this.#nodes)
      other.pace = other === node ? this.#random.pick([0.1, 3]) : this.#random.pick([0.3, 1])
    this.#rebalance()
  }

  /** The node knows that the group may have gone on without it, whether it has or not. */
  #suspend(node: Node): void {
    this.#tell(`${this.#time} ${node.name} is suspended`)
    this.#log.suspend(node)
  }

  #comeBack(): void {
    const node = this.#nodes.find(({ zombie }) => zombie)
    if (node === undefined) return
    this.#tell(`${this.#time} ${node.name} comes back`)
    node.zombie = false
    this.#rebalance()
  }

  #rebalance(): void {
    this.#tell(`${this.#time} rebalance`)
    this.#log.rebalance(this.#nodes.filter(({ zombie }) => !zombie))
    this.#drain()
  }

  /** Somebody reads an actor's history where its owner, or one who believes to be it, has it in memory. */
  async #read(node: Node): Promise<void> {
    const address = this.#random.pick(this.#addresses)
    const owner = node.runtime.owned.get(partitionOf(address, this.#log.partitions.length))
    const snapshot = this.#store.snapshots.get(address)?.offset ?? -1
    const read = () => node.store.readSegments(address, -Infinity, Infinity)
    try {
      const early = this.#guards.tailBeforeRead ? owner?.tail(address) : undefined
      const segments = await read()
      const tail = this.#guards.tailBeforeRead ? early : owner?.tail(address)
      this.#observations.push({ address, segments: tail ? [...segments, tail] : segments, snapshot })
    } catch {
      // The network took the answer.
    }
  }

  #compact(node: Node): void {
    const address = this.#random.pick(this.#addresses)
    const owner = node.runtime.owned.get(partitionOf(address, this.#log.partitions.length))
    owner?.compact(address).catch(() => {})
  }

  #ask(address: string): void {
    const partition = partitionOf(address, this.#log.partitions.length)
    const owner = this.#nodes.find(({ runtime }) => runtime.owned.has(partition))!
    owner.runtime.ask(partition, address, 'state', undefined, this.#time).then(
      ({ body, offset }) => void (offset >= 0 && this.#answers.set(address, body)),
      (error) => void (error.code !== 'QUARANTINED' && this.broken.push(`${address} answers ${error}`)),
    )
  }

  #owner(partition: number): Partition | undefined {
    return this.#nodes.find(({ runtime }) => runtime.owned.has(partition))?.runtime.owned.get(partition)
  }

  #describe(): string {
    const owned = this.#nodes.flatMap(({ runtime }) =>
      [...runtime.owned.values()].map((partition) => partition?.stats()),
    )
    return JSON.stringify({
      ends: this.#log.partitions.map(({ length }) => length),
      committed: this.#log.committed,
      owned,
    })
  }
}
