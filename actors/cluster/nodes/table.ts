import type { StateStore } from '../../store/port.ts'
import { again, singleFlight } from '../again.ts'

const REFRESH_MS = 5000

/** The owner that a partition was claimed for last. */
export interface Claim {
  readonly partition: number
  readonly epoch: number
  /** Of its node. */
  readonly url: string
}

/** An owner names itself `<address of its node>#<who there>`. */
const readClaim = ({ partition, epoch, owner }: { partition: number; epoch: number; owner: string }): Claim => ({
  partition,
  epoch,
  url: owner.slice(0, owner.lastIndexOf('#')),
})

export interface TableOptions {
  readonly store: Pick<StateStore, 'owners'>
  readonly nodes: {
    isAlive(url: string): boolean
    isSeen(url: string): boolean
    isListed(url: string): boolean
    look(): Promise<void>
  }
  report(level: 'warn', sentence: string): void
  readonly refreshMs?: number
}

/** Which node answers for which partition, as the owners themselves have written into the store. The highest epoch is right. */
export class RoutingTable {
  readonly #options: TableOptions
  readonly #claims = new Map<number, Claim>()
  #end: (() => Promise<void>) | undefined
  #failing = false

  constructor(options: TableOptions) {
    this.#options = options
  }

  /** Fault STORE_UNAVAILABLE. */
  async start(): Promise<void> {
    await this.#read()
    const { refreshMs = REFRESH_MS } = this.#options
    this.#end = again(() => refreshMs * (0.8 + 0.4 * Math.random()), this.refresh)
  }

  /** Reads the owners anew; keeps what is known when the store is away. */
  readonly refresh = singleFlight(async () => {
    try {
      await this.#read()
      this.#failing = false
    } catch (error) {
      if (!this.#failing) this.#options.report('warn', `the owners of the partitions cannot be read: ${String(error)}`)
      this.#failing = true
    }
  })

  /** Reads the owners anew; false when that is not possible now. */
  async confirm(): Promise<boolean> {
    await this.refresh()
    return !this.#failing
  }

  async stop(): Promise<void> {
    await this.#end?.()
  }

  /** The last claim, whether its node lives or not. */
  claimOf(partition: number): Claim | undefined {
    return this.#claims.get(partition)
  }

  /** Undefined while nobody who is alive has it. */
  ownerOf(partition: number): Claim | undefined {
    const claim = this.#claims.get(partition)
    return claim && this.#options.nodes.isAlive(claim.url) ? claim : undefined
  }

  /** Whether its owner is one that was seen to be alive. */
  isServed(partition: number): boolean {
    const claim = this.#claims.get(partition)
    return claim !== undefined && this.#options.nodes.isSeen(claim.url)
  }

  async #read(): Promise<void> {
    const { store, nodes } = this.#options
    const found = (await store.owners()).map(readClaim)
    for (const claim of found) {
      const known = this.#claims.get(claim.partition)
      // Two reads may come back in the other order.
      if (known === undefined || claim.epoch > known.epoch) this.#claims.set(claim.partition, claim)
    }
    // A node that has just come claims at once.
    if ([...this.#claims.values()].some(({ url }) => !nodes.isListed(url))) await nodes.look()
  }
}
