import type { Bus } from '../../actors/cluster/port.ts'
import { Fault } from '../../actors/runtime/index.ts'
import { isDeviceKey, type DeviceKeys } from '../devices/keys.ts'
import type { Registry } from '../devices/registry.ts'
import type { RateLimits } from '../edge/rate-limits.ts'
import { within } from '../edge/within.ts'
import { CURRENT_MS } from '../freshness.ts'
import { ACCESS_TOKEN_S, type AccessTokens } from './access-tokens.ts'
import type { Accounts } from './accounts.ts'
import { NOBODY, senderOf, type Identity } from './identity.ts'
import type { Outsider, TrustedIssuers } from './issuers.ts'
import type { Session, Sessions } from './sessions.ts'

/** A signature is checked again after this long. */
const VERIFIED_MS = 60_000
/** A store that takes longer to say who somebody is, is away. Less than what it says then holds for. */
const PATIENCE_MS = 2_000
/** While the store is away, who was known before may go on reading, as long as any other service believes an access token. */
const UNCONFIRMED_MS = ACCESS_TOKEN_S * 1000
/** And the store is asked again after this long. */
const ASK_AGAIN_MS = 1_000
const REMEMBERED = 10_000
/** Longer than any text that this system gives out. */
const LONGEST = 4096

/** What the text of a credential proves, and until when (epoch ms). */
type Proof =
  | {
      readonly of: 'session'
      readonly sid: string
      readonly until: number
      /** Only for tokens: the `sub`, to be compared with the account's. */
      readonly sub?: string
    }
  | { readonly of: 'device'; readonly key: string; readonly until: number }
  | { readonly of: 'outsider'; readonly outsider: Outsider; readonly until: number }

/** What a credential is good for: a token for the API, a cookie for pages, never the one for the other. */
type Use = Session['use']

interface Known {
  readonly use: Use
  readonly identity: Identity
  readonly proof: Proof
  readonly verifiedUntil: number
  readonly currentUntil: number
  /** When the store was asked for it last, and answered. */
  readonly confirmedAt: number
}

/** Whose: a session's or device key's (`sid`), a user's, a device's. */
type Whose = { readonly sid: string } | { readonly user: number } | { readonly device: number }

/** What nodes tell each other: a {@link Whose}. */
const TOPIC = 'forget'

/**
 * Access tokens, device keys, tokens of trusted issuers and cookies, and who they are, kept for a while so that a request costs a look into a map. A credential that
 * is not known is `settle`d first; `known` is synchronous and never asks anybody.
 *
 * What ends a session, changes a role or removes a user on this node calls `forget` after the store has it: from that moment
 * no request is let in on what was known before, not even by a `settle` that was on its way. The other nodes are told; one that is not
 * reached finds it in the store when what it knows is no longer current.
 */
export class Credentials {
  readonly #accounts: Accounts
  readonly #sessions: Sessions
  readonly #tokens: AccessTokens
  readonly #devices: Pick<Registry, 'deviceOf'>
  readonly #deviceKeys: DeviceKeys
  readonly #issuers: TrustedIssuers
  readonly #now: () => number
  readonly #limits: Pick<RateLimits, 'of'>
  readonly #bus: Bus
  readonly #known = new Map<string, Known>()
  readonly #settling = new Map<string, Promise<void>>()
  readonly #ended = new Set<() => void>()
  #forgettings = 0

  constructor(parts: {
    accounts: Accounts
    sessions: Sessions
    tokens: AccessTokens
    devices: Pick<Registry, 'deviceOf'>
    deviceKeys: DeviceKeys
    issuers: TrustedIssuers
    now: () => number
    limits: Pick<RateLimits, 'of'>
    bus: Bus
  }) {
    this.#accounts = parts.accounts
    this.#sessions = parts.sessions
    this.#tokens = parts.tokens
    this.#devices = parts.devices
    this.#deviceKeys = parts.deviceKeys
    this.#issuers = parts.issuers
    this.#now = parts.now
    this.#limits = parts.limits
    this.#bus = parts.bus
  }

  /** Who this credential is, when that is known at this moment. */
  known(credential: string, use: Use, nowMs: number): Identity | undefined {
    const known = this.#known.get(credential)
    return known?.use === use && nowMs < known.currentUntil && nowMs < known.verifiedUntil ? known.identity : undefined
  }

  /**
   * Finds out who this credential is, as far as it is anybody. Many at once ask once. While the store is away, whoever was known shortly
   * before is known on, unconfirmed; for all others: fault STORE_UNAVAILABLE. ISSUER_UNAVAILABLE where its keys are missing.
   */
  async settle(credential: string, use: Use): Promise<void> {
    if (credential.length > LONGEST) return
    const before = this.#known.get(credential)
    const settling = this.#settlingOf(credential, use)
    if (before?.use !== use || this.#now() >= Math.min(before.confirmedAt + UNCONFIRMED_MS, before.proof.until)) {
      return await settling
    }
    try {
      // Nobody waits twice: while the store is away, it is asked aside.
      await within(before.identity.isConfirmed ? PATIENCE_MS : 0, settling)
    } catch (error) {
      if (!(error instanceof Fault) || error.code !== 'STORE_UNAVAILABLE') throw error
      const present = this.#known.get(credential)
      // It was ended meanwhile, or another request was here before.
      if (present === undefined) throw error
      if (present !== before) return
      const until = this.#now() + ASK_AGAIN_MS
      const identity = { ...before.identity, isConfirmed: false }
      this.#known.set(credential, { ...before, identity, currentUntil: until, verifiedUntil: until })
    }
  }

  /** `known`, or `settle` and then `known`. */
  async identify(credential: string, use: Use): Promise<Identity | undefined> {
    const known = this.known(credential, use, this.#now())
    if (known) return known
    await this.settle(credential, use)
    return this.known(credential, use, this.#now())
  }

  /** Nothing that was known of this session or device key (`sid`), of this user, or of this device holds any longer, on no node. */
  forget(whose: Whose): void {
    this.#drop(whose)
    this.#bus.publish(TOPIC, JSON.stringify(whose))
  }

  /** Hears of what other nodes end. Returns the way to stop. */
  start(): () => void {
    const stops = [
      this.#bus.subscribe(TOPIC, (body) => this.#drop(JSON.parse(body) as Whose)),
      this.#bus.onGap(() => this.#doubt()),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

  /** Called after each `forget`: streams look whether they may go on. Returns the way to stop. */
  onForget(listener: () => void): () => void {
    this.#ended.add(listener)
    return () => void this.#ended.delete(listener)
  }

  get size(): number {
    return this.#known.size
  }

  #drop(whose: Whose): void {
    this.#forgettings++
    const isIt = ({ sid, user, device }: Identity) =>
      'sid' in whose ? sid === whose.sid : 'user' in whose ? user === whose.user : device === whose.device
    for (const [credential, { identity }] of this.#known) if (isIt(identity)) this.#known.delete(credential)
    for (const listener of this.#ended) listener()
  }

  /** Nobody knows what another node has ended: the store is asked for each. */
  #doubt(): void {
    this.#forgettings++
    for (const [credential, known] of this.#known) this.#known.set(credential, { ...known, currentUntil: -Infinity })
    for (const listener of this.#ended) listener()
  }

  #settlingOf(credential: string, use: Use): Promise<void> {
    const name = `${use} ${credential}`
    let settling = this.#settling.get(name)
    if (settling === undefined) {
      settling = this.#settle(credential, use).finally(() => this.#settling.delete(name))
      // Whoever lost patience has gone.
      settling.catch(() => {})
      this.#settling.set(name, settling)
    }
    return settling
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
      const confirmedAt = this.#now()
      const identity = await within(PATIENCE_MS, this.#identity(proof))
      if (began !== this.#forgettings) continue
      this.#known.delete(credential)
      if (identity === undefined) return
      const currentUntil = confirmedAt + CURRENT_MS
      this.#known.set(credential, { use, identity, proof, verifiedUntil, currentUntil, confirmedAt })
      if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value as string)
      return
    }
  }

  async #prove(credential: string, use: Use): Promise<Proof | undefined> {
    if (use === 'page') {
      const carried = await within(PATIENCE_MS, this.#sessions.carriedBy(credential, 'page'))
      return carried && { of: 'session', sid: carried.sid, until: carried.session.until }
    }
    if (isDeviceKey(credential)) return { of: 'device', key: credential, until: Infinity }
    const claims = await this.#tokens.verify(credential)
    if (claims) return { of: 'session', ...claims }
    const outsider = await this.#issuers.verify(credential)
    return outsider && { of: 'outsider', outsider, until: outsider.until }
  }

  /** Who that is now. */
  async #identity(proof: Proof): Promise<Identity | undefined> {
    const identity = await this.#found(proof)
    return identity && { ...identity, bucket: this.#limits.of(senderOf(identity)) }
  }

  async #found(proof: Proof): Promise<Identity | undefined> {
    if (proof.of === 'outsider') return { ...NOBODY, ...proof.outsider }
    if (proof.of === 'device') {
      const key = await this.#deviceKeys.find(proof.key)
      return key && (await this.#devices.deviceOf(key.device)) && { ...NOBODY, device: key.device, sid: key.id }
    }
    // The account decides, as it is now: not what the token said when it was made.
    const { sid, sub, until } = proof
    const session = await this.#sessions.read(sid)
    const user = session && (await this.#accounts.find(session.user))
    if (!user?.is_active || (sub !== undefined && user.uuid !== sub)) return undefined
    const { id, uuid, email, role } = user
    return { ...NOBODY, role, user: id, uuid, email, sid, until }
  }
}
