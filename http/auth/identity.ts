import { TokenBucket } from '../edge/token-bucket.ts'
import type { Role } from './roles.ts'

/** Who sends a request. Made once per verified token and kept with it. */
export interface Identity {
  /** null: nobody; only public endpoints answer. */
  readonly role: Role | null
  /** The account's integer id; null for all who have none here: the anonymous role, devices, tokens of other services. */
  readonly user: number | null
  /** Of a device key: the device, which may send its own data and nothing else. Its `role` is null. */
  readonly device: number | null
  /** The name of the trusted issuer whose token it is; null: this system knows the sender itself. */
  readonly issuer: string | null
  /** The token's `sub`. */
  readonly uuid: string | null
  readonly email: string | null
  /** Session (of a device key: its id), or '' without one. */
  readonly sid: string
  /** Epoch ms after which the token is worth nothing. */
  readonly until: number
  /** False while the store does not answer, of somebody who was known shortly before: good for reading, as far as memory goes. */
  readonly isConfirmed: boolean
  /** Shared by all tokens of one user, by all keys of one device. */
  readonly bucket: TokenBucket
}

/** A request without a token where such have a role: it owns what has no owner. */
export const isAnonymous = ({ role, user, device, issuer }: Identity): boolean =>
  role !== null && user === null && device === null && issuer === null

/**
 * Who sends, as one text: `user/7`, `device/3`, `anonymous`, `issuer/<name>/<sub>`. Ids of events and retry keys are told apart by it, so it is
 * the same for ever. Of an issuer whose tokens name nobody all senders are one.
 */
export function senderOf({ user, device, issuer, uuid }: Identity): string {
  if (device !== null) return `device/${device}`
  if (user !== null) return `user/${user}`
  return issuer === null ? 'anonymous' : `issuer/${issuer}/${uuid ?? ''}`
}

/** Nobody has proved to be anybody. */
export const NOBODY: Identity = {
  role: null,
  user: null,
  device: null,
  issuer: null,
  uuid: null,
  email: null,
  sid: '',
  until: Infinity,
  isConfirmed: true,
  bucket: new TokenBucket(Infinity),
}
