import type { FarAsks } from '../../../figures/far-asks.ts'
import { Fault } from '../../runtime/index.ts'
import { readUpTo } from './body.ts'
import { faultOf } from './fault-wire.ts'
import { FRAME_VERSION, openFrame, type Frame } from './frame.ts'
import { sign } from './signature.ts'

/** Questions under way to one node: one that hangs must not take the connections of all. */
const MOST_UNDER_WAY = 128
const MOST_ANSWER_BYTES = 64 * 1024 * 1024
const REPORT_EVERY_MS = 60_000

/** In which version of what nodes say a question is put. */
export const VERSION = 'x-windbox-version'

/** The node is not there, or what is there is no node that trusts this one: nothing was answered. */
export class Unreachable extends Error {}

export interface PeersOptions {
  readonly secret: string
  carry?(): Record<string, string>
  readonly asks?: FarAsks | undefined
  report(level: 'error', sentence: string): void
  /** Epoch ms. */
  now(): number
}

/** Puts signed questions to other nodes, over connections that are kept. */
export class Peers {
  readonly #options: PeersOptions
  readonly #underWay = new Map<string, number>()
  readonly #reported = new Map<string, number>()

  constructor(options: PeersOptions) {
    this.#options = options
  }

  /**
   * Faults: those of the node that answers, OVERLOADED when too many questions to it are under way, ASK_TIMEOUT, VERSION_AHEAD. Throws
   * {@link Unreachable}.
   */
  async put<Head>(url: string, path: string, question: object, deadlineMs: number): Promise<Frame<Head>> {
    const before = this.#underWay.get(url) ?? 0
    if (before >= MOST_UNDER_WAY) {
      throw new Fault('OVERLOADED', `${before} questions to another node are under way`, { retryAfterS: 1 })
    }
    this.#underWay.set(url, before + 1)
    const began = performance.now()
    try {
      const signal = AbortSignal.timeout(deadlineMs)
      const response = await this.open(url, path, question, signal)
      const bytes = await readUpTo(response.body, MOST_ANSWER_BYTES)
      if (bytes === undefined) throw new Fault('OVERLOADED', `the answer to ${path} is too large`, { retryAfterS: 1 })
      return openFrame<Head>(bytes)
    } catch (error) {
      const { asks } = this.#options
      if (asks && error instanceof Fault && error.code === 'NOT_OWNER') asks.misdirected++
      if (error instanceof Fault || error instanceof Unreachable) throw error
      if (error instanceof Error && error.name === 'TimeoutError')
        throw new Fault('ASK_TIMEOUT', `another node did not answer within ${deadlineMs} ms`, { retryAfterS: 1 })
      throw new Unreachable(`${url}: ${error instanceof Error ? error.message : String(error)}`)
    } finally {
      const now = this.#underWay.get(url)! - 1
      if (now === 0) this.#underWay.delete(url)
      else this.#underWay.set(url, now)
      this.#options.asks?.observe((performance.now() - began) / 1000)
    }
  }

  /** A good answer whose body is still to come. Faults and errors as {@link put}, and whatever `fetch` throws. */
  async open(url: string, path: string, question: object, signal: AbortSignal): Promise<Response> {
    const { secret, carry, now } = this.#options
    const body = Buffer.from(JSON.stringify(question))
    const headers = {
      ...carry?.(),
      ...sign(secret, { method: 'POST', path }, body, now()),
      [VERSION]: String(FRAME_VERSION),
      'content-type': 'application/json',
    }
    const response = await fetch(url + path, { method: 'POST', headers, body, signal, redirect: 'manual' })
    if (response.status === 200) return response
    const fault = await faultOf(response)
    if (fault?.code === 'UNAUTHENTICATED') {
      this.#report(
        url,
        `${url} does not trust this node: another WINDBOX_NODE_SECRET, or clocks that are minutes apart`,
      )
    } else if (fault !== undefined) throw fault
    throw new Unreachable(`${url} answered ${response.status}`)
  }

  #report(url: string, sentence: string): void {
    const now = this.#options.now()
    if (now - (this.#reported.get(url) ?? -Infinity) < REPORT_EVERY_MS) return
    this.#reported.set(url, now)
    this.#options.report('error', sentence)
  }
}
