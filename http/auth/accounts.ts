import { Fault } from '../../actors/runtime/index.ts'
import type { Collection, Document, StateStore } from '../../actors/store/port.ts'
import { isoTime } from '../time.ts'
import { createAdmins } from './admins.ts'
import { checkPassword, type Passwords } from './passwords.ts'
import type { Role } from './roles.ts'

const USERS: Collection = { name: 'users', unique: ['email', 'uuid'] }

export interface User {
  /** From 1 upwards, never given twice. */
  readonly id: number
  /** v4; the `sub` of tokens. */
  readonly uuid: string
  /** Lower case. */
  readonly email: string
  /** Argon2id, or null: no log-in by password. */
  readonly password_hash: string | null
  readonly role: Role
  readonly is_active: boolean
  readonly is_verified: boolean
  readonly created_at: string
}

export interface UserChange {
  readonly email?: string
  readonly password?: string
  readonly role?: Role
  readonly is_active?: boolean
  readonly is_verified?: boolean
}

/** Padded, so that the order of the documents is the order of the numbers. */
const documentId = (id: number) => String(id).padStart(12, '0')
/** No blanks, no control characters, no half of a pair of surrogates: what is written nowhere the same again. */
const EMAIL = /^[^\s\p{C}@"<>\\]+@[^\s\p{C}@"<>\\]+$/u

/** Two spellings of one address are one account: lower case, no blanks around, accents composed. */
export const spelledAlike = (email: string): string => email.trim().normalize('NFC').toLowerCase()

/** As it is stored. Fault VALIDATION when it is no address. */
function normalEmail(text: string): string {
  const email = spelledAlike(text)
  if (email.length > 254 || !EMAIL.test(email)) {
    const message = 'Expected an e-mail address'
    throw new Fault('VALIDATION', `${message}.`, { errors: [{ path: '/email', message }] })
  }
  return email
}

const isActiveAdmin = (user: Pick<User, 'role' | 'is_active'>) => user.role === 'admin' && user.is_active
const emailTaken = () =>
  new Fault('CONFLICT', 'The e-mail address belongs to another user.', {
    errors: [{ path: '/email', message: 'Taken' }],
  })
const noUser = () => new Fault('NOT_FOUND', 'There is no such user.')

/** The users, in the store. Every change is a compare and set; the last active admin stays one. */
export class Accounts {
  readonly #store: StateStore
  readonly #passwords: Passwords
  readonly #now: () => number
  readonly #admins: ReturnType<typeof createAdmins>

  constructor(store: StateStore, passwords: Passwords, now: () => number) {
    this.#store = store
    this.#passwords = passwords
    this.#now = now
    const isThere = async (id: number) => {
      const user = await this.find(id)
      return user !== undefined && isActiveAdmin(user)
    }
    this.#admins = createAdmins(store, { now, isActiveAdmin: isThere })
  }

  /** Faults: VALIDATION (e-mail, password), CONFLICT (e-mail taken). */
  async create(wanted: { email: string; password: string | null; role: Role; is_active?: boolean }): Promise<User> {
    const email = normalEmail(wanted.email)
    if (wanted.password !== null) checkPassword(wanted.password, email)
    // Before the hash: a taken address costs no 60 ms, and no number.
    if (await this.byEmail(email)) throw emailTaken()
    const user: User = {
      id: await this.#store.next('users'),
      uuid: crypto.randomUUID(),
      email,
      password_hash: wanted.password === null ? null : await this.#passwords.hash(wanted.password),
      role: wanted.role,
      is_active: wanted.is_active ?? true,
      is_verified: false,
      created_at: isoTime(this.#now()),
    }
    const put = await this.#store.insert(USERS, documentId(user.id), user)
    if (!put.ok) throw emailTaken()
    if (isActiveAdmin(user)) await this.#admins.join(user.id)
    return user
  }

  /** Fault NOT_FOUND. */
  async get(id: number): Promise<User> {
    return (await this.#document(id)).body
  }

  async find(id: number): Promise<User | undefined> {
    return (await this.#store.get<User>(USERS, documentId(id)))?.body
  }

  async byEmail(email: string): Promise<User | undefined> {
    return (await this.#store.find<User>(USERS, { where: { email }, limit: 1 }))[0]?.body
  }

  /** By id, those behind `after`. */
  async list(after: number, limit: number): Promise<User[]> {
    const documents = await this.#store.find<User>(USERS, { after: documentId(after), limit })
    return documents.map((document) => document.body)
  }

  /** Faults: NOT_FOUND, VALIDATION, CONFLICT (e-mail taken, or too much at once), LAST_ADMIN. */
  async change(id: number, change: UserChange): Promise<{ before: User; after: User }> {
    const email = change.email === undefined ? undefined : normalEmail(change.email)
    for (let attempt = 0; attempt < 8; attempt++) {
      const { body: before, version } = await this.#document(id)
      if (change.password !== undefined) checkPassword(change.password, email ?? before.email)
      const { password, ...fields } = change
      const after: User = {
        ...before,
        // Nobody has verified the new address.
        ...(email === undefined || email === before.email ? {} : { is_verified: false }),
        ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
        ...(email === undefined ? {} : { email }),
        ...(password === undefined ? {} : { password_hash: await this.#passwords.hash(password) }),
      }
      const leaves = isActiveAdmin(before) && !isActiveAdmin(after)
      if (leaves) await this.#admins.leave(id)
      const put = await this.#store.replace(USERS, documentId(id), version, after)
      if (put.ok) {
        if (isActiveAdmin(after)) await this.#admins.join(id)
        return { before, after }
      }
      if (leaves) await this.#admins.join(id)
      if (put.conflict !== 'version') throw emailTaken()
    }
    throw new Fault('CONFLICT', 'The user is being changed by others.')
  }

  /** Faults: NOT_FOUND, LAST_ADMIN, CONFLICT. */
  async remove(id: number): Promise<User> {
    const { body: user, version } = await this.#document(id)
    const leaves = isActiveAdmin(user)
    if (leaves) await this.#admins.leave(id)
    if (await this.#store.remove(USERS, documentId(id), version)) return user
    if (leaves && (await this.find(id))) await this.#admins.join(id)
    throw new Fault('CONFLICT', 'The user is being changed by others.')
  }

  /** The user, or undefined for whatever reason; it takes as long either way. */
  async authenticate(email: string, password: string): Promise<User | undefined> {
    const user = await this.byEmail(spelledAlike(email))
    const right = await this.#passwords.verify(password.slice(0, 1024), user?.password_hash ?? null)
    return right && user?.is_active ? user : undefined
  }

  /** Oldest first. */
  async activeAdmins(): Promise<User[]> {
    const admins: User[] = []
    for (let after = 0; ;) {
      const users = await this.list(after, 500)
      admins.push(...users.filter(isActiveAdmin))
      const last = users.at(-1)
      if (last === undefined) break
      after = last.id
    }
    return admins
  }

  /** Before anybody is served: what a crash in the middle of a change may have left is mended. */
  async repair(): Promise<void> {
    await this.#admins.repair(async () => (await this.activeAdmins()).map((admin) => admin.id))
  }

  async #document(id: number): Promise<Document<User>> {
    const document = await this.#store.get<User>(USERS, documentId(id))
    if (document === undefined) throw noUser()
    return document
  }
}
