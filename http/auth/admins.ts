import { Fault } from '../../actors/runtime/index.ts'
import type { Collection, Documents } from '../../actors/store/port.ts'

const SETTINGS: Collection = { name: 'settings' }
const ID = 'active_admins'

/**
 * The users who are active admins, in one document, so that two who demote each other at the same moment meet in one compare
 * and set. Who leaves is taken out before the account changes, who joins is put in after it. A crash between leaves the document
 * too short, which refuses too much and never too little; `repair` mends it at the next start. One that is too long does no harm:
 * whoever leaves needs another who `isActiveAdmin` by the account itself.
 */
export function createAdmins(store: Documents, isActiveAdmin: (user: number) => Promise<boolean>) {
  async function change(edit: (ids: readonly number[]) => Promise<readonly number[]>): Promise<void> {
    for (;;) {
      const found = await store.get<{ ids: number[] }>(SETTINGS, ID)
      const ids = await edit(found?.body.ids ?? [])
      const put = found
        ? await store.replace(SETTINGS, ID, found.version, { ids })
        : await store.insert(SETTINGS, ID, { ids })
      if (put.ok) return
    }
  }
  return {
    /** Fault LAST_ADMIN when nobody else would be left. */
    leave: (user: number) =>
      change(async (ids) => {
        const rest = ids.filter((id) => id !== user)
        for (const id of rest) if (await isActiveAdmin(id)) return rest
        throw new Fault('LAST_ADMIN', 'Make another user an active admin first.')
      }),
    join: (user: number) => change(async (ids) => (ids.includes(user) ? ids : [...ids, user])),
    repair: (ids: readonly number[]) => change(async () => ids),
  }
}
