import type { Collection, Documents } from '../../actors/store/port.ts'
import { isoTime } from '../time.ts'

const AUDIT: Collection = { name: 'audit' }

export interface AuditEntry {
  readonly id: string
  readonly at: string
  /** Who did it; null: nobody was logged in. */
  readonly actor: { readonly id: number | null; readonly email: string | null }
  /** What was done, `thing.verb`: `user.created`, `session.reused` … */
  readonly action: string
  /** To what: `user/7`, `exhauster/x-171`. */
  readonly target: string
  /** What changed: never a secret. */
  readonly detail: Record<string, unknown>
}

/** Who acts, as the journal names them. */
export type Actor = AuditEntry['actor']
export const SOMEBODY: Actor = { id: null, email: null }

/** The journal of what people did to the system itself. Entries are only added. */
export function createAudit(store: Documents, now: () => number) {
  return {
    async add(actor: Actor, action: string, target: string, detail: AuditEntry['detail'] = {}): Promise<void> {
      const at = now()
      const number = await store.next('audit')
      // Time first, so that the order of the ids is the order in time; the number tells two of one millisecond apart.
      const id = `${String(at).padStart(15, '0')}-${String(number).padStart(9, '0')}`
      const entry: AuditEntry = {
        id,
        at: isoTime(at),
        actor: { id: actor.id, email: actor.email },
        action,
        target,
        detail,
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
      return documents.map((document) => document.body)
    },
  }
}
export type Audit = ReturnType<typeof createAudit>
