import { Fault } from '../../actors/runtime/index.ts'
import type { Collection, Documents } from '../../actors/store/port.ts'
import { newSecret, sha256 } from '../auth/sessions.ts'
import { isoTime } from '../time.ts'

const KEYS: Collection = { name: 'device_keys', unique: ['secret'], indexed: ['device'] }
const PREFIX = 'wbk_'
/** When a key was last used is known to the minute: not every request writes. */
const USED_EVERY_MS = 60_000
/** Of one device. */
const MOST = 50

interface StoredKey {
  readonly device: number
  /** SHA-256 of the key: it is shown once and kept nowhere. */
  readonly secret: string
  readonly name: string | null
  readonly created_at: string
  readonly last_used_at: string | null
}

/** A device's key, as its owner sees it. */
export interface DeviceKey {
  readonly id: string
  readonly name: string | null
  readonly created_at: string
  readonly last_used_at: string | null
}

const viewOf = (id: string, { name, created_at, last_used_at }: StoredKey): DeviceKey => ({
  id,
  name,
  created_at,
  last_used_at,
})

export const isDeviceKey = (credential: string): boolean => credential.startsWith(PREFIX)

/** The keys by which devices send: `wbk_` and 256 random bits. */
export function createDeviceKeys(store: Documents, now: () => number) {
  return {
    /** Fault CONFLICT: the device has as many as it may, or there is a key of this id. */
    async create(
      device: number,
      name: string | null,
      id: string = crypto.randomUUID(),
    ): Promise<DeviceKey & { key: string }> {
      if ((await store.count(KEYS, { device })) >= MOST) {
        throw new Fault('CONFLICT', `A device has at most ${MOST} keys; revoke one first.`)
      }
      const key = PREFIX + newSecret()
      const body: StoredKey = {
        device,
        secret: sha256(key),
        name,
        created_at: isoTime(now()),
        last_used_at: null,
      }
      const inserted = await store.insert(KEYS, id, body)
      if (!inserted.ok) throw new Fault('CONFLICT', 'There is a key of this id.')
      return { ...viewOf(id, body), key }
    },

    async list(device: number): Promise<DeviceKey[]> {
      const found = await store.find<StoredKey>(KEYS, { where: { device }, limit: MOST })
      return found
        .map(({ id, body }) => viewOf(id, body))
        .sort((a, b) => (a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : 0))
    },

    /** Fault NOT_FOUND. */
    async revoke(device: number, id: string): Promise<DeviceKey> {
      const found = await store.get<StoredKey>(KEYS, id)
      if (found?.body.device !== device || !(await store.remove(KEYS, id))) {
        throw new Fault('NOT_FOUND', 'The device has no such key.')
      }
      return viewOf(id, found.body)
    },

    async revokeAll(device: number): Promise<void> {
      for (const { id } of await store.find<StoredKey>(KEYS, { where: { device }, limit: MOST })) {
        await store.remove(KEYS, id)
      }
    },

    /** Whose key this is, undefined when it is none (any more); notes that it was used. */
    async find(key: string): Promise<{ id: string; device: number } | undefined> {
      const [found] = await store.find<StoredKey>(KEYS, { where: { secret: sha256(key) }, limit: 1 })
      if (found === undefined) return undefined
      const { id, version, body } = found
      const at = now()
      if (body.last_used_at === null || at - Date.parse(body.last_used_at) >= USED_EVERY_MS) {
        // Whoever else notes it at this moment notes the same.
        await store.replace(KEYS, id, version, { ...body, last_used_at: isoTime(at) })
      }
      return { id, device: body.device }
    },
  }
}
export type DeviceKeys = ReturnType<typeof createDeviceKeys>
