import { Fault } from '../../actors/runtime/index.ts'
import type { Collection, StateStore } from '../../actors/store/port.ts'
import { senderOf, type Identity } from '../auth/identity.ts'
import { RETRY_KEY_MS, retryKeyOf } from './retry-key.ts'

const RETRIES: Collection = { name: 'retry_keys', indexed: ['hour'], fleeting: true }
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Where the sweep stands: attempts of hours before `hour` are gone. */
const SWEPT: Collection = { name: 'settings' }
const SWEPT_ID = 'retry_keys_swept'
/** Removed in one go: requests get in between. */
const STEP = 100

/** What a write answers, and answers again to a retry. */
export interface Answered {
  readonly status: number
  /** JSON text. */
  readonly body: string
  /** `x-position`, where it has one. */
  readonly position?: string
  /** Not all of it is done: a retry does it again, under the same ids. */
  readonly isPartial?: boolean
}

/** A record that was appended under an id of its key. */
export interface KeyedRecord {
  readonly address: string
  readonly id: string
}

/** What the work of a write gives: its answer, and the one record that it appended, whose id is forgotten with the key. */
export type Done = Answered & { readonly record?: KeyedRecord }

/** Written before the append, completed after it. */
interface Attempt {
  /** SHA-256 of path, media type and body. */
  readonly request: string
  readonly began: number
  /** `began` in whole hours: what the sweep looks for. */
  readonly hour: number
  readonly answer?: Answered
  readonly record?: KeyedRecord
}

const sha256 = (...parts: readonly (string | Uint8Array)[]): string => {
  const hasher = new Bun.CryptoHasher('sha256')
  // With its length before it: two parts can never be read as two others.
  for (const part of parts) hasher.update(`${part.length}:`).update(part)
  return hasher.digest('base64url')
}

/**
 * Record ids under a key: the same at each retry, so what is appended twice counts once, and others for another request under the key
 * (the first was refused) and when it is used again after its time. Of the time only the day is in it: should the attempt be lost with the machine's power, a retry has the same ids all the same.
 */
const idsOf = (name: string, { request, began }: Attempt) => {
  const prefix = `retry-${Math.floor(began / DAY_MS)}-${sha256(name, request)}`
  return (index: number) => `${prefix}-${index}`
}

/**
 * `Idempotency-Key`: a write that is sent again under its key within 24 h answers as it did and changes nothing, also after a restart and
 * on another node. A retry that finds a write begun and not completed does it again under the same record ids, and the actors take only
 * what they have not.
 */
export function createRetries({ store, now }: { store: StateStore; now: () => number }) {
  /** The answer that stands under the name, or the attempt to be done (again). Fault IDEMPOTENCY_MISMATCH. */
  async function begin(name: string, request: string): Promise<{ version: number; attempt: Attempt; isNew: boolean }> {
    for (;;) {
      const found = await store.get<Attempt>(RETRIES, name)
      if (found && found.body.began > now() - RETRY_KEY_MS) {
        if (found.body.request === request) return { version: found.version, attempt: found.body, isNew: false }
        throw new Fault('IDEMPOTENCY_MISMATCH', 'Another request was sent with this Idempotency-Key.')
      }
      const began = now()
      const attempt = { request, began, hour: Math.floor(began / HOUR_MS) }
      if (found) await store.remove(RETRIES, name, found.version)
      const put = await store.insert(RETRIES, name, attempt)
      if (put.ok) return { version: put.version, attempt, isNew: true }
    }
  }

  /** Removes what began in that hour. */
  async function sweepHour(hour: number): Promise<void> {
    for (;;) {
      const found = await store.find<Attempt>(RETRIES, { where: { hour }, limit: STEP })
      await store.dropIds(found.flatMap(({ body: { record } }) => record ?? []))
      for (const { id } of found) await store.remove(RETRIES, id)
      if (found.length < STEP) return
      await new Promise(setImmediate)
    }
  }

  return {
    /** Removes the attempts whose time is over; now and then. */
    async sweep(): Promise<void> {
      const until = Math.floor((now() - RETRY_KEY_MS) / HOUR_MS)
      const swept = await store.get<{ hour: number }>(SWEPT, SWEPT_ID)
      // Before the first sweep ever, nothing is older than the program's first day.
      for (let hour = swept?.body.hour ?? until - 1; hour < until; hour++) await sweepHour(hour)
      if (swept?.body.hour === until) return
      if (swept) await store.replace(SWEPT, SWEPT_ID, swept.version, { hour: until })
      else await store.insert(SWEPT, SWEPT_ID, { hour: until })
    },

    /**
     * Does a write once. `parts` say which request it is: path, media type, body. `work` gets the ids for its records and when the first
     * attempt began (absent without the header), by which it has to judge: a record that says more at a retry than before, under the same
     * id, would be dropped as a copy. It throws before it appends anything or appends everything it can. Faults: VALIDATION (the header), IDEMPOTENCY_MISMATCH,
     * and those of `work`.
     */
    async once(
      sender: Identity,
      headers: Headers,
      parts: readonly (string | Uint8Array)[],
      work: (idOf?: (index: number) => string, beganMs?: number) => Promise<Done>,
    ): Promise<Answered> {
      const key = retryKeyOf(headers)
      if (key === undefined) return await work()
      const name = sha256(senderOf(sender), key)
      const { version, attempt, isNew } = await begin(name, sha256(...parts))
      if (attempt.answer) return attempt.answer
      try {
        const { record, ...answer } = await work(idsOf(name, attempt), attempt.began)
        const done = { ...attempt, answer, ...(record ? { record } : {}) }
        if (answer.isPartial || (await store.replace(RETRIES, name, version, done)).ok) return answer
        // The same request came twice at once, here or on two nodes: both say what the first has said.
        return (await store.get<Attempt>(RETRIES, name))?.body.answer ?? answer
      } catch (error) {
        // Refused for what it says: nothing was appended, and the key is free for the request put right.
        if (isNew && error instanceof Fault && error.status < 500) await store.remove(RETRIES, name, version)
        throw error
      }
    },
  }
}
export type Retries = ReturnType<typeof createRetries>
