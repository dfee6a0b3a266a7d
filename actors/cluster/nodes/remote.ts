import type { Rows, Segment } from '../../runtime/index.ts'
import type { ActorAnswer } from '../port.ts'
import type { Peers } from './peers.ts'
import { openAnswer, openTail, openTails } from './wire.ts'

const ASK_MS = 2000
/** What the owner itself waits for a position, and a little more, so that it can say itself that it was in vain. */
const REACH_MS = 2200
/** Addresses of one question: with the longest of them it still fits into a request. */
const MOST_ADDRESSES = 1500

/** The bodies of the questions between nodes, by their path. */
export interface NodeQuestions {
  '/.node/ask': {
    readonly address: string
    readonly question: string
    readonly query: unknown
    readonly stale: boolean
    /** Partition → offset, of this owner's partitions: the one who answers is the one who waits. */
    readonly min: readonly (readonly [partition: number, offset: number])[]
  }
  '/.node/tail': { readonly address: string; readonly containing?: string }
  '/.node/tails': { readonly addresses: readonly string[] }
  '/.node/reach': { readonly offsets: readonly (readonly [partition: number, offset: number])[] }
  '/.node/inspect': Record<string, never>
}

/** The actors of other nodes. `url` says which; faults and errors are those of {@link Peers.put}. */
export class RemoteActors {
  readonly #peers: Peers

  constructor(peers: Peers) {
    this.#peers = peers
  }

  async ask(url: string, question: NodeQuestions['/.node/ask']): Promise<ActorAnswer> {
    const deadlineMs = question.min.length > 0 ? REACH_MS + ASK_MS : ASK_MS
    return openAnswer(await this.#put(url, '/.node/ask', question, deadlineMs))
  }

  async tail(url: string, question: NodeQuestions['/.node/tail']): Promise<Segment | undefined> {
    return openTail(await this.#put(url, '/.node/tail', question, ASK_MS))
  }

  async tails(url: string, addresses: readonly string[]): Promise<ReadonlyMap<string, Rows>> {
    const all = new Map<string, Rows>()
    for (let i = 0; i < addresses.length; i += MOST_ADDRESSES) {
      const some = { addresses: addresses.slice(i, i + MOST_ADDRESSES) }
      for (const [address, rows] of openTails(await this.#put(url, '/.node/tails', some, ASK_MS)))
        all.set(address, rows)
    }
    return all
  }

  async reach(url: string, offsets: NodeQuestions['/.node/reach']['offsets']): Promise<void> {
    await this.#put(url, '/.node/reach', { offsets }, REACH_MS)
  }

  /** What it says of itself, as `Cluster.inspect`. */
  async inspect(url: string): Promise<unknown> {
    const { head } = await this.#put<'/.node/inspect', { report: unknown }>(url, '/.node/inspect', {}, ASK_MS)
    return head.report
  }

  #put<Path extends keyof NodeQuestions, Head>(
    url: string,
    path: Path,
    question: NodeQuestions[Path],
    deadlineMs: number,
  ) {
    return this.#peers.put<Head>(url, path, question, deadlineMs)
  }
}
