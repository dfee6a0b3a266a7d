import type { Collection, Documents } from '../../actors/store/port.ts'
import { newSecret, sha256 } from './sessions.ts'

const LINKS: Collection = { name: 'login_links' }
const LIFE_MS = 10 * 60_000

interface Link {
  /** Whom it lets in; null: the first admin, who is made when the link is used. */
  readonly user: number | null
  /** Epoch ms. */
  readonly until: number
}

/** Links that let one person in, once, within ten minutes. The store has their hashes only. */
export function createLoginLinks(store: Documents, now: () => number) {
  const read = async (token: string) => {
    const link = token.length > 100 ? undefined : (await store.get<Link>(LINKS, sha256(token)))?.body
    return link && link.until > now() ? link : undefined
  }
  return {
    /** The token of a new link; it is shown to nobody else. */
    async make(user: number | null): Promise<string> {
      const past = await store.find<Link>(LINKS, { limit: 100 })
      for (const { id, body } of past) if (body.until <= now()) await store.remove(LINKS, id)
      const token = newSecret()
      const link: Link = { user, until: now() + LIFE_MS }
      await store.insert(LINKS, sha256(token), link)
      return token
    },
    /** Whether it would work now. Looking does not use it up. */
    isGood: async (token: string): Promise<boolean> => (await read(token)) !== undefined,
    /** Uses it up. Of many who press at once, one gets it. */
    async use(token: string): Promise<Link | undefined> {
      const link = await read(token)
      return link && (await store.remove(LINKS, sha256(token))) ? link : undefined
    },
  }
}
