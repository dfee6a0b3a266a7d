import { ALONE, type Bus } from '../../actors/cluster/port.ts'
import { Fault } from '../../actors/runtime/index.ts'
import type { StateStore } from '../../actors/store/port.ts'
import type { HttpConfig } from '../config.ts'
import { createEstates } from '../devices/estates.ts'
import { createDeviceKeys } from '../devices/keys.ts'
import { Registry } from '../devices/registry.ts'
import { networkOf } from '../edge/address.ts'
import { RateLimits } from '../edge/rate-limits.ts'
import { ACCESS_TOKEN_S, createAccessTokens } from './access-tokens.ts'
import { Accounts, spelledAlike, type User, type UserChange } from './accounts.ts'
import { SOMEBODY, createAudit, difference, type Actor } from './audit.ts'
import { Credentials } from './credentials.ts'
import { createTrustedIssuers } from './issuers.ts'
import { createLoginLinks } from './login-links.ts'
import { createPasswords, type HashCost } from './passwords.ts'
import type { Role } from './roles.ts'
import { Sessions, sessionEnded, type Session } from './sessions.ts'
import { SigningKeys } from './signing-keys.ts'
import { Throttle, sweepTries } from './throttle.ts'

/** The address of the first admin until they give their own. */
const FIRST_ADMIN = 'admin@localhost'

const actorOf = (user: User): Actor => ({ id: user.id, email: user.email })

/** What the journal shows of an account: no password. */
const SHOWN = ['email', 'role', 'is_active', 'is_verified'] as const
const shown = (user: User) => Object.fromEntries(SHOWN.map((name) => [name, user[name]]))

/** After this long a session that a link opened is one like any other. */
const LINK_SESSION_MS = 30 * 60_000

/** What a client of the API gets when it logs in or refreshes. */
export interface TokenPair {
  readonly access_token: string
  readonly token_type: 'bearer'
  readonly expires_in: number
  readonly refresh_token: string
}

/**
 * Who is who and who may: every act on accounts and sessions. Each act changes the store first, then makes all nodes forget what
 * they knew, then writes the journal.
 */
export async function createAuthority(parts: {
  store: StateStore
  config: Pick<HttpConfig, 'publicUrl' | 'rateLimit' | 'registration' | 'admin' | 'trustProxy' | 'trustedIssuers'>
  now: () => number
  /** To the other nodes; absent: there are none that must hear at once. */
  bus?: Bus
  hashCost?: HashCost
}) {
  const { store, config, now, bus = ALONE } = parts
  const passwords = createPasswords(parts.hashCost)
  const accounts = new Accounts(store, passwords, now)
  const sessions = new Sessions(store, now)
  const keys = new SigningKeys(store, now, bus)
  await keys.open()
  const tokens = createAccessTokens(keys, config.publicUrl ?? 'windbox', now)
  const devices = new Registry(store, now, bus)
  const deviceKeys = createDeviceKeys(store, now)
  const estates = createEstates(store, devices, now)
  const issuers = createTrustedIssuers(config.trustedIssuers, now)
  const limits = new RateLimits({ perSecond: config.rateLimit, now, bus })
  const credentials = new Credentials({ accounts, sessions, tokens, devices, deviceKeys, issuers, now, limits, bus })
  const audit = createAudit(store, now, config.trustProxy)
  const links = createLoginLinks(store, now)

  const throttle = (of: string, limit: number) => new Throttle({ store, of, limit, now })
  const logins = { account: throttle('log-in of an account', 10), address: throttle('log-in from an address', 100) }
  const registrations = throttle('registration from an address', 30)
  /** Users whose new password is being hashed. */
  const hashing = new Set<number>()

  await accounts.repair()
  const repairEstates = () => estates.repair(async (user) => (await accounts.find(user)) !== undefined)
  await repairEstates()
  if (config.admin && (await accounts.activeAdmins()).length === 0) await makeConfiguredAdmin(config.admin)

  async function makeConfiguredAdmin(wanted: { email: string; password: string }): Promise<void> {
    try {
      const admin = await accounts.create({ ...wanted, role: 'admin' })
      await audit.add(SOMEBODY, 'user.created', `user/${admin.id}`, { by: 'configuration' }, { after: shown(admin) })
    } catch (error) {
      // Another node that starts at this moment was first, and may not be done with it.
      const isTaken = error instanceof Fault && error.code === 'CONFLICT'
      if (!isTaken || (await accounts.byEmail(spelledAlike(wanted.email)))?.role !== 'admin') throw error
    }
  }

  /** Tries a password. Faults: LOGIN_BAD_CREDENTIALS, RATE_LIMITED, OVERLOADED. */
  async function checkedLogin(email: string, password: string, address: string): Promise<User> {
    const account = spelledAlike(email).slice(0, 254)
    const ends = [await logins.address.begin(networkOf(address))]
    let user: User | undefined
    try {
      ends.push(await logins.account.begin(account))
      user = await accounts.authenticate(email, password)
    } finally {
      for (const end of ends) await end(user !== undefined)
    }
    if (user === undefined) throw new Fault('LOGIN_BAD_CREDENTIALS', 'The e-mail and the password do not match.')
    return user
  }

  async function pair(user: User, sid: string, refresh_token: string): Promise<TokenPair> {
    return {
      access_token: await tokens.issue(user, sid),
      token_type: 'bearer',
      expires_in: ACCESS_TOKEN_S,
      refresh_token,
    }
  }

  async function endSession(sid: string): Promise<void> {
    await sessions.end(sid)
    credentials.forget({ sid })
  }

  /** One password of an account at a time: log-ins wait for the hashes, and nobody may make them wait for many. */
  async function changeAccount(id: number, change: UserChange): Promise<{ before: User; after: User }> {
    if (change.password === undefined) return await accounts.change(id, change)
    if (hashing.has(id)) throw new Fault('CONFLICT', 'The password is being changed at this moment.')
    hashing.add(id)
    return await accounts.change(id, change).finally(() => hashing.delete(id))
  }

  /** The admin whom a link lets in that names nobody: the first one there is, or a new one. */
  async function firstAdmin(): Promise<User> {
    const [admin] = await accounts.activeAdmins()
    if (admin) return admin
    const taken = await accounts.byEmail(FIRST_ADMIN)
    if (taken) return (await accounts.change(taken.id, { role: 'admin', is_active: true })).after
    try {
      return await accounts.create({ email: FIRST_ADMIN, password: null, role: 'admin' })
    } catch (error) {
      if (error instanceof Fault && error.code === 'CONFLICT') return await firstAdmin()
      throw error
    }
  }

  return {
    accounts,
    credentials,
    audit,
    keys,
    devices,
    deviceKeys,
    limits,

    /** Tells the other nodes, and hears them, from now on. Returns the way to stop. */
    start(): () => void {
      const stops = [credentials.start(), keys.start(), devices.start(), limits.start()]
      return () => {
        for (const stop of stops) stop()
      }
    },

    /** Removes what has had its time, and goes on with what a crash has left; now and then. */
    async sweep(): Promise<void> {
      await sweepTries(store, now())
      await repairEstates()
    },

    /** Faults: REGISTRATION_CLOSED, RATE_LIMITED, VALIDATION, CONFLICT. */
    async register(email: string, password: string, address: string): Promise<User> {
      if (config.registration === 'closed') {
        throw new Fault('REGISTRATION_CLOSED', 'An administrator makes the accounts here.')
      }
      await registrations.count(networkOf(address))
      const user = await accounts.create({ email, password, role: 'viewer' })
      await audit.add(
        { ...actorOf(user), from: address },
        'user.registered',
        `user/${user.id}`,
        {},
        { after: shown(user) },
      )
      return user
    },

    /** Faults: LOGIN_BAD_CREDENTIALS, RATE_LIMITED, OVERLOADED. */
    async logIn(email: string, password: string, address: string): Promise<TokenPair> {
      const user = await checkedLogin(email, password, address)
      const { sid, carried } = await sessions.open(user.id, 'api', { from: address })
      return await pair(user, sid, carried)
    },

    /** As `logIn`, for the cookie of the pages. */
    async logInToPages(email: string, password: string, address: string): Promise<string> {
      const user = await checkedLogin(email, password, address)
      return (await sessions.open(user.id, 'page', { from: address })).carried
    },

    /** Fault UNAUTHENTICATED. */
    async refresh(refreshToken: string, address: string): Promise<TokenPair> {
      const rotated = await sessions.rotate(refreshToken)
      if (!rotated.ok) {
        if (rotated.reused !== undefined) {
          credentials.forget({ sid: rotated.reused })
          const who = { id: rotated.user ?? null, email: null, from: address }
          await audit.add(who, 'session.reused', `session/${rotated.reused}`)
        }
        throw sessionEnded()
      }
      const user = await accounts.find(rotated.user)
      if (!user?.is_active) {
        await endSession(rotated.sid)
        throw sessionEnded()
      }
      return await pair(user, rotated.sid, rotated.carried)
    },

    /** A token of another service has no session here, and nothing to end. */
    async logOut(sid: string): Promise<void> {
      if (sid !== '') await endSession(sid)
    },

    /** A user's own sessions, by id, those behind `after`. */
    sessions: (user: number, after: string | undefined, limit: number): Promise<{ id: string; session: Session }[]> =>
      sessions.list(user, after, limit),

    /** Fault NOT_FOUND: it has ended, or is somebody else's. */
    async revokeSession(by: Actor, user: number, sid: string): Promise<void> {
      if ((await sessions.read(sid))?.user !== user) throw new Fault('NOT_FOUND', 'You have no such session.')
      await endSession(sid)
      await audit.add(by, 'session.revoked', `session/${sid}`)
    },

    async createUser(
      by: Actor,
      wanted: { email: string; password: string | null; role: Role; is_active?: boolean },
    ): Promise<User> {
      const user = await accounts.create(wanted)
      await audit.add(by, 'user.created', `user/${user.id}`, {}, { after: shown(user) })
      return user
    },

    /**
     * Faults: NOT_FOUND, VALIDATION, CONFLICT, LAST_ADMIN. A new password, a lost role or a lock ends the user's sessions; `keeping`
     * names the one that goes on.
     */
    async changeUser(by: Actor, id: number, change: UserChange, keeping?: string): Promise<User> {
      const { before, after } = await changeAccount(id, change)
      if (change.password !== undefined || !after.is_active) await sessions.endAllOf(id, keeping)
      credentials.forget({ user: id })
      const changed = Object.keys(change).filter((name) => change[name as keyof UserChange] !== undefined)
      await audit.add(by, 'user.changed', `user/${id}`, { changed }, difference(before, after, SHOWN))
      return after
    },

    /** The devices of the user become ownerless. Faults: NOT_FOUND, LAST_ADMIN, CONFLICT. */
    async removeUser(by: Actor, id: number): Promise<void> {
      const user = await estates.settleAfter(id, () => accounts.remove(id))
      await sessions.endAllOf(id)
      credentials.forget({ user: id })
      await audit.add(by, 'user.removed', `user/${id}`, {}, { before: shown(user) })
    },

    links: {
      /** Whether no admin can log in by password: then a start prints a link. */
      async isNeeded(): Promise<boolean> {
        return (await accounts.activeAdmins()).every((admin) => admin.password_hash === null)
      },
      /** The path of a new link, good once for ten minutes; for the first admin, where nobody else is named. */
      async make(user?: number): Promise<string> {
        const [admin] = await accounts.activeAdmins()
        return `/dashboard/link/${await links.make(user ?? admin?.id ?? null)}`
      },
      isGood: links.isGood,
      /** Uses the link up: the text of the session's cookie, or undefined when it was no good (any more). */
      async use(token: string, from: string): Promise<string | undefined> {
        const link = await links.use(token)
        if (link === undefined) return undefined
        const user = link.user === null ? await firstAdmin() : await accounts.find(link.user)
        if (!user?.is_active) return undefined
        await audit.add({ ...actorOf(user), from }, 'login_link.used', `user/${user.id}`)
        return (await sessions.open(user.id, 'page', { via: 'link', from })).carried
      },
    },

    /** A new key signs; its id. Fault CONFLICT. */
    async rotateKeys(by: Actor): Promise<string> {
      const kid = await keys.rotate()
      await audit.add(by, 'keys.rotated', `key/${kid}`)
      return kid
    },

    /** Whether this session may set the account's password without giving the old one. */
    async maySetPassword(user: number, sid: string): Promise<boolean> {
      const session = await sessions.read(sid)
      if (session?.via === 'link' && now() - session.began < LINK_SESSION_MS) return true
      return (await accounts.get(user)).password_hash === null
    },
  }
}
export type Authority = Awaited<ReturnType<typeof createAuthority>>
