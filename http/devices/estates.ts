import type { Collection, Documents } from '../../actors/store/port.ts'
import type { Registry } from './registry.ts'

const ESTATES: Collection = { name: 'estates' }

/**
 * The devices of users who are removed become ownerless. The store has a note of it for as long as it is under way, so that a crash
 * between the two leaves no device to somebody who is not there.
 */
export function createEstates(store: Documents, devices: Pick<Registry, 'disown'>) {
  async function settle(user: number): Promise<void> {
    await devices.disown(user)
    await store.remove(ESTATES, String(user))
  }
  return {
    /** Removes a user by `work`, and then what was theirs is nobody's. */
    async settleAfter<Result>(user: number, work: () => Promise<Result>): Promise<Result> {
      await store.insert(ESTATES, String(user), { user })
      const result = await work().catch(async (error: unknown) => {
        await store.remove(ESTATES, String(user))
        throw error
      })
      await settle(user)
      return result
    },
    /** At the start: what a crash has left. */
    async repair(isThere: (user: number) => Promise<boolean>): Promise<void> {
      for (const { id, body } of await store.find<{ user: number }>(ESTATES, { limit: 1000 })) {
        if (await isThere(body.user)) await store.remove(ESTATES, id)
        else await settle(body.user)
      }
    },
  }
}
