import { Fault } from '../../actors/runtime/index.ts'
import type { Collection, Documents } from '../../actors/store/port.ts'

const SESSIONS: Collection = { name: 'sessions', indexed: ['user'] }
/** After this long without a refresh (a page's session: in all) one has to log in again. */
export const LIFE_MS = 30 * 86_400_000
/** Of one user; the oldest ends when one more begins. */
const MOST = 50

export interface Session {
  readonly user: number
  /** `api`: an access token now, a refresh token for later. `page`: the cookie of the dashboard. */
  readonly use: 'api' | 'page'
  /** A session that a link opened may set a password without the old one, for a while. */
  readonly via: 'password' | 'link'
  /** SHA-256 of the secret that is good now: that of the newest refresh token, or of the cookie. */
  readonly secret: string
  /** Epoch ms. */
  readonly began: number
  readonly until: number
  /** The address of the log-in; absent in sessions from before it was noted. */
  readonly from?: string
}

/** 256 random bits as text. */
export const newSecret = (): string => crypto.getRandomValues(Buffer.alloc(32)).toString('base64url')
export const sha256 = (text: string): string => new Bun.CryptoHasher('sha256').update(text).digest('hex')

/** Compares in the same time whatever differs. */
export const same = (a: string, b: string): boolean =>
  a.length === b.length && crypto.timingSafeEqual(Buffer.from(a), Buffer.from(b))

/** Fault UNAUTHENTICATED, the same for every reason. */
export const sessionEnded = () => new Fault('UNAUTHENTICATED', 'The session has ended; log in again.')

/** Sessions in the store. A session is carried as `<sid>.<secret>`; the store has only the secret's hash. */
export class Sessions {
  readonly #store: Documents
  readonly #now: () => number

  constructor(store: Documents, now: () => number) {
    this.#store = store
    this.#now = now
  }

  async open(
    user: number,
    use: Session['use'],
    { via = 'password', from }: { via?: Session['via']; from?: string } = {},
  ): Promise<{ sid: string; carried: string }> {
    await this.#makeRoom(user)
    const sid = crypto.randomUUID()
    const secret = newSecret()
    const now = this.#now()
    const session: Session = {
      user,
      use,
      via,
      secret: sha256(secret),
      began: now,
      until: now + LIFE_MS,
      ...(from === undefined ? {} : { from }),
    }
    await this.#store.insert(SESSIONS, sid, session)
    return { sid, carried: `${sid}.${secret}` }
  }

  async read(sid: string): Promise<Session | undefined> {
    const session = (await this.#store.get<Session>(SESSIONS, sid))?.body
    return session && session.until > this.#now() ? session : undefined
  }

  /** A user's sessions that have not ended, by id, those behind `after`. */
  async list(user: number, after: string | undefined, limit: number): Promise<{ id: string; session: Session }[]> {
    const found = await this.#store.find<Session>(SESSIONS, {
      where: { user },
      limit,
      ...(after === undefined ? {} : { after }),
    })
    const now = this.#now()
    return found.flatMap(({ id, body }) => (body.until > now ? [{ id, session: body }] : []))
  }

  /** The session that this text carries, when its secret is the right one. */
  async carriedBy(text: string, use: Session['use']): Promise<{ sid: string; session: Session } | undefined> {
    const { sid, secret } = split(text)
    const session = sid === '' ? undefined : await this.read(sid)
    return session && session.use === use && same(session.secret, sha256(secret)) ? { sid, session } : undefined
  }

  /**
   * Takes a refresh token and gives the next. One that was used before is in two hands: the session ends for both.
   * @returns `reused` names the session that was ended, when one was.
   */
  async rotate(
    text: string,
  ): Promise<{ ok: true; sid: string; user: number; carried: string } | { ok: false; reused?: string; user?: number }> {
    const { sid, secret } = split(text)
    const found = sid === '' ? undefined : await this.#store.get<Session>(SESSIONS, sid)
    if (!found || found.body.use !== 'api' || found.body.until <= this.#now()) return { ok: false }
    const next = newSecret()
    if (same(found.body.secret, sha256(secret))) {
      const session: Session = { ...found.body, secret: sha256(next), until: this.#now() + LIFE_MS }
      const put = await this.#store.replace(SESSIONS, sid, found.version, session)
      if (put.ok) return { ok: true, sid, user: session.user, carried: `${sid}.${next}` }
    }
    await this.end(sid)
    return { ok: false, reused: sid, user: found.body.user }
  }

  async end(sid: string): Promise<void> {
    await this.#store.remove(SESSIONS, sid)
  }

  async endAllOf(user: number, except?: string): Promise<void> {
    for (;;) {
      const sessions = await this.#store.find<Session>(SESSIONS, { where: { user }, limit: 200 })
      const ending = sessions.filter(({ id }) => id !== except)
      if (ending.length === 0) return
      for (const { id } of ending) await this.end(id)
    }
  }

  async #makeRoom(user: number): Promise<void> {
    const sessions = await this.#store.find<Session>(SESSIONS, { where: { user }, limit: 200 })
    const now = this.#now()
    const live = sessions.filter(({ body }) => body.until > now).sort((a, b) => a.body.began - b.body.began)
    const kept = new Set(live.slice(-(MOST - 1)).map(({ id }) => id))
    for (const { id } of sessions) if (!kept.has(id)) await this.end(id)
  }
}

function split(text: string): { sid: string; secret: string } {
  const dot = text.indexOf('.')
  const sid = dot === 36 ? text.slice(0, dot) : ''
  return /^[0-9a-f-]{36}$/.test(sid) && text.length < 200
    ? { sid, secret: text.slice(dot + 1) }
    : { sid: '', secret: '' }
}
