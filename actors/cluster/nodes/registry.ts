import type { Collection, Documents } from '../../store/port.ts'
import { again, singleFlight } from '../again.ts'

const NODES: Collection = { name: 'nodes', fleeting: true }
const PACE = { beatMs: 2000, aliveMs: 10_000, goneMs: 60_000 }
const MOST_NODES = 1000

/** What a node says of itself; `beat` makes every heartbeat another document. */
interface NodeDocument {
  readonly instance: string
  /** ISO 8601, by its own clock. */
  readonly started_at: string
  readonly workers: number
  readonly version: string
  readonly beat: number
}

/** A node as it is known here. */
export interface KnownNode extends Omit<NodeDocument, 'beat'> {
  readonly url: string
}

interface Watched extends KnownNode {
  /** The stored one, which changes with each heartbeat. */
  readonly document: number
  /** For how long this node has looked and seen no change. */
  readonly silentMs: number
  /** It was seen to change, or has answered: not a document that a dead node left. */
  readonly seen: boolean
}

export interface RegistryOptions {
  readonly documents: Pick<Documents, 'get' | 'insert' | 'replace' | 'remove' | 'find'>
  readonly self: KnownNode
  /** Milliseconds of a clock that only goes forward. */
  now(): number
  report(level: 'warn' | 'error', sentence: string): void
  /** Another process has taken this node's document. */
  onReplaced(): void
  readonly pace?: typeof PACE
}

/**
 * Which nodes there are: each writes a document and renews it. Nobody's clock is compared with another's: a node is alive while its
 * document changes before the eyes of the one who looks, and time in which nobody could look (the store was away, this process stood still)
 * counts for nobody's silence.
 */
export class Registry {
  readonly #options: RegistryOptions
  readonly #pace: typeof PACE
  #watched = new Map<string, Watched>()
  #lookedAt: number | undefined
  #document = 0
  #beat = 0
  #end: (() => Promise<void>) | undefined
  #onLook: () => void = () => {}

  constructor(options: RegistryOptions) {
    this.#options = options
    this.#pace = options.pace ?? PACE
  }

  /** Puts this node on the list, instead of one that went by its address before. Fault STORE_UNAVAILABLE. */
  async start(onLook: () => void): Promise<void> {
    this.#onLook = onLook
    await this.#enter()
    await this.look()
    let failing = false
    const beat = async () => {
      try {
        await this.#renew()
        await this.look()
        failing = false
      } catch (error) {
        if (!failing) this.#options.report('warn', `the list of nodes cannot be read: ${String(error)}`)
        failing = true
      }
    }
    this.#end = again(() => this.#pace.beatMs * (0.9 + 0.1 * Math.random()), beat)
  }

  /** Those that are alive, without this one. */
  others(): readonly KnownNode[] {
    return [...this.#watched.values()].filter(({ url }) => url !== this.#options.self.url && this.isAlive(url))
  }

  /** Also true of one that has just been found and may be what a dead node left: whoever asks it will see. */
  isAlive(url: string): boolean {
    if (url === this.#options.self.url) return true
    const node = this.#watched.get(url)
    return node !== undefined && node.silentMs <= this.#pace.aliveMs
  }

  /** Alive, and seen to be. */
  isSeen(url: string): boolean {
    return url === this.#options.self.url || (this.isAlive(url) && this.#watched.get(url)!.seen)
  }

  /** It has answered. */
  saw(url: string): void {
    const node = this.#watched.get(url)
    if (node) this.#watched.set(url, { ...node, silentMs: 0, seen: true })
  }

  isListed(url: string): boolean {
    return this.#watched.has(url)
  }

  /** Reads the list anew. Fault STORE_UNAVAILABLE. */
  readonly look = singleFlight(async () => {
    const { documents, now } = this.#options
    const found = await documents.find<NodeDocument>(NODES, { limit: MOST_NODES })
    const at = now()
    const passed = Math.min(at - (this.#lookedAt ?? at), 2 * this.#pace.beatMs)
    const first = this.#lookedAt === undefined
    this.#lookedAt = at
    const before = this.#watched
    this.#watched = new Map()
    for (const { id: url, version: document, body } of found) {
      const { beat: _, ...node } = body
      const last = before.get(url)
      const same = last !== undefined && last.document === document && last.instance === node.instance
      const silentMs = same ? last.silentMs + passed : 0
      this.#watched.set(url, { ...node, url, document, silentMs, seen: same ? last.seen : !first })
      if (silentMs > this.#pace.goneMs) await documents.remove(NODES, url, document)
    }
    this.#onLook()
  })

  async stop(): Promise<void> {
    await this.#end?.()
    await this.#options.documents.remove(NODES, this.#options.self.url, this.#document)
  }

  async #enter(): Promise<void> {
    const { documents, self } = this.#options
    const { url, ...node } = self
    for (;;) {
      const there = await documents.get(NODES, url)
      const body: NodeDocument = { ...node, beat: ++this.#beat }
      const put = there
        ? await documents.replace(NODES, url, there.version, body)
        : await documents.insert(NODES, url, body)
      if (!put.ok) continue
      this.#document = put.version
      return
    }
  }

  async #renew(): Promise<void> {
    const { documents, self, onReplaced } = this.#options
    const { url, ...node } = self
    const put = await documents.replace(NODES, url, this.#document, { ...node, beat: ++this.#beat })
    if (put.ok) {
      this.#document = put.version
      return
    }
    const there = await documents.get<NodeDocument>(NODES, url)
    // Our own heartbeat may have been stored although its answer was lost; and who took us for dead reseen the document.
    if (there === undefined || there.body.instance === self.instance) return this.#enter()
    onReplaced()
  }
}
