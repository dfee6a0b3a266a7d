import type { ActorAnswer, AskOptions, Cluster } from '../../actors/cluster/port.ts'
import { changesAt } from '../../actors/exhauster/staleness.ts'
import { partitionOf } from '../../actors/runtime/index.ts'

const encoder = new TextEncoder()
const AGE = '"data_age_ms":'
const BRACE = 125

/** An answer of an exhauster or a sinter machine, kept as the bytes that go out, all but the age at its end. */
export interface Answer {
  /** `<partition>-<offset>`: what the answer includes. */
  readonly position: string
  /** When that was appended, epoch ms; 0 for never. */
  readonly at: number
  readonly state: 'live' | 'restoring'
  /** The document up to the age, or all of it where the age stands still. */
  readonly head: Uint8Array
  /** What the age counts from, epoch ms; null where it stands still. */
  readonly agesFrom: number | null
  /** The bytes of the last age: within one millisecond, many ask for the same. */
  sent: { readonly age: number; readonly bytes: Uint8Array } | null
}

interface Kept extends Answer {
  readonly version: number
  /** From this moment on it would say something else, although nothing has happened. Epoch ms. */
  readonly until: number
}

/** What a document says of its own age. One without a clock is not kept: nobody knows when it will say something else. */
interface Aging {
  readonly clock?: 'live' | 'replay'
  readonly updated_at: string | null
  readonly data_age_ms: number | null
}

/** The answer's bytes with the age of this moment. Not to be changed: others may get the same. */
export function bytesOf(answer: Answer, nowMs: number): Uint8Array {
  const { head, agesFrom, sent } = answer
  if (agesFrom === null) return head
  const age = Math.max(0, Math.floor(nowMs - agesFrom))
  if (sent?.age === age) return sent.bytes
  const digits = String(age)
  const bytes = new Uint8Array(head.length + digits.length + 1)
  bytes.set(head)
  for (let i = 0; i < digits.length; i++) bytes[head.length + i] = digits.charCodeAt(i)
  bytes[bytes.length - 1] = BRACE
  answer.sent = { age, bytes }
  return bytes
}

/**
 * Documents of exhausters, asked for once per change. An answer is good for as long as its actor's version is the same and no clock
 * makes it say something else. The version is read before the question goes out, so a change on the way only costs another question.
 */
export class KeptAnswers {
  readonly #cluster: Pick<Cluster, 'ask' | 'version' | 'partitions'>
  readonly #now: () => number
  readonly #kept = new Map<string, Kept>()
  readonly #asking = new Map<string, { readonly version: number; readonly answer: Promise<Answer> }>()

  constructor(cluster: Pick<Cluster, 'ask' | 'version' | 'partitions'>, now: () => number) {
    this.#cluster = cluster
    this.#now = now
  }

  /** At once when it is kept. Faults: those of `Cluster.ask`. */
  get(address: string, question: string): Answer | Promise<Answer> {
    const key = question + address
    const version = this.#cluster.version(address)
    const kept = this.#kept.get(key)
    if (kept !== undefined && kept.version === version && this.#now() < kept.until) return kept
    const before = this.#asking.get(key)
    // Who comes after a change must not get the answer to a question from before it.
    if (before?.version === version) return before.answer
    const answer = this.#ask(address, question, version).finally(() => {
      if (this.#asking.get(key) === asking) this.#asking.delete(key)
    })
    const asking = { version, answer }
    this.#asking.set(key, asking)
    return answer
  }

  /** Asks the actor itself, with these options. */
  async ask(address: string, question: string, options: AskOptions): Promise<Answer> {
    const given = await this.#cluster.ask(address, question, {}, options)
    return this.#answer(address, given, JSON.parse(given.body) as Aging)
  }

  async #ask(address: string, question: string, version: number): Promise<Answer> {
    const given = await this.#cluster.ask(address, question, {})
    const aging = JSON.parse(given.body) as Aging
    const answer = this.#answer(address, given, aging)
    const { clock, updated_at } = aging
    if (clock !== undefined && answer.state === 'live') {
      this.#kept.set(question + address, { ...answer, version, until: changesAt({ clock, updated_at }) ?? Infinity })
    }
    return answer
  }

  #answer(
    address: string,
    { body, offset, at, state }: ActorAnswer,
    { clock, updated_at, data_age_ms }: Aging,
  ): Answer {
    const ages = clock === 'live' && updated_at !== null && data_age_ms !== null
    return {
      position: `${partitionOf(address, this.#cluster.partitions)}-${offset}`,
      at,
      state,
      head: encoder.encode(ages ? body.slice(0, body.lastIndexOf(AGE) + AGE.length) : body),
      agesFrom: ages ? Date.parse(updated_at) : null,
      sent: null,
    }
  }
}
