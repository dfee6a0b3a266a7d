import type { Collection, Documents } from '../../actors/store/port.ts'
import { addressOf, type Peers } from '../edge/address.ts'
import { isoTime } from '../time.ts'
import { senderOf, type Identity } from './identity.ts'

const AUDIT: Collection = { name: 'audit' }

export interface AuditEntry {
  readonly id: string
  readonly at: string
  /** Who did it. */
  readonly actor: {
    /** null: nobody with an account here. */
    readonly id: number | null
    readonly email: string | null
    /** As `senderOf` names them; null: the system itself, or its command line. */
    readonly sender: string | null
    /** The address that the request came from; null: from no request. */
    readonly from: string | null
  }
  /** What was done, `thing.verb`: `user.created`, `session.reused` … */
  readonly action: string
  /** To what: `user/7`, `exhauster/x-171`. */
  readonly target: string
  /** What else there is to say. Never a secret, here or below. */
  readonly detail: Readonly<Record<string, unknown>>
  /** The fields that changed, as they were; null: there was nothing before, or nothing changed. */
  readonly before: object | null
  /** The same, or what was made, as they are; null: it is gone. */
  readonly after: object | null
}

/** Who acts, as the journal names them. */
export type Actor = Pick<AuditEntry['actor'], 'id' | 'email'> & Partial<AuditEntry['actor']>
export const SOMEBODY: Actor = { id: null, email: null }

interface Change {
  readonly before?: object | null
  readonly after?: object | null
}

/** The fields that differ, as they were and as they are. */
export function difference<T extends object>(
  before: T,
  after: T,
  names: readonly (keyof T & string)[],
): Required<Change> {
  const changed = names.filter((name) => !Bun.deepEquals(before[name], after[name]))
  const those = (of: T) => Object.fromEntries(changed.map((name) => [name, of[name]]))
  return { before: those(before), after: those(after) }
}

/** The journal of what people did to the system itself. Entries are only added. */
export function createAudit(store: Documents, now: () => number, trustProxy: boolean) {
  return {
    /** Who sends this request, for {@link add}: give it the context of the handler. */
    by: ({ identity, request, server }: { identity: Identity; request: Request; server: Peers | null }): Actor => ({
      id: identity.user,
      email: identity.email,
      sender: senderOf(identity),
      from: addressOf(request, server, trustProxy),
    }),

    async add(
      { id: user, email, sender, from = null }: Actor,
      action: string,
      target: string,
      detail: AuditEntry['detail'] = {},
      { before = null, after = null }: Change = {},
    ): Promise<void> {
      const at = now()
      const number = await store.next('audit')
      // Time first, so that the order of the ids is the order in time; the number tells two of one millisecond apart.
      const id = `${String(at).padStart(15, '0')}-${String(number).padStart(9, '0')}`
      const entry: AuditEntry = {
        id,
        at: isoTime(at),
        actor: { id: user, email, sender: sender ?? (user === null ? null : `user/${user}`), from },
        action,
        target,
        detail,
        before,
        after,
      }
      await store.insert(AUDIT, id, entry)
    },
    /** Newest first, those behind `after`. */
    async list(after: string | undefined, limit: number): Promise<AuditEntry[]> {
      const documents = await store.find<AuditEntry>(AUDIT, {
        descending: true,
        limit,
        ...(after === undefined ? {} : { after }),
      })
      return documents.map(({ body }) => ({
        ...body,
        // An entry of an earlier version has fewer fields.
        actor: { ...body.actor, sender: body.actor.sender ?? null, from: body.actor.from ?? null },
        before: body.before ?? null,
        after: body.after ?? null,
      }))
    },
  }
}
export type Audit = ReturnType<typeof createAudit>
