import type { Bus, Change } from '../port.ts'
import { Broadcast } from './broadcast.ts'
import { Following } from './following.ts'
import type { KnownNode } from './registry.ts'

const MOST_BODY_BYTES = 64 * 1024

type Hearer = (body: string, from: string) => void

export interface NodeBusOptions {
  /** Of this process. */
  readonly instance: string
  /** Opens the stream of another node. */
  connect(url: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>
  now(): number
  report(level: 'error', sentence: string): void
}

/** One stream from each node to each other, opened by the one who listens. It carries messages, and which actors have changed. */
export class NodeBus implements Bus {
  readonly #options: NodeBusOptions
  readonly #broadcast: Broadcast
  readonly #following = new Map<string, Following>()
  readonly #hearers = new Map<string, Set<Hearer>>()
  readonly #gaps = new Set<() => void>()
  readonly #watchers = new Set<(changes: readonly Change[]) => void>()

  constructor(options: NodeBusOptions) {
    this.#options = options
    this.#broadcast = new Broadcast(options.instance)
  }

  publish(topic: string, body: string): void {
    const length = Buffer.byteLength(body)
    if (length > MOST_BODY_BYTES) throw new RangeError(`a message on ${topic} has ${length} bytes`)
    this.#broadcast.say(topic, body)
  }

  subscribe(topic: string, listener: Hearer): () => void {
    const hearers = this.#hearers.get(topic) ?? new Set()
    this.#hearers.set(topic, hearers.add(listener))
    return () => hearers.delete(listener)
  }

  onGap(listener: () => void): () => void {
    this.#gaps.add(listener)
    return () => this.#gaps.delete(listener)
  }

  /** Actors of this node have changed. */
  tell(changes: readonly Change[]): void {
    this.#broadcast.sayChanges(changes)
  }

  /** Actors of other nodes have changed. */
  onChange(listener: (changes: readonly Change[]) => void): () => void {
    this.#watchers.add(listener)
    return () => this.#watchers.delete(listener)
  }

  /** What this node says, for one who listens. */
  stream(): ReadableStream<Uint8Array> {
    return this.#broadcast.stream()
  }

  /** These nodes are alive: they are listened to, and no others. */
  follow(nodes: readonly KnownNode[]): void {
    const alive = new Set(nodes.map(({ url }) => url))
    for (const [url, following] of this.#following) {
      if (alive.has(url)) continue
      this.#following.delete(url)
      following.gone()
    }
    for (const url of alive) if (!this.#following.has(url)) this.#following.set(url, this.#listenTo(url))
  }

  /** Listens no more, and says farewell. */
  async stop(): Promise<void> {
    for (const following of this.#following.values()) following.stop()
    this.#following.clear()
    await this.#broadcast.end()
  }

  #listenTo(url: string): Following {
    const { connect, now } = this.#options
    return new Following({
      connect: (signal) => connect(url, signal),
      onMessage: (topic, body, from) => this.#each(this.#hearers.get(topic), (hearer) => hearer(body, from)),
      onChanges: (pairs) => {
        const changes = pairs.map(([address, offset, trace]) => ({ address, offset, ...(trace && { trace }) }))
        this.#each(this.#watchers, (watcher) => watcher(changes))
      },
      onGap: () => this.#each(this.#gaps, (listener) => listener()),
      now,
    })
  }

  /** One that throws is not the others' business. */
  #each<Listener>(listeners: Iterable<Listener> = [], tell: (listener: Listener) => void): void {
    for (const listener of listeners) {
      try {
        tell(listener)
      } catch (error) {
        this.#options.report('error', `what another node said could not be taken: ${String(error)}`)
      }
    }
  }
}
