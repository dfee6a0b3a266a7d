import { Fault } from '../../actors/runtime/index.ts'
import { difference, type Actor } from '../auth/audit.ts'
import type { Authority } from '../auth/authority.ts'
import type { Identity } from '../auth/identity.ts'
import { atLeast } from '../auth/roles.ts'
import type { Deletions } from './deletions.ts'
import type { DeviceKey } from './keys.ts'
import { notYours, owns } from './ownership.ts'
import type { Device, DeviceChange } from './registry.ts'

/** Who acts: what they may, and how the journal names them. */
export interface Doer {
  readonly identity: Identity
  readonly by: Actor
}

/** Of all attributes of a device, as JSON: a page of a list has up to a thousand of them. */
const MOST_ATTRIBUTES_BYTES = 8 * 1024

/** Fault VALIDATION. */
function checkAttributes(attributes: Device['attributes'] | undefined): void {
  if (attributes === undefined || Buffer.byteLength(JSON.stringify(attributes)) <= MOST_ATTRIBUTES_BYTES) return
  const message = `Expected at most ${MOST_ATTRIBUTES_BYTES} bytes in all`
  throw new Fault('VALIDATION', `attributes: ${message}.`, { errors: [{ path: '/attributes', message }] })
}

const CHANGES = ['name', 'kind', 'user_id', 'attributes'] as const

/**
 * What people do with devices: each act asks whether it may be, changes the store, makes this node forget what it knew, and writes the
 * journal. Faults of all on one device: NOT_FOUND, FORBIDDEN.
 */
export function createDeviceActs({ authority, deletions }: { authority: Authority; deletions: Deletions }) {
  const { devices, deviceKeys, credentials, accounts, audit } = authority

  async function demandOwner({ identity }: Doer, id: number): Promise<void> {
    if (!owns(identity, await devices.get(id))) throw notYours()
  }

  /** Faults: FORBIDDEN, VALIDATION. */
  async function checkNewOwner({ identity }: Doer, user: number | null): Promise<void> {
    if (!atLeast(identity.role ?? 'viewer', 'engineer')) {
      throw new Fault('FORBIDDEN', 'Only an engineer gives a device to somebody else.')
    }
    if (user === null || (await accounts.find(user))) return
    const message = 'There is no such user'
    throw new Fault('VALIDATION', `user_id: ${message}.`, { errors: [{ path: '/user_id', message }] })
  }

  return {
    /** It belongs to who makes it. Faults: VALIDATION; FORBIDDEN: of another service, whose users own nothing here. */
    async create(doer: Doer, wanted: Pick<Device, 'name' | 'kind' | 'attributes'>): Promise<Device> {
      const { identity, by } = doer
      if (identity.issuer !== null && !atLeast(identity.role ?? 'viewer', 'engineer')) {
        throw new Fault('FORBIDDEN', 'A user of another service has no account here, so nothing can be theirs.')
      }
      checkAttributes(wanted.attributes)
      const device = await devices.create({ ...wanted, user_id: identity.user })
      const { name, kind, user_id } = device
      await audit.add(by, 'device.created', `device/${device.id}`, {}, { after: { name, kind, user_id } })
      return device
    },

    /** Faults also: VALIDATION (no such user), CONFLICT. */
    async change(doer: Doer, id: number, change: DeviceChange): Promise<Device> {
      await demandOwner(doer, id)
      checkAttributes(change.attributes)
      if (change.user_id !== undefined) await checkNewOwner(doer, change.user_id)
      const { before, after } = await devices.change(id, change)
      await audit.add(doer.by, 'device.changed', `device/${id}`, {}, difference(before, after, CHANGES))
      return after
    },

    /** Fault also: CONFLICT. */
    async remove(doer: Doer, id: number): Promise<void> {
      await demandOwner(doer, id)
      const { name, kind, user_id } = await devices.mark(id)
      await deviceKeys.revokeAll(id)
      credentials.forget({ device: id })
      await audit.add(doer.by, 'device.removed', `device/${id}`, {}, { before: { name, kind, user_id } })
      // It is gone for everybody by now; if the log is away, the sweep tells its actor.
      await deletions.tell(id).catch(() => {})
    },

    async keys(doer: Doer, id: number): Promise<DeviceKey[]> {
      await demandOwner(doer, id)
      return await deviceKeys.list(id)
    },

    /** `keyId`: of who must not make two by asking twice. Fault also: CONFLICT (too many, or there is a key of this id). */
    async createKey(doer: Doer, id: number, name: string | null, keyId?: string): Promise<DeviceKey & { key: string }> {
      await demandOwner(doer, id)
      const made = await deviceKeys.create(id, name, keyId)
      await audit.add(doer.by, 'device_key.created', `device/${id}`, { key_id: made.id }, { after: { name } })
      return made
    },

    /** From now on the key is good for nothing. */
    async revokeKey(doer: Doer, id: number, key: string): Promise<void> {
      await demandOwner(doer, id)
      const { name } = await deviceKeys.revoke(id, key)
      credentials.forget({ sid: key })
      await audit.add(doer.by, 'device_key.revoked', `device/${id}`, { key_id: key }, { before: { name } })
    },
  }
}
export type DeviceActs = ReturnType<typeof createDeviceActs>
