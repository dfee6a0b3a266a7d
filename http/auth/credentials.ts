import { TokenBucket } from '../edge/token-bucket.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { Accounts } from './accounts.ts'
import type { Identity } from './identity.ts'
import type { Session, Sessions } from './sessions.ts'

/** A signature is checked again after this long. */
const VERIFIED_MS = 60_000
/** Session and account are read again after this long: what another node ended ends here. */
const CURRENT_MS = 5_000
const REMEMBERED = 10_000
/** Longer than any text that this system gives out. */
const LONGEST = 4096

/** Proved by its text: whose session it is, and until when (epoch ms). */
interface Proof {
  readonly sid: string
  readonly until: number
  /** Only for tokens: the `sub`, to be compared with the account's. */
  readonly sub?: string
}

/** What a credential is good for: a token for the API, a cookie for pages, never the one for the other. */
type Use = Session['use']

interface Known {
  readonly use: Use
  readonly identity: Identity
  readonly proof: Proof
  readonly verifiedUntil: number
  readonly currentUntil: number
}

/**
 * Access tokens and cookies, and who they are, kept for a while so that a request costs a look into a map. A credential that
 * is not known is `settle`d first; `known` is synchronous and never asks anybody.
 *
 * What ends a session, changes a role or removes a user on this node calls `forget` after the store has it: from that moment
 * no request is let in on what was known before, not even by a `settle` that was on its way.
 */
export class Credentials {
  readonly #accounts: Accounts
  readonly #sessions: Sessions
  readonly #tokens: AccessTokens
  readonly #now: () => number
  readonly #rateLimit: number
  readonly #known = new Map<string, Known>()
  readonly #settling = new Map<string, Promise<void>>()
  readonly #buckets = new Map<number, TokenBucket>()
  readonly #ended = new Set<() => void>()
  #forgettings = 0

  constructor(parts: {
    accounts: Accounts
    sessions: Sessions
    tokens: AccessTokens
    now: () => number
    rateLimit: number
  }) {
    this.#accounts = parts.accounts
    this.#sessions = parts.sessions
    this.#tokens = parts.tokens
    this.#now = parts.now
    this.#rateLimit = parts.rateLimit
  }

  /** Who this credential is, when that is known at this moment. */
  known(credential: string, use: Use, nowMs: number): Identity | undefined {
    const known = this.#known.get(credential)
    return known?.use === use && nowMs < known.currentUntil && nowMs < known.verifiedUntil ? known.identity : undefined
  }

  /** Finds out who this credential is, as far as it is anybody. Many at once ask once. */
  settle(credential: string, use: Use): Promise<void> {
    if (credential.length > LONGEST) return Promise.resolve()
    const name = `${use} ${credential}`
    let settling = this.#settling.get(name)
    if (settling === undefined) {
      settling = this.#settle(credential, use).finally(() => this.#settling.delete(name))
      this.#settling.set(name, settling)
    }
    return settling
  }

  /** `known`, or `settle` and then `known`. */
  async identify(credential: string, use: Use): Promise<Identity | undefined> {
    const known = this.known(credential, use, this.#now())
    if (known) return known
    await this.settle(credential, use)
    return this.known(credential, use, this.#now())
  }

  /** Nothing that was known of this session, or of this user, holds any longer. */
  forget(whose: { sid: string } | { user: number }): void {
    this.#forgettings++
    for (const [credential, { identity }] of this.#known) {
      if ('sid' in whose ? identity.sid === whose.sid : identity.user === whose.user) this.#known.delete(credential)
    }
    for (const listener of this.#ended) listener()
  }

  /** Called after each `forget`: streams look whether they may go on. Returns the way to stop. */
  onForget(listener: () => void): () => void {
    this.#ended.add(listener)
    return () => void this.#ended.delete(listener)
  }

  get size(): number {
    return this.#known.size
  }

  async #settle(credential: string, use: Use): Promise<void> {
    const known = this.#known.get(credential)
    const before = known?.use === use ? known : undefined
    const now = this.#now()
    // Not on the last moment: what is found out here has to last until the request is let in.
    const verified = before && now + CURRENT_MS < before.verifiedUntil
    const proof = verified ? before.proof : await this.#prove(credential, use)
    if (proof === undefined) return void this.#known.delete(credential)
    const verifiedUntil = verified ? before.verifiedUntil : Math.min(proof.until, now + VERIFIED_MS)
    for (;;) {
      const began = this.#forgettings
      const identity = await this.#identity(proof)
      if (began !== this.#forgettings) continue
      this.#known.delete(credential)
      if (identity === undefined) return
      this.#known.set(credential, { use, identity, proof, verifiedUntil, currentUntil: this.#now() + CURRENT_MS })
      if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value as string)
      return
    }
  }

  async #prove(credential: string, use: Use): Promise<Proof | undefined> {
    if (use === 'api') return await this.#tokens.verify(credential)
    const carried = await this.#sessions.carriedBy(credential, 'page')
    return carried && { sid: carried.sid, until: carried.session.until }
  }

  /** The account decides, as it is now: not what the token said when it was made. */
  async #identity({ sid, sub, until }: Proof): Promise<Identity | undefined> {
    const session = await this.#sessions.read(sid)
    const user = session && (await this.#accounts.find(session.user))
    if (!user?.is_active || (sub !== undefined && user.uuid !== sub)) return undefined
    return {
      role: user.role,
      user: user.id,
      device: null,
      issuer: null,
      uuid: user.uuid,
      email: user.email,
      sid,
      until,
      bucket: this.#bucket(user.id),
    }
  }

  #bucket(user: number): TokenBucket {
    let bucket = this.#buckets.get(user)
    if (bucket === undefined) {
      bucket = new TokenBucket(this.#rateLimit)
      this.#buckets.set(user, bucket)
      if (this.#buckets.size > REMEMBERED) this.#buckets.delete(this.#buckets.keys().next().value as number)
    }
    return bucket
  }
}
