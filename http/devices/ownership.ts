import { Fault } from '../../actors/runtime/index.ts'
import { isAnonymous, type Identity } from '../auth/identity.ts'
import { atLeast } from '../auth/roles.ts'
import type { Device } from './registry.ts'

/**
 * Engineers and admins own every device, a user those made by them, the anonymous role those of nobody. A device key changes nothing, and
 * the tokens of other services own nothing: their users have no account here.
 */
export function owns(identity: Identity, { user_id }: Pick<Device, 'user_id'>): boolean {
  if (identity.device !== null || identity.role === null) return false
  if (atLeast(identity.role, 'engineer')) return true
  return user_id === null ? isAnonymous(identity) : identity.user === user_id
}

/** Whether data of this device may come from here: by its own key, or from who owns it. */
export const maySend = (identity: Identity, device: Pick<Device, 'id' | 'user_id'>): boolean =>
  identity.device === null ? owns(identity, device) : identity.device === device.id

export const notYours = () => new Fault('FORBIDDEN', 'The device belongs to somebody else.')
