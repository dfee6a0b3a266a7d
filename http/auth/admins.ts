import { Fault } from '../../actors/runtime/index.ts'
import type { Collection, Documents } from '../../actors/store/port.ts'

const SETTINGS: Collection = { name: 'settings' }
const ID = 'active_admins'
/** Whoever has left so lately may still be an admin by the account, which another node is about to change. */
const LEAVING_MS = 60_000

interface Admins {
  readonly ids: readonly number[]
  /** Those who have left lately, and when, epoch ms. */
  readonly left?: readonly { readonly id: number; readonly at: number }[]
}

/**
 * The users who are active admins, in one document, so that two who demote each other at the same moment meet in one compare
 * and set. Who leaves is taken out before the account changes, who joins is put in after it. A crash between leaves the document
 * too short, which refuses too much and never too little; `repair` mends it at the next start. One that is too long does no harm:
 * whoever leaves needs another who `isActiveAdmin` by the account itself.
 */
export function createAdmins(
  store: Documents,
  { now, isActiveAdmin }: { now: () => number; isActiveAdmin: (user: number) => Promise<boolean> },
) {
  async function change(edit: (admins: Required<Admins>) => Promise<Admins>): Promise<void> {
    for (;;) {
      const found = await store.get<Admins>(SETTINGS, ID)
      const { ids = [], left = [] } = found?.body ?? {}
      const after = await edit({ ids, left: left.filter(({ at }) => Math.abs(now() - at) < LEAVING_MS) })
      const put = found
        ? await store.replace(SETTINGS, ID, found.version, after)
        : await store.insert(SETTINGS, ID, after)
      if (put.ok) return
    }
  }
  return {
    /** Fault LAST_ADMIN when nobody else would be left. */
    leave: (user: number) =>
      change(async ({ ids, left }) => {
        const rest = ids.filter((id) => id !== user)
        for (const id of rest) {
          if (await isActiveAdmin(id)) return { ids: rest, left: [...left, { id: user, at: now() }] }
        }
        throw new Fault('LAST_ADMIN', 'Make another user an active admin first.')
      }),
    join: (user: number) =>
      change(async ({ ids, left }) => ({
        ids: ids.includes(user) ? ids : [...ids, user],
        left: left.filter(({ id }) => id !== user),
      })),
    /** `activeAdmins` are read when the document is, so that one who is made meanwhile is not lost; and who is just leaving does not come back. */
    repair: (activeAdmins: () => Promise<readonly number[]>) =>
      change(async ({ ids, left }) => {
        const leaving = new Set(left.map(({ id }) => id).filter((id) => !ids.includes(id)))
        return { ids: (await activeAdmins()).filter((id) => !leaving.has(id)), left }
      }),
  }
}
