import type { Collection, Documents } from '../../actors/store/port.ts'
import type { Registry } from './registry.ts'

const ESTATES: Collection = { name: 'estates' }
/** A removal that is younger may be under way, on another node. */
const UNDER_WAY_MS = 600_000

interface Estate {
  readonly user: number
  /** Epoch ms; absent in notes of earlier versions. */
  readonly since?: number
}

/**
 * The devices of users who are removed become ownerless. The store has a note of it for as long as it is under way, so that a crash
 * between the two leaves no device to somebody who is not there.
 */
export function createEstates(store: Documents, devices: Pick<Registry, 'disown'>, now: () => number) {
  async function settle(user: number): Promise<void> {
    await devices.disown(user)
    await store.remove(ESTATES, String(user))
  }
  return {
    /** Removes a user by `work`, and then what was theirs is nobody's. */
    async settleAfter<Result>(user: number, work: () => Promise<Result>): Promise<Result> {
      await store.insert(ESTATES, String(user), { user, since: now() } satisfies Estate)
      const result = await work().catch(async (error: unknown) => {
        await store.remove(ESTATES, String(user))
        throw error
      })
      await settle(user)
      return result
    },
    /** What a crash has left: at the start, and now and then. */
    async repair(isThere: (user: number) => Promise<boolean>): Promise<void> {
      for (const { id, body } of await store.find<Estate>(ESTATES, { limit: 1000 })) {
        if (!(await isThere(body.user))) await settle(body.user)
        else if (now() - (body.since ?? 0) > UNDER_WAY_MS) await store.remove(ESTATES, id)
      }
    },
  }
}
